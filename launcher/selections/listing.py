"""`./fapiao select list` and `export`: the documents that can be selected, by S2's filters."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from fapiao.forms.fields import FormField, Option
from fapiao.forms.reading import fill, given
from fapiao.identifiers import one_spelling
from fapiao.identity import spelled
from fapiao.selection.listing import ListFilter
from fapiao.texts.catalogue import sentence
from fapiao.written_days import day
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.rows import note_export
from hooks.selection_lists.listing import export_list, list_page, list_totals
from launcher.actor import actor_of
from launcher.options import add_options
from launcher.people_table import show_rows
from launcher.pool import reading_session
from launcher.screen import counted_rows, print_rows

Connection = psycopg.Connection[Any]

COLUMNS = ("customs_no", "taxpayer_no", "taxpayer_name", "issue_date", "face_tax_amount", "selection_state",
           "selection_reason", "deduction_period", "use_state", "entry_tax_amount", "org_name",
           "voucher_no")  # fmt: skip


def _several(
    name: str, flag: str, metavar: str, codes: str | None = None, means: Callable[[str], str] | None = None
) -> FormField:
    text = f"select_filters.{flag.strip('-').replace('-', '_')}"
    return FormField(name, "words", codes=codes, means=means, option=Option(flag, text, metavar, repeated=True))


FILTERS = (
    _several("taxpayers", "--taxpayer", "placeholders.taxpayer", means=one_spelling),
    _several("organisations", "--org", "placeholders.organisation"),
    _several("tax_organisations", "--tax-org", "placeholders.organisation"),
    _several("document_keys", "--number", "placeholders.number", means=spelled),
    _several("tax_periods", "--period", "placeholders.period"),
    _several("selection_states", "--status", "placeholders.status", "selection_state"),
    _several("use_states", "--use", "placeholders.status", "use_state"),
    _several("reasons", "--why", "placeholders.reason", "not_deductible_type"),
    FormField("issued_from", "day",
              option=Option("--from", "select_filters.issued_from", "placeholders.day", type=day)),
    FormField("issued_to", "day",
              option=Option("--to", "select_filters.issued_to", "placeholders.day", type=day)),
    FormField("amount_from", "word", means=Decimal,
              option=Option("--amount-from", "select_filters.amount_from", "placeholders.amount", type=Decimal)),
    FormField("amount_to", "word", means=Decimal,
              option=Option("--amount-to", "select_filters.amount_to", "placeholders.amount", type=Decimal)),
)  # fmt: skip


def add_filters(parser: argparse.ArgumentParser) -> None:
    """S2's filters; several of one kind by repeating the option."""
    add_options(parser, FILTERS)
    parser.add_argument("--everything", action="store_true", help=sentence("select_filters.everything"))


def filter_of(arguments: argparse.Namespace, allowed: Sequence[str] | None) -> ListFilter:
    """The filter as typed, narrowed to what the actor may see. Raises BadInput with every unknown word."""
    filled = fill(FILTERS, given(FILTERS, vars(arguments)))
    filled.refuse()
    every = {"deductible": None, "purposes": None} if arguments.everything else {}
    return ListFilter(**filled.conditions(), **every, allowed=allowed)


def show(arguments: argparse.Namespace) -> int:
    """The newest documents of the filter, how many there are, and their tax."""
    with reading_session() as connection:
        wanted = filter_of(arguments, _allowed(connection, arguments, "view"))
        rows = list_page(connection, wanted, limit=arguments.limit).rows
        totals = list_totals(connection, wanted)
    if arguments.json:
        print_rows(COLUMNS, map(asdict, rows), as_json=True)
        return 0
    show_rows("selection", COLUMNS, map(asdict, rows), nothing=sentence("select_command.nothing_listed"))
    if rows:
        values = {"documents": totals.documents, "tax": f"{totals.tax_sum:,.2f}", "shown": len(rows)}
        print(sentence("select_command.totals", **values))
    return 0


def export(arguments: argparse.Namespace) -> int:
    """导出发票: every document of the filter. Raises Unusable when the file cannot be written."""
    file: Path = arguments.out
    with reading_session() as connection:
        wanted = filter_of(arguments, _allowed(connection, arguments, "export"))
        connection.rollback()
        with counted_rows(str(file)) as line:
            rows = export_list(connection, file, wanted, line)
        note_export(connection, actor_of(arguments), rows, {"view": "selection", **wanted.values()}, file)
    print(sentence("select_command.written", file=file, rows=rows))
    return 0


def _allowed(connection: Connection, arguments: argparse.Namespace, action: str) -> Sequence[str] | None:
    return allowed_organisations(connection, actor_of(arguments), action)
