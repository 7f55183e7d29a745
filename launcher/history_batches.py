"""What `./fapiao backfill` does with import tasks that are there: list, show, stop, retry, resume, auto, missing."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg

from fapiao.closed_lists import code_of
from fapiao.errors import BadInput
from fapiao.forms.items import items
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import listed, sentence
from hooks.enterprise.permissions import allowed_organisations
from hooks.pool.sessions import open_session
from hooks.queues.imports import files_of_import
from launcher.actor import actor_of
from launcher.options import day_of
from launcher.people_table import show_rows
from launcher.pool import pool_session, reading_session
from launcher.row_limit import add_row_limit
from launcher.screen import print_rows
from launcher.task_commands import say_who_works
from launcher.task_commands import show as show_done
from operators.history import auto_update as auto
from operators.history import batches

LIST = ("batch_no", "taxpayer_name", "taxpayer_no", "direction_labels", "invoice_types", "status_label", "method_label",
        "channel_label", "total_count", "succeeded_count", "failed_count", "created_by", "created_at", "org_name",
        "next_day")  # fmt: skip
MONTHS = ("issue_month", "status_label", "tasks", "succeeded", "partial", "failed", "terminated", "total_count",
          "succeeded_count", "failed_count", "next_day")  # fmt: skip
ROWS = ("batch_no", "issue_month", "invoice_type_label", "status_label", "void_state_label", "downloaded_count",
        "succeeded_count", "failed_count", "not_before_day", "error_message", "retry_of_batch_no")  # fmt: skip
FILES = ("name", "uploaded_as", "size", "rows", "kept", "rejected", "quarantined")
FILE_ROWS = tuple(name for name in ROWS if name not in ("issue_month", "not_before_day"))
AUTO = ("org_code", "whose", "data_type_label", "enabled", "entrance_label", "created_by", "changed_by")
MISSING = ("taxpayer_no", "document_key", "red_document_key", "issue_date", "total_amount")

Connection = psycopg.Connection[Any]
BY_FILE = "bureau_file"


def add_actions(parser: argparse.ArgumentParser) -> None:
    """The action and its import tasks; without one the form is meant."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=[*ACTIONS],
        help=sentence("backfill_command.action"),
    )
    number = sentence("placeholders.batch")
    parser.add_argument("batches", nargs="*", metavar=number, help=sentence("backfill_command.batches"))
    reason = sentence("placeholders.reason")
    parser.add_argument("--reason", metavar=reason, help=sentence("backfill_command.reason"))
    add_row_limit(parser, 100, sentence("backfill_command.limit"))
    for name, word in {"org": "code", "scope": "scope", "enable": "kind", "disable": "kind"}.items():
        said = sentence(f"update_options.{name}")
        parser.add_argument(f"--{name}", metavar=sentence(f"placeholders.{word}"), help=said)


def act(arguments: argparse.Namespace) -> int:
    """Does one action. Raises BadInput with every problem at once."""
    session = reading_session if _only_looks(arguments) else pool_session
    with session(autocommit=True) as connection:
        ACTIONS[arguments.action](connection, arguments)
    return 0


def show_list(url: str, actor: str, numbers: Sequence[str]) -> None:
    """The import tasks of these numbers as a table."""
    with open_session(url) as connection:
        _print("import_tasks", LIST, batches.list_batches(connection, actor, numbers), as_json=False)


def _list(connection: Connection, arguments: argparse.Namespace) -> None:
    found = batches.list_batches(connection, actor_of(arguments), arguments.batches, arguments.limit)
    _print("import_tasks", LIST, found, as_json=arguments.json)


def _print(table: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_rows(columns, rows, as_json=True)
    else:
        show_rows(table, columns, rows, nothing=sentence(f"nothing_imported.{table}"))


def _show(connection: Connection, arguments: argparse.Namespace) -> None:
    found = batches.list_batches(connection, actor_of(arguments), _named(arguments))
    if not found:
        raise BadInput([sentence("backfill_command.unknown", batches=listed(arguments.batches))])
    for one in found:
        _print("import_tasks", LIST, [one], as_json=arguments.json)
        number, rows = one["batch_no"], batches.rows(connection, one["batch_no"])
        if one["method"] == BY_FILE:
            _print("import_files", FILES, files_of_import(connection, number), as_json=arguments.json)
            _print("import_rows", FILE_ROWS, rows, as_json=arguments.json)
        else:
            _print("import_months", MONTHS, batches.subtasks(connection, number), as_json=arguments.json)
            _print("import_rows", ROWS, rows, as_json=arguments.json)


def _stop(connection: Connection, arguments: argparse.Namespace) -> None:
    done = batches.stop(connection, actor_of(arguments), _named(arguments), arguments.reason or "")
    show_done(done, as_json=arguments.json)


def _retry(connection: Connection, arguments: argparse.Namespace) -> None:
    planned = batches.retry(connection, actor_of(arguments), _named(arguments), day_of(arguments))
    _print_numbers(planned, as_json=arguments.json)
    say_who_works(connection, planned)


def _resume(connection: Connection, arguments: argparse.Namespace) -> None:
    resumed = batches.resume(connection, actor_of(arguments), _named(arguments))
    _print_numbers(resumed, as_json=arguments.json)


def _print_numbers(numbers: Sequence[str], *, as_json: bool) -> None:
    for number in numbers:
        print(json.dumps({"batch_no": number}) if as_json else number)


def _auto(connection: Connection, arguments: argparse.Namespace) -> None:
    """Shows the monthly updates; with --enable or --disable changes them first."""
    for chosen, enabled in ((arguments.enable, True), (arguments.disable, False)):
        if chosen is not None:
            auto.switch(
                connection,
                actor_of(arguments),
                items(arguments.org),
                _data_types(chosen),
                enabled=enabled,
                entrance="automation",
                scope=arguments.scope and code_of("auto_update_scope", arguments.scope),
            )
    seen = allowed_organisations(connection, actor_of(arguments), "view")
    _print("automatic_updates", AUTO, auto.settings(connection, seen), as_json=arguments.json)


def _data_types(text: str) -> list[str]:
    """Codes; a word that is none is left to the switch to refuse."""
    words = rulebook().words("history_data_type")
    return [words.find(one) or one for one in items(text)]


def _missing(connection: Connection, arguments: argparse.Namespace) -> None:
    found = batches.missing_blue(connection, actor_of(arguments), arguments.limit)
    _print("missing_originals", MISSING, found, as_json=arguments.json)


ACTIONS: Mapping[str, Callable[[Connection, argparse.Namespace], None]] = {
    "list": _list,
    "show": _show,
    "stop": _stop,
    "retry": _retry,
    "resume": _resume,
    "auto": _auto,
    "missing": _missing,
}


def _only_looks(arguments: argparse.Namespace) -> bool:
    """list, show and missing do; auto does unless it switches something."""
    switches = arguments.enable is not None or arguments.disable is not None
    return arguments.action in ("list", "show", "missing") or (arguments.action == "auto" and not switches)


def _named(arguments: argparse.Namespace) -> list[str]:
    return list(dict.fromkeys(arguments.batches))
