"""`./fapiao db`: the pool's URL for psql and other tools, and its schema brought up to date."""

import argparse
import sys

from launcher.connections import given_pool_url
from launcher.pool import pool_url

HELP = "db url prints the pool's URL and leaves the embedded Postgres running; db migrate brings its schema up to date"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One of two questions."""
    parser.add_argument("what", choices=["url", "migrate"], help="url: a libpq URL, password included")


def run(arguments: argparse.Namespace) -> int:
    """The URL goes to standard output, words to standard error."""
    with pool_url(keep_running=arguments.what == "url") as url:
        if arguments.what == "url":
            print(url)
        else:
            print("The pool is up to date.")
    if arguments.what == "url" and not given_pool_url():
        print("The embedded Postgres keeps running; ./fapiao down stops it.", file=sys.stderr)
    return 0
