"""`./fapiao bench`: speed as ratios, measured side by side in one run, in a database of its own."""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import errors

from fapiao.errors import FapiaoError, Unusable
from fapiao.texts.catalogue import listed, sentence
from launcher.connections import OWNER_VARIABLE, POOL_VARIABLE
from launcher.pool import MIGRATING, given, migrate_pool, running_postgres

NAMES = (
    "merge", "lines", "memory", "peers", "planning", "parsing", "decoding", "gateway", "excel", "selection", "start",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much to measure."""
    rows, pool = sentence("placeholders.rows"), sentence("placeholders.pool")
    parser.add_argument("--rows", type=int, default=100_000, metavar=rows, help=sentence("bench.rows"))
    parser.add_argument("--pool", type=int, default=1_000_000, metavar=pool, help=sentence("bench.pool"))
    rounds = sentence("placeholders.rounds")
    parser.add_argument("--rounds", type=int, default=3, metavar=rounds, help=sentence("bench.rounds"))
    parser.add_argument("--only", choices=NAMES, action="append", help=sentence("bench.only"))


def run(arguments: argparse.Namespace) -> int:
    """One block per section, each in an empty database; 1 when one failed, after which the others run all the same."""
    failed = [name for name in arguments.only or NAMES if not _measured(name, arguments)]
    if failed:
        print(sentence("bench.not_to_the_end", names=listed(failed)), file=sys.stderr)
    return 1 if failed else 0


def _measured(name: str, arguments: argparse.Namespace) -> bool:
    # The help must not wait for pandas and Airflow.
    from bench.sections import SECTIONS  # noqa: PLC0415
    from bench.setting import Setting  # noqa: PLC0415

    print("\n" + sentence("bench.section", name=name, what=sentence(f"bench_sections.{name}")), flush=True)
    try:
        with _bench_database() as url:
            setting = Setting(url, arguments.rows, arguments.pool, arguments.rounds)
            for what, figures in SECTIONS[name](setting):
                print(f"  {what:<44} {figures}", flush=True)
    except Exception as failure:
        print(sentence("bench.failed", name=name, reason=_reason(failure)), file=sys.stderr, flush=True)
        return False
    return True


def _reason(failure: Exception) -> str:
    """One line; what is not meant for people says its kind too."""
    text = " ".join(str(failure).split())
    return text if isinstance(failure, FapiaoError) else f"{type(failure).__name__}: {text}"


@contextlib.contextmanager
def _bench_database() -> Iterator[str]:
    """A migrated database beside the pool, gone afterwards."""
    name = f"fapiao_bench_{os.getpid()}"
    with _server_url() as server, psycopg.connect(server, autocommit=True) as connection:
        _create(connection, name)
        url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        try:
            migrate_pool(url)
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _create(connection: psycopg.Connection[Any], name: str) -> None:
    """Raises Unusable where the role may not: that of the application has no rights to databases."""
    try:
        connection.execute(f"CREATE DATABASE {name}".encode())
    except errors.InsufficientPrivilege as refused:
        raise Unusable(
            sentence("bench.no_database", user=connection.info.user, owner=OWNER_VARIABLE, pool=POOL_VARIABLE)
        ) from refused


@contextlib.contextmanager
def _server_url() -> Iterator[str]:
    if url := given(*MIGRATING):
        yield url
        return
    with running_postgres() as server:
        server.ensure_database("postgres")
        yield server.url("postgres")
