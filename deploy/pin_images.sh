#!/bin/sh
# Prints the images of docker-compose.yaml by digest, as lines for .env:  deploy/pin_images.sh >> .env
# It asks their registry through `docker buildx imagetools`; what is not found ends it before a line is printed.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

lines=
for pair in $(grep -ohE '[A-Z]+_IMAGE:-[^}]+' "$here/../docker-compose.yaml" | sort -u); do
    name=${pair%%:-*}
    image=${pair#*:-}
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
    case $digest in
        sha256:????????????????????????????????????????????????????????????????) ;;
        *)
            echo "$image has no digest that could be read: $digest" >&2
            exit 1
            ;;
    esac
    lines="$lines$name=$image@$digest
"
done
printf %s "$lines"
