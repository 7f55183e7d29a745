"""`./fapiao log`: the sync log (数据同步日志), from a planning over tasks and replies to the invoices."""

import argparse
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.errors import BadInput
from fapiao.masking import masked, masked_body
from fapiao.queries import query
from hooks.enterprise.permissions import allowed_organisations
from hooks.pool.sessions import NEVER
from launcher.actor import actor_of, add_actor
from launcher.exporting import STATEMENTS, export_log
from launcher.guarded_output import print_line
from launcher.log_filter import add_filters, filter_values
from launcher.pool import reading_session
from launcher.screen import print_rows

VIEWS = {
    "counts": "how many tasks stand where",
    "batches": "the plannings that tasks belong to",
    "attempts": "what was asked for --batch, and each reply",
    "invoices": "the documents that --batch brought",
    "events": "what happened to the task of --batch",
    "skipped": "what the calendar named and the plan left out",
    "quota": "the quota board",
    "administration": "who changed rights, basics, schemes, parameters, rules, entries: before and after",
    "exports": "who took what out, and the hash of the file",
}
ASIDE = "搁置"
"""What stands for the next turn of a row that waits for a person, by fetch or void."""
OF_A_BATCH = ("attempts", "invoices", "events")
SHEETS = {"rows": "log", "invoices": "brought"}
SHOWN = {
    "rows": (
        "batch_no",
        "taxpayer_no",
        "download_type",
        "invoice_types",
        "window_start",
        "window_end",
        "status_label",
        "downloaded_count",
        "inserted_count",
        "updated_count",
        "unchanged_count",
        "ignored_count",
        "failed_count",
        "schemes",
        "error_code",
        "not_before",
        "void_state_label",
    ),
    "attempts": (
        "batch_no",
        "request_no",
        "part_no",
        "generation",
        "package_no",
        "row_count",
        "received_at",
        "reply_id",
    ),
    "invoices": (
        "batch_no",
        "document_key",
        "invoice_type",
        "issue_date",
        "amount",
        "tax_amount",
        "changed",
        "failed",
        "ignored",
    ),
}

Connection = psycopg.Connection[Any]
Record = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The filters of the manual, and the ways to see the rows."""
    add_filters(parser)
    view = parser.add_mutually_exclusive_group()
    for name, sentence in VIEWS.items():
        view.add_argument(f"--{name}", action="store_true", help=sentence)
    view.add_argument("--reply", type=int, metavar="REPLY_ID", help="one reply of --attempts as it is kept, masked")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="write the rows to a workbook, all of them")
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Reads and prints; changes nothing, but an export is noted with its actor."""
    view = next((name for name in VIEWS if getattr(arguments, name)), "rows")
    if view in OF_A_BATCH and not arguments.batch:
        raise BadInput([f"--{view} needs --batch: the {view} of which task?"])
    values, actor = filter_values(arguments), actor_of(arguments)
    with reading_session(row_factory=dict_row) as connection:
        values["organisations"] = allowed_organisations(connection, actor, "export" if arguments.xlsx else "view")
        if arguments.reply is not None:
            print(_reply(connection, values | {"reply": arguments.reply}))
        elif arguments.xlsx:
            export_log(connection, SHEETS.get(view, view), values, arguments.xlsx, actor)
        else:
            _show(connection, view, values, as_json=arguments.json)
    return 0


def _show(connection: Connection, view: str, values: Record, *, as_json: bool) -> None:
    """Rows are fetched as they are read: a log of a million rows takes no more memory than one of ten."""
    with connection.cursor(name="log") as cursor:
        cursor.execute(query("log", STATEMENTS.get(view, view)), values)
        rows = map(masked, cursor) if view == "attempts" else iter(cursor)
        headings = [column.name for column in cursor.description or ()]
        if as_json:
            print_rows(headings, rows, as_json=True)
            return
        shown, found = SHOWN.get(view, headings), list(rows)
    print_rows(shown, [row | {"not_before": _next_turn(row)} for row in found] if view == "rows" else found)
    for row in found:
        if row.get("error_message"):
            print_line(f"{row['batch_no']}: {row['error_message']} — {row.get('advice') or ''}")
        for warning in row.get("warnings") or ():
            print_line(f"{row['batch_no']}: {warning}")


def _next_turn(row: Record) -> object:
    """When an open row has its next turn, an instant or a later day; one that was set aside has none of its own."""
    instant, day = row["not_before"], row["not_before_day"]
    if row["finished_at"] or row["void_state"]:
        return None
    if instant == NEVER:
        return ASIDE
    return day if day and (instant is None or instant.date() < day) else instant


def _reply(connection: Connection, values: Record) -> str:
    row = connection.execute(query("log", "reply"), values).fetchone()
    if row is None:
        raise BadInput([f"there is no reply {values['reply']}: --attempts lists the replies of a task"])
    return masked_body(bytes(row["body"]))
