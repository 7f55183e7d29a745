"""`./fapiao export`: the sync log, the pool or what a download brought, as a workbook."""

import argparse
from datetime import date
from typing import Any

from fapiao.closed_lists import type_of
from fapiao.errors import BadInput
from fapiao.forms.fields import FormField, Option
from fapiao.forms.reading import fill, given
from fapiao.identifiers import one_spelling
from fapiao.texts.catalogue import sentence
from fapiao.written_days import month
from hooks.exports.rows import FILTERS
from launcher.actor import actor_of, add_actor
from launcher.exporting import add_out, export_batch, export_log, export_pool
from launcher.log_filter import NO_FILTER, add_filters, filter_values
from launcher.options import add_options
from launcher.pool import reading_session

VIEWS = {"log": "log", "batches": "batches", "attempts": "attempts", "invoices": "brought", "events": "events",
         "skipped": "skipped", "quota": "quota", "counts": "counts"}  # fmt: skip
"""What ./fapiao log shows, and its sheet."""


def _month(text: str) -> date:
    """The first day of a month, written 2027-01."""
    try:
        return month(text)
    except ValueError as wrong:
        raise BadInput([str(wrong)]) from wrong


def _months(name: str) -> FormField:
    flag = f"--{name.replace('_', '-')}"
    return FormField(name, "word", means=_month, option=Option(flag, f"pool_filters.{name}", "placeholders.month"))


POOL = (
    FormField("taxpayers", "words", means=one_spelling,
              option=Option("--taxpayer", "pool_filters.taxpayer", "placeholders.taxpayer", repeated=True)),
    FormField("direction", "word", codes="direction",
              option=Option("--direction", "pool_filters.direction", "placeholders.direction")),
    FormField("invoice_types", "words", means=type_of,
              option=Option("--type", "pool_filters.type", "placeholders.type", repeated=True)),
    _months("month"),
    _months("month_from"),
    _months("month_to"),
    FormField("batches", "words",
              option=Option("--batch", "pool_filters.batch", "placeholders.batch", repeated=True)),
)  # fmt: skip
"""The filters of 全票池."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """log, pool and batch."""
    kinds = parser.add_subparsers(dest="kind", required=True)
    log = kinds.add_parser("log", help=sentence("export_command.log"))
    log.add_argument("--view", choices=tuple(VIEWS), default="log", help=sentence("export_command.view"))
    add_filters(log)
    pool = kinds.add_parser("pool", help=sentence("export_command.pool"))
    add_options(pool, POOL)
    pool.add_argument("--no-lines", action="store_true", help=sentence("export_command.no_lines"))
    batch = kinds.add_parser("batch", help=sentence("export_command.batch"))
    numbers = {"metavar": sentence("placeholders.batch"), "help": sentence("export_command.batches")}
    batch.add_argument("batches", nargs="+", **numbers)
    for one in (log, pool, batch):
        add_out(one)
        add_actor(one)


def run(arguments: argparse.Namespace) -> int:
    """Writes one file. Raises BadInput with every word that is not known, Unusable when the disk does not take it."""
    values, actor, file = _values(arguments), actor_of(arguments), arguments.out
    with reading_session() as connection:
        if arguments.kind == "log":
            export_log(connection, VIEWS[arguments.view], values, file, actor)
        elif arguments.kind == "pool":
            export_pool(connection, values, file, actor, lines=not arguments.no_lines)
        else:
            export_batch(connection, values, file, actor)
    return 0


def _values(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.kind == "log":
        view = arguments.view
        return filter_values(arguments, "rows" if view == "log" else view, " ".join(("--view", view)))
    if arguments.kind == "batch":
        return dict.fromkeys(FILTERS) | NO_FILTER | {"batches": arguments.batches}
    return _pool_values(arguments)


def _pool_values(arguments: argparse.Namespace) -> dict[str, Any]:
    filled = fill(POOL, given(POOL, vars(arguments)))
    filled.refuse()
    values = filled.conditions()
    month = values.pop("month")
    return values | {name: values[name] or month for name in ("month_from", "month_to")}
