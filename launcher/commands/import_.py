"""`./fapiao import FILE…`: files of the tax bureau into the pool, checked first, with a verdict on every row."""

import argparse
import os
from pathlib import Path
from typing import Any

import psycopg

from fapiao.errors import BadInput
from fapiao.forms.reading import given
from fapiao.imports.requests import REPLAY, REQUEST, import_request
from fapiao.tasks import RunDay
from fapiao.texts.catalogue import sentence
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.written_whole import check_place
from hooks.files.store import file_store
from hooks.queues.imports import DAG_ID, Imports
from launcher.actor import actor_of, add_actor
from launcher.import_report import (
    say_checked,
    say_doubts,
    say_failed,
    say_outcome,
    say_received,
    show_waiting,
    write_verdicts,
)
from launcher.options import add_day, add_json, add_options, command_run
from launcher.pool import pool_session, reading_session
from launcher.screen import tell
from operators.imports.tasks import Created, ImportSession, create, replay, work
from operators.leased_queue.session import releasing
from operators.run_context import clock

UNDONE = ("succeeded", "no_data")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files, whose they are where they do not say, and what to do besides."""
    file, variable, workbook = (sentence(f"placeholders.{name}") for name in ("file", "variable", "workbook"))
    parser.add_argument("files", nargs="*", type=Path, metavar=file, help=sentence("import_command.files"))
    add_options(parser, REQUEST)
    parser.add_argument("--password-env", metavar=variable, help=sentence("import_command.password"))
    parser.add_argument("--dry-run", action="store_true", help=sentence("import_command.dry_run"))
    parser.add_argument("--verdicts", type=Path, metavar=workbook, help=sentence("import_command.verdicts"))
    parser.add_argument("--quarantine", action="store_true", help=sentence("import_command.quarantine"))
    add_options(parser, (REPLAY,))
    add_json(parser)
    add_day(parser)
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when every row came in; 1 where a task or a row failed.

    Raises BadInput with every problem, and Unusable where --verdicts cannot be written; then nothing is imported.
    """
    actor = actor_of(arguments)
    if arguments.quarantine:
        with reading_session() as connection:
            allowed = allowed_organisations(connection, actor, "view")
            show_waiting(connection, allowed, as_json=arguments.json)
        return 0
    run_day, request = command_run(arguments, DAG_ID), None
    if not arguments.replay:
        request = import_request("command", arguments.files, **given(REQUEST, vars(arguments)))
    if arguments.verdicts:
        check_place(arguments.verdicts)
    with pool_session(actor) as connection:
        if request is None:
            created = replay(connection, run_day, actor)
        else:
            password, dry = _password(arguments.password_env), arguments.dry_run
            created = create(connection, file_store(), run_day, request, actor, password=password, dry_run=dry)
        say_received(created, as_json=arguments.json)
        failed = (
            say_checked(created, arguments) if arguments.dry_run else _work(connection, arguments, run_day, created)
        )
        return min(failed + len(created.refused), 1)


def _work(connection: psycopg.Connection[Any], arguments: argparse.Namespace, run_day: RunDay, created: Created) -> int:
    session, as_json = ImportSession(connection, run_day, f"command/{os.getpid()}", clock, file_store()), arguments.json
    with releasing(session):
        work(session, created)
    with connection.transaction():
        rows = Imports(connection).outcome(created.batches)
    say_outcome(rows, as_json=as_json)
    if arguments.verdicts:
        write_verdicts(connection, arguments, created.batches)
    say_failed(connection, created.batches, as_json=as_json)
    if not as_json:
        say_doubts(rows)
    if not (rows or created.already or created.refused):
        tell(sentence("import_command.none_imported"), as_json=as_json)
    failed = sum(row["failed_count"] for row in rows)
    return 0 if not failed and all(row["status"] in UNDONE for row in rows) else 1


def _password(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise BadInput([sentence("import_command.no_password", variable=variable)])
    return os.environ[variable]
