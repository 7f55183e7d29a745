"""The filters of the sync log: how they are typed, and what the named statements of log.sql make of them."""

import argparse
from typing import Any

from fapiao.forms.fields import FormField, Option
from fapiao.forms.reading import fill, given
from fapiao.identifiers import one_spelling
from fapiao.rules.book import rulebook
from fapiao.rules.spellings import folded
from fapiao.written_days import day
from launcher.options import add_options
from launcher.row_limit import add_row_limit


def _code(kind: str) -> FormField:
    """A code, its label or an alias of it (A-07)."""
    return FormField(kind, "word", codes=kind, option=Option(f"--{kind.replace('_', '-')}", "code or label"))


def _invoice_type(text: str) -> str:
    every = folded(text) in ("all", "全部")
    return "all" if every else rulebook().invoice_type(text).code


def _text(name: str, sentence: str) -> FormField:
    return FormField(name, "word", option=Option(f"--{name}", sentence))


def _day(name: str, flag: str, sentence: str) -> FormField:
    return FormField(name, "day", option=Option(flag, sentence, type=day))


FILTERS = (
    FormField(
        "batch", "words", option=Option("--batch", "a task or a planning; may be repeated", "BATCH", repeated=True)
    ),
    *map(_code, ("channel", "direction", "download_type", "sync_type", "document", "status")),
    FormField("invoice_type", "word", means=_invoice_type, option=Option("--invoice-type", "code or name")),
    FormField("taxpayer", "word", means=one_spelling, option=Option("--taxpayer", "税号")),
    _text("name", "part of the company's name"),
    _text("org", "核算组织"),
    _text("parent", "rows planned by this batch, caused by this task, or retrying it"),
    _text("dag", "only rows of this DAG"),
    _text("error", "only rows with this error code"),
    _text("module", "所属模块, for example F18011"),
    _day("window_from", "--from", "windows that end on this day or later"),
    _day("window_to", "--to", "windows that start on this day or earlier"),
    _day("created_from", "--created-from", "rows made on this day or later, in Asia/Shanghai"),
    _day("created_to", "--created-to", "rows made on this day or earlier, in Asia/Shanghai"),
)


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Every filter of the manual's log."""
    add_options(parser, FILTERS)
    parser.add_argument(
        "--voided", action=argparse.BooleanOptionalAction, help="only rows that were voided or terminated, or none"
    )
    add_row_limit(parser, 50)


def filter_values(arguments: argparse.Namespace) -> dict[str, Any]:
    """The values of the statements' placeholders. Raises BadInput with every word that is not known."""
    filled = fill(FILTERS, given(FILTERS, vars(arguments)))
    filled.refuse()
    values = filled.conditions()
    return values | {"batches": values.pop("batch"), "voided": arguments.voided, "limit": arguments.limit}
