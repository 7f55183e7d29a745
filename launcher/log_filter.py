"""The filters of the sync log: how they are typed, and what the named statements of log.sql make of them."""

import argparse
from datetime import date
from typing import Any

from fapiao.errors import BadInput
from fapiao.rules.book import RuleBook, rulebook
from launcher.row_limit import add_row_limit

CODES = ("channel", "direction", "download_type", "sync_type", "document", "status")
"""Filters that take a code, its label or an alias of it (A-07)."""
DAYS = {
    "--from": ("window_from", "windows that end on this day or later"),
    "--to": ("window_to", "windows that start on this day or earlier"),
    "--created-from": ("created_from", "rows made on this day or later, in Asia/Shanghai"),
    "--created-to": ("created_to", "rows made on this day or earlier, in Asia/Shanghai"),
}
TEXTS = {
    "taxpayer": "税号",
    "name": "part of the company's name",
    "org": "核算组织",
    "parent": "rows planned by this batch, caused by this task, or retrying it",
    "dag": "only rows of this DAG",
    "error": "only rows with this error code",
    "module": "所属模块, for example F18011",
}


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Every filter of the manual's log."""
    parser.add_argument("--batch", action="append", metavar="BATCH", help="a task or a planning; may be repeated")
    for name in CODES:
        parser.add_argument(f"--{name.replace('_', '-')}", help="code or label")
    parser.add_argument("--invoice-type", help="code or name")
    for name, sentence in TEXTS.items():
        parser.add_argument(f"--{name}", help=sentence)
    for option, (name, sentence) in DAYS.items():
        parser.add_argument(option, dest=name, type=date.fromisoformat, help=sentence)
    parser.add_argument(
        "--voided", action=argparse.BooleanOptionalAction, help="only rows that were voided or terminated, or none"
    )
    add_row_limit(parser, 50)


def filter_values(arguments: argparse.Namespace) -> dict[str, Any]:
    """The values of the statements' placeholders. Raises BadInput with every word that is not known."""
    book, problems = rulebook(), []
    values: dict[str, Any] = {name: getattr(arguments, name) for name in (*TEXTS, "voided", "limit")}
    values |= {name: getattr(arguments, name) for name, _ in DAYS.values()}
    values["batches"] = arguments.batch
    for name in (*CODES, "invoice_type"):
        try:
            values[name] = _code(book, name, getattr(arguments, name))
        except BadInput as unknown:
            problems += unknown.problems
    if problems:
        raise BadInput(problems)
    return values


def _code(book: RuleBook, name: str, text: str | None) -> str | None:
    if text is None:
        return None
    if name != "invoice_type":
        return book.code(name, text)
    return text if text == "all" else book.invoice_type(text).code
