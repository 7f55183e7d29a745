"""Rows are read in pages, and none of them notices its neighbours."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fapiao.fields import LINE_COLUMNS, staged_columns
from fapiao.payloads import Context, Staged, translate
from fapiao.payloads.columns import UNREADABLE, read_column
from fapiao.payloads.values import number, text

CONTEXT = Context("input", "91310000MA1EXAMP07", "81", datetime(2026, 2, 3, tzinfo=UTC))
ROWS = 1_201


def file_row(place: int, **values: object) -> dict[str, object]:
    row: dict[str, object] = {"document_key": f"{place:020}", "invoice_type": "81", "issue_date": "2026-01-05"}
    items = [{"goods_name": f"货物{place}-{number}", "amount": "1.50"} for number in range(place % 4)]
    return row | {"amount": "10.00"} | ({"items": items} if items else {}) | values


def together_and_alone(rows: list[dict[str, object]]) -> tuple[Staged, list[Staged]]:
    return translate("file_invoice", rows, CONTEXT), [translate("file_invoice", [row], CONTEXT) for row in rows]


def test_many_rows_become_what_each_becomes_alone():
    rows = [file_row(place) for place in range(ROWS)]
    rows[600] |= {"amount": "ten"}
    rows[601] |= {"unknown": "x", "items": [{"goods_name": "a", "quantity": "一批", "odd": 1}]}
    rows[1200] |= {"document_key": ""}
    together, alone = together_and_alone(rows)
    assert together.documents == [row for one in alone for row in one.documents]
    assert together.lines == [line for one in alone for line in one.lines]
    assert [row.reason for row in together.rejected] == [row.reason for one in alone for row in one.rejected]
    assert [row.row_no for row in together.rejected] == [601, 1201]


def test_an_unreadable_quantity_stays_in_the_details_of_its_line_only():
    items = [{"goods_name": "a", "quantity": "一批"}, {"goods_name": "b", "quantity": "2"}]
    staged = translate("file_invoice", [file_row(1, items=items)], CONTEXT)
    lines = [dict(zip(LINE_COLUMNS, line, strict=True)) for line in staged.lines]
    assert [(line["quantity"], line["details"]) for line in lines] == [(None, '{"quantity":"一批"}'), ("2", None)]


def test_a_field_without_a_column_stays_with_its_own_row():
    staged = translate("file_invoice", [file_row(1, unknown="x"), file_row(2)], CONTEXT)
    at = staged_columns("file_invoice").index("details")
    assert [row[at] for row in staged.documents] == ['{"unknown":"x"}', None]


@pytest.mark.parametrize(
    "cells", [[1, True, 1.0, Decimal("1.00")] * 3, [Decimal("1.0"), Decimal("1.00")], [0, False, "", None]]
)
def test_equal_values_of_different_kinds_keep_their_spelling(cells: list[object]):
    assert read_column(number, cells) == [column for cell in cells for column in read_column(number, [cell])]


def test_equal_texts_are_read_once():
    seen: list[object] = []

    def read(value: object) -> str | None:
        seen.append(value)
        return text(value)

    assert read_column(read, [" a ", None, ""] * 10) == ["a", None, None] * 10
    assert seen == [" a "]


def test_what_cannot_be_read_is_marked_in_its_place():
    assert read_column(number, ["1", "x", [], "2"]) == ["1", UNREADABLE, UNREADABLE, "2"]
