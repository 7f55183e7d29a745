"""The filters of the sync log: how they are typed, and what the named statements of log.sql make of them."""

import argparse
from collections.abc import Mapping
from typing import Any

from fapiao.closed_lists import type_of
from fapiao.forms.fields import FormField, Option
from fapiao.forms.reading import fill, given
from fapiao.identifiers import one_spelling
from fapiao.rules.spellings import folded
from fapiao.texts.catalogue import sentence
from fapiao.written_days import day
from launcher.log_views import refuse_filters
from launcher.options import add_options
from launcher.row_limit import add_row_limit


def _code(kind: str) -> FormField:
    """A code, its label or an alias of it (A-07)."""
    flag = f"--{kind.replace('_', '-')}"
    return FormField(kind, "word", codes=kind, option=Option(flag, f"log_filters.{kind}", f"placeholders.{kind}"))


def _invoice_type(text: str) -> str:
    every = folded(text) in ("all", "全部")
    return "all" if every else type_of(text)


def _text(name: str, metavar: str) -> FormField:
    return FormField(name, "word", option=Option(f"--{name}", f"log_filters.{name}", metavar))


def _day(name: str, flag: str) -> FormField:
    return FormField(name, "day", option=Option(flag, f"log_filters.{name}", "placeholders.day", type=day))


FILTERS = (
    FormField("batch", "words", option=Option("--batch", "log_filters.batch", "placeholders.batch", repeated=True)),
    *map(_code, ("channel", "direction", "download_type", "sync_type", "document", "status")),
    FormField("invoice_type", "word", means=_invoice_type,
              option=Option("--invoice-type", "log_filters.invoice_type", "placeholders.invoice_type")),
    FormField("taxpayer", "word", means=one_spelling,
              option=Option("--taxpayer", "log_filters.taxpayer", "placeholders.taxpayer")),
    _text("name", "placeholders.name"),
    _text("org", "placeholders.organisation"),
    _text("parent", "placeholders.batch"),
    _text("dag", "placeholders.dag"),
    _text("error", "placeholders.code"),
    _text("module", "placeholders.module"),
    _day("window_from", "--from"),
    _day("window_to", "--to"),
    _day("created_from", "--created-from"),
    _day("created_to", "--created-to"),
)  # fmt: skip
FLAGS = {one.name: one.option.flag for one in FILTERS if one.option} | {"voided": "--voided"}
"""Every filter with its option."""
NO_FILTER: Mapping[str, Any] = {"batches": None} | {name: None for name in FLAGS if name != "batch"}
"""The values of a statement without a filter."""


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Every filter of the manual's log."""
    add_options(parser, FILTERS)
    parser.add_argument("--voided", action=argparse.BooleanOptionalAction, help=sentence("log_filters.voided"))
    add_row_limit(parser, 50)


def filter_values(arguments: argparse.Namespace, view: str, typed: str) -> dict[str, Any]:
    """The values of the statements' placeholders.

    Raises BadInput for filters that the view, typed so, does not take, and with every word that is not known.
    """
    refuse_filters(view, typed, [name for name in FLAGS if getattr(arguments, name) is not None], FLAGS)
    filled = fill(FILTERS, given(FILTERS, vars(arguments)))
    filled.refuse()
    values = filled.conditions()
    return values | {"batches": values.pop("batch"), "voided": arguments.voided, "limit": arguments.limit}


def given_flags(values: Mapping[str, Any]) -> list[str]:
    """The options of the filters that are given."""
    names = {"batch": "batches"}
    return [flag for name, flag in FLAGS.items() if values[names.get(name, name)] is not None]
