"""`./fapiao log`: the sync log (数据同步日志), the events of a row, what was left out, the quota board."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.errors import BadInput
from fapiao.queries import query
from launcher.pool import pool_url
from launcher.screen import table

HELP = "the sync log: filter, drill down to events, left-out rows and the quota board, export"
FILTERS = (
    "batch",
    "taxpayer",
    "channel",
    "direction",
    "download_type",
    "sync_type",
    "document",
    "invoice_type",
    "status",
)
SHOWN = (
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
    "error_code",
)
XLSX_LIMIT = 1_048_575


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The filters of the manual, and the ways to see the rows."""
    for name in FILTERS:
        parser.add_argument(f"--{name.replace('_', '-')}")
    parser.add_argument("--dag", help="only rows of this DAG")
    parser.add_argument("--error", help="only rows with this error code")
    parser.add_argument(
        "--from", dest="window_from", type=date.fromisoformat, help="windows that end on this day or later"
    )
    parser.add_argument(
        "--to", dest="window_to", type=date.fromisoformat, help="windows that start on this day or earlier"
    )
    parser.add_argument("--limit", type=int, default=50)
    view = parser.add_mutually_exclusive_group()
    view.add_argument("--counts", action="store_true", help="how many tasks stand where")
    view.add_argument("--events", action="store_true", help="what happened to the task of --batch")
    view.add_argument("--skipped", action="store_true", help="what the calendar named and the plan left out")
    view.add_argument("--quota", action="store_true", help="the quota board")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="write the rows to a workbook")


def run(arguments: argparse.Namespace) -> int:
    """Reads and prints; changes nothing."""
    if arguments.events and not arguments.batch:
        raise BadInput(["--events needs --batch: the events of which task?"])
    name = next((n for n in ("counts", "events", "skipped", "quota") if getattr(arguments, n)), "rows")
    statement = {"skipped": "skips", "quota": "quota_board"}.get(name, name)
    values = {n: getattr(arguments, n) for n in (*FILTERS, "dag", "error", "window_from", "window_to", "limit")}
    if arguments.xlsx:
        values["limit"] = XLSX_LIMIT
    with pool_url() as url, psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("SET TIME ZONE 'Asia/Shanghai'")
        cursor = connection.execute(query("log", statement), values)
        headings = [column.name for column in cursor.description or ()]
        _show(arguments, headings, cursor.fetchall(), SHOWN if name == "rows" else tuple(headings))
    return 0


def _show(
    arguments: argparse.Namespace, headings: list[str], rows: list[dict[str, Any]], shown: tuple[str, ...]
) -> None:
    if arguments.xlsx:
        from launcher.workbook import write_workbook  # noqa: PLC0415 openpyxl takes a second that only an export needs

        write_workbook(arguments.xlsx, headings, ([row[name] for name in headings] for row in rows))
        print(f"{len(rows)} rows written to {arguments.xlsx}")
    elif arguments.json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False, default=str))
    else:
        print(table(shown, [[row[name] for name in shown] for row in rows], indent=""))
        for row in rows:
            if row.get("error_message"):
                print(f"{row['batch_no']}: {row['error_message']} — {row['advice'] or ''}")
