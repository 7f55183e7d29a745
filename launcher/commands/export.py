"""`./fapiao export`: the sync log, the pool or what a download brought, as a workbook."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from hooks.exports.rows import FILTERS
from launcher.actor import actor_of, add_actor
from launcher.exporting import export_batch, export_log, export_pool
from launcher.log_filter import add_filters, filter_values
from launcher.pool import pool_session

HELP = "export log, pool or batch to an .xlsx file: long numbers as text, amounts as numbers, any number of rows"
VIEWS = {"log": "log", "batches": "batches", "attempts": "attempts", "invoices": "brought", "events": "events",
         "skipped": "skipped", "quota": "quota", "counts": "counts"}  # fmt: skip
"""What ./fapiao log shows, and its sheet."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """log, pool and batch."""
    kinds = parser.add_subparsers(dest="kind", required=True)
    log = kinds.add_parser(
        "log", help="数据同步日志: the filters of ./fapiao log; --batch again and again is a selection"
    )
    log.add_argument("--view", choices=tuple(VIEWS), default="log", help="another table of the log")
    add_filters(log)
    pool = kinds.add_parser("pool", help="全票池: a sheet of headers and one of lines")
    _add_pool_filters(pool)
    batch = kinds.add_parser("batch", help="the invoices that a download or a planning brought")
    batch.add_argument("batches", nargs="+", metavar="BATCH")
    for one in (log, pool, batch):
        one.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .xlsx file to write")
        add_actor(one)


def _add_pool_filters(pool: argparse.ArgumentParser) -> None:
    pool.add_argument("--taxpayer", dest="taxpayers", action="append", metavar="NUMBER", help="may be repeated")
    pool.add_argument("--direction", help="进项 or 销项")
    pool.add_argument("--type", dest="invoice_types", action="append", metavar="TYPE", help="code or name; repeatable")
    pool.add_argument("--month", metavar="YYYY-MM", help="开票月份")
    pool.add_argument("--month-from", metavar="YYYY-MM", help="this month and later ones")
    pool.add_argument("--month-to", metavar="YYYY-MM", help="this month and earlier ones")
    pool.add_argument("--batch", dest="batches", action="append", metavar="BATCH", help="what it brought; repeatable")
    pool.add_argument("--no-lines", action="store_true", help="headers only")


def run(arguments: argparse.Namespace) -> int:
    """Writes one file. Raises BadInput with every word that is not known, Unusable when the disk does not take it."""
    values, actor, file = _values(arguments), actor_of(arguments), arguments.out
    with pool_session() as connection:
        if arguments.kind == "log":
            export_log(connection, VIEWS[arguments.view], values, file, actor)
        elif arguments.kind == "pool":
            export_pool(connection, values, file, actor, lines=not arguments.no_lines)
        else:
            export_batch(connection, values, file, actor)
    return 0


def _values(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.kind == "log":
        return filter_values(arguments)
    if arguments.kind == "batch":
        return dict.fromkeys(FILTERS) | {"batches": arguments.batches}
    return _pool_values(arguments)


def _pool_values(arguments: argparse.Namespace) -> dict[str, Any]:
    book, problems = rulebook(), []

    def read(reader: Callable[[str], Any], text: str | None) -> Any:
        try:
            return text if text is None else reader(text)
        except BadInput as unknown:
            problems.extend(unknown.problems)

    types = [read(lambda name: book.invoice_type(name).code, text) for text in arguments.invoice_types or ()]
    values = {
        "taxpayers": arguments.taxpayers,
        "direction": read(lambda text: book.code("direction", text), arguments.direction),
        "invoice_types": types or None,
        "month_from": read(_month, arguments.month_from or arguments.month),
        "month_to": read(_month, arguments.month_to or arguments.month),
        "batches": arguments.batches,
    }
    if problems:
        raise BadInput(list(dict.fromkeys(problems)))
    return values


def _month(text: str) -> date:
    """The first day of a month, written 2027-01."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as wrong:
        raise BadInput([f"{text!r} is not a month: write it like 2027-01"]) from wrong
