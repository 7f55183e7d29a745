"""`./fapiao log`: the sync log (数据同步日志), from a planning over tasks and replies to the invoices."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.errors import BadInput
from fapiao.masking import masked, masked_body
from fapiao.queries import query
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.codes import advice_told, message_told
from fapiao.texts.left_out import reason_told
from hooks.enterprise.permissions import allowed_organisations
from hooks.pool.sessions import NEVER
from launcher.actor import actor_of, add_actor
from launcher.administration import change_as_read
from launcher.exporting import STATEMENTS, export_log
from launcher.guarded_output import print_line
from launcher.log_filter import add_filters, filter_values, given_flags
from launcher.log_views import SHOWN, VIEWS, WITHOUT_A_TASK
from launcher.options import add_json
from launcher.people_table import show_rows
from launcher.pool import reading_session
from launcher.screen import print_rows

SHEETS = {"rows": "log", "invoices": "brought"}
Connection = psycopg.Connection[Any]
Record = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The filters of the manual, and the ways to see the rows."""
    add_filters(parser)
    view = parser.add_mutually_exclusive_group()
    for name in VIEWS:
        view.add_argument(f"--{name}", action="store_true", help=sentence(f"log_views.{name}"))
    view.add_argument("--reply", type=int, metavar=sentence("placeholders.reply"), help=sentence("log_command.reply"))
    add_json(parser)
    parser.add_argument("--xlsx", type=Path, metavar=sentence("placeholders.file"), help=sentence("log_command.xlsx"))
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Reads and prints; changes nothing, but an export is noted with its actor."""
    view = _view(arguments)
    values, actor = filter_values(arguments, view, f"--{view}"), actor_of(arguments)
    with reading_session(row_factory=dict_row) as connection:
        values["organisations"] = allowed_organisations(connection, actor, "export" if arguments.xlsx else "view")
        if view == "reply":
            print(_reply(connection, values | {"reply": arguments.reply}))
        elif arguments.xlsx:
            export_log(connection, SHEETS.get(view, view), values, arguments.xlsx, actor)
        else:
            _show(connection, view, values, actor, as_json=arguments.json)
    return 0


def _view(arguments: argparse.Namespace) -> str:
    if arguments.reply is not None:
        return "reply"
    return next((name for name in VIEWS if getattr(arguments, name)), "rows")


def _show(connection: Connection, view: str, values: Record, actor: str, *, as_json: bool) -> None:
    """Rows of JSON are fetched as they are read: a log of a million rows takes no more memory than one of ten."""
    with connection.cursor(name="log") as cursor:
        cursor.execute(query("log", STATEMENTS.get(view, view)), values)
        rows = map(masked, cursor) if view == "attempts" else iter(cursor)
        headings = [column.name for column in cursor.description or ()]
        if as_json:
            print_rows(headings, rows, as_json=True)
            return
        shown, found = SHOWN.get(view, headings), list(rows)
    nothing = _nothing(view, values, actor)
    show_rows(view, shown, [_as_shown(view, row) for row in found], nothing=nothing)
    for row in found:
        for line in _remarks(row):
            print_line(line)


def _nothing(view: str, values: Record, actor: str) -> str:
    """What is said of no rows: of none at all, or of none by a filter; and to whom not every organisation is shown."""
    asked, seen = given_flags(values), values["organisations"]
    if asked and view in WITHOUT_A_TASK:
        said = sentence("log_command.nothing_matches", filters=listed(asked), view=f"--{view}")
    else:
        said = sentence(f"log_nothing.{view}")
    if seen is None:
        return said
    return f"{said}\n{sentence('log_command.only_organisations', organisations=listed(seen), actor=actor)}"


def _as_shown(view: str, row: Record) -> Record:
    match view:
        case "rows":
            return row | {"not_before": _next_turn(row)}
        case "counts":
            return row | {"status_label": row["label"]}
        case "skipped":
            return row | {"reason": reason_told(row["reason_code"], row["reason"])}
        case "administration":
            return change_as_read(row)
        case "exports":
            return row | {"sheet": sentence(f"exported_sheets.{row['sheet']}")}
    return row


def _remarks(row: Record) -> Iterator[str]:
    """Below the table: what went wrong with a task and what to do about it, and what is doubtful."""
    batch, message = row.get("batch_no"), message_told(row.get("error_code"), row.get("error_message"))
    advice = advice_told(row.get("error_code"), row.get("advice"))
    if message and advice:
        yield sentence("log_command.error", batch=batch, message=message, advice=advice)
    elif message:
        yield sentence("log_command.error_alone", batch=batch, message=message)
    for warning in row.get("warnings") or ():
        yield sentence("log_command.warning", batch=batch, warning=warning)


def _next_turn(row: Record) -> object:
    """When an open row has its next turn, an instant or a later day; one that was set aside has none of its own."""
    instant, day = row["not_before"], row["not_before_day"]
    if row["finished_at"] or row["void_state"]:
        return None
    if instant == NEVER:
        return sentence("log_command.set_aside")
    return day if day and (instant is None or instant.date() < day) else instant


def _reply(connection: Connection, values: Record) -> str:
    row = connection.execute(query("log", "reply"), values).fetchone()
    if row is None:
        raise BadInput([sentence("log_command.no_reply", reply=values["reply"])])
    return masked_body(bytes(row["body"]))
