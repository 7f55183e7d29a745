#!/usr/bin/env bash
# What an installation needs before a part of it starts: folders, the pool's schema, Airflow's, roles and a first user.
# docker-compose.yaml and the migration job of the Helm chart run it in the image; it may run again at any time.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

refuse() {
    echo "$1" >&2
    exit 1
}

# compose writes these into addresses, where other characters would mean something
for name in POSTGRES_PASSWORD METADATA_PASSWORD POOL_PASSWORD REDIS_PASSWORD; do
    case ${!name-} in
        *[!A-Za-z0-9._~-]*) refuse "$name holds a character that an address cannot: use letters, digits and . _ ~ - only. POSTGRES_PASSWORD stays that of the first start: where that was just now and nothing is in the volumes yet, remove them by docker compose down --volumes." ;;
    esac
done

for folder in "${FAPIAO_FILES-}" "${FAPIAO_INBOX:+$FAPIAO_INBOX/selection}" "${FAPIAO_INBOX_RESULTS-}"; do
    case $folder in
        /*) mkdir -p "$folder" ;;
    esac
done

# the pool first: what waits for Airflow's migrations may then use it
python "$here/../launcher" db migrate
owner=${AIRFLOW_CONN_INVOICE_POOL_OWNER-}
if [ -n "$owner" ] && [ "$owner" != "${AIRFLOW_CONN_INVOICE_POOL-}" ]; then
    python "$here/../launcher" db roles
fi
python "$here/metadata_owner.py"
airflow db migrate
AIRFLOW__LOGGING__LOGGING_LEVEL=ERROR python "$here/airflow_accounts.py" # it names every permission otherwise

# an installation without a bureau would fail at every tick
if [ "${BUREAU-}" != later ] && [ -z "${AIRFLOW_CONN_LEQI-}${AIRFLOW_CONN_BUREAU_GATEWAY-}" ]; then
    airflow connections get leqi > /dev/null 2>&1 || airflow connections get bureau_gateway > /dev/null 2>&1 ||
        refuse "no bureau: give AIRFLOW_CONN_LEQI or AIRFLOW_CONN_BUREAU_GATEWAY (in .env of compose, in the Secret fapiao-connections of Helm), or say BUREAU=later and enter the connections in Airflow's form."
fi
