"""Rows are read in pages, and none of them notices its neighbours."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fapiao.payloads.columns import UNREADABLE, read_column
from fapiao.payloads.staged import Context, Staged
from fapiao.payloads.translation import translate
from fapiao.payloads.values import number, text
from fapiao.pool_columns.reading import staged_columns
from fapiao.pool_columns.records import LINE_COLUMNS

CONTEXT = Context("input", "91310000MA1EXAMP07", "81", datetime(2026, 2, 3, tzinfo=UTC))
ROWS = 1_201


def row(place: int, **values: object) -> dict[str, object]:
    """As 乐企 sends it."""
    lines = [{"xmmc": f"货物{place}-{number}", "je": "1.50"} for number in range(place % 4)]
    said: dict[str, object] = {"fphm": f"{place:020}", "kprq": "2026-01-05 10:00:00", "hjje": "10.00"}
    return said | ({"fpmx": lines} if lines else {}) | values


def file_row(place: int, **values: object) -> dict[str, object]:
    """As the reader of a bureau file hands it over: texts ready for COPY, under our names."""
    lines = [{"goods_name": f"货物{place}-{number}", "amount": "1.50"} for number in range(place % 4)]
    said: dict[str, object] = {"document_key": f"{place:020}", "invoice_type": "81", "issue_date": "2026-01-05"}
    return said | {"amount": "10.00"} | ({"items": lines} if lines else {}) | values


def translated(rows: list[dict[str, object]], kind: str = "digital") -> Staged:
    return translate(kind, rows, CONTEXT)


@pytest.mark.parametrize(
    ("kind", "made", "spoilt"),
    [
        (
            "digital",
            row,
            [
                (600, {"hjje": "ten"}),
                (601, {"unknown": "x", "fpmx": [{"xmmc": "a", "fpjysl": "一批", "odd": 1}]}),
                (1200, {"fphm": ""}),
            ],
        ),
        (
            "file_invoice",
            file_row,
            [
                (600, {"issue_date": "0001-01-01"}),
                (601, {"unknown": "x", "items": [{"goods_name": "a", "odd": 1}]}),
                (1200, {"document_key": ""}),
            ],
        ),
    ],
)
def test_many_rows_become_what_each_becomes_alone(
    kind: str, made: Callable[[int], dict[str, object]], spoilt: list[tuple[int, dict[str, object]]]
):
    rows = [made(place) for place in range(ROWS)]
    for place, values in spoilt:
        rows[place] |= values
    together, alone = translated(rows, kind), [translated([one], kind) for one in rows]
    assert len(together.documents) == ROWS - 2
    assert together.documents == [row for one in alone for row in one.documents]
    assert together.lines == [line for one in alone for line in one.lines]
    assert [row.reason for row in together.rejected] == [row.reason for one in alone for row in one.rejected]
    assert [row.row_no for row in together.rejected] == [601, 1201]


def test_an_unreadable_quantity_stays_in_the_details_of_its_line_only():
    items = [{"xmmc": "a", "fpjysl": "一批"}, {"xmmc": "b", "fpjysl": "2"}]
    staged = translated([row(1, fpmx=items)])
    lines = [dict(zip(LINE_COLUMNS, line, strict=True)) for line in staged.lines]
    assert [(line["quantity"], line["details"]) for line in lines] == [(None, '{"fpjysl":"一批"}'), ("2", None)]


@pytest.mark.parametrize(("kind", "made"), [("digital", row), ("file_invoice", file_row)])
def test_a_field_without_a_column_stays_with_its_own_row(kind: str, made: Callable[..., dict[str, object]]):
    staged = translated([made(1, unknown="x"), made(2)], kind)
    at = staged_columns(kind).index("details")
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
