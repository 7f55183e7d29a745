"""What is nothing but plain cells is known exactly from one pass; anything else is left to a slower look."""

import pytest

from fapiao.bureau_files.extent import Extent
from fapiao.bureau_files.plain_cells import plain_rows
from fapiao.bureau_files.windows import windows

SHEET = (
    b'<worksheet><sheetData><row r="1" spans="1:2"><c r="A1" t="inlineStr"><is><t>1 &gt; 0</t></is></c>'
    b'<c r="AB1" s="3"><v>7</v></c></row>\n<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"/><c r="C2" s="1"></c>'
    b'<c r="D2" t="inlineStr"><is><t xml:space="preserve"> x</t></is></c></row></sheetData></worksheet>'
)
CELLS, LAST_ROW, LAST_COLUMN = 6, 2, 28


def test_the_cells_of_a_sheet_are_counted_exactly_wherever_a_piece_ends() -> None:
    for cut in range(len(SHEET)):
        extent = Extent()
        for window in windows([SHEET[:cut], SHEET[cut:]]):
            extent.look(window)
        assert extent.odd or (extent.cells, extent.row, extent.column) == (CELLS, LAST_ROW, LAST_COLUMN), cut


def test_a_long_sheet_is_taken_apart_in_one_pass_wherever_its_pieces_end() -> None:
    rows = [f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n}</t></is></c></row>' for n in range(1, 400)]
    content = b"<worksheet><sheetData>" + "".join(rows).encode()
    for size in range(1000, 1100):
        extent = Extent()
        first, *others = windows(content[at : at + size] for at in range(0, len(content), size))
        assert not extent.look(first)
        assert all(map(extent.look, others))
        assert (extent.cells, extent.row, extent.column, extent.odd) == (399, 399, 1, False)


def test_the_places_come_row_by_row() -> None:
    assert plain_rows(b'<row r="1"><c r="A1"/><c r="B1"/></row><row r="2"></row><row r="7"><c r="C7"/></row>') == [
        [b'A1"', b'B1"'],
        [b'C7"'],
    ]


@pytest.mark.parametrize(
    "window",
    [
        b'<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>',
        b'<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>',
        b'<row r="1"><c><v>2</v></c></row>',
        b'<row r="1"><c r="a1"><v>2</v></c></row>',
        b'<row r="1"><c r="A0"><v>2</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
        b'<row r="1"><c r="A1"><v>1<c r="B1"/></v></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><v>0</v></c></row>',
        b'<row r="1"><c r="A1" t="s"><is><t>0</t></is></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t><t>b</t></is></c></row>',
        b'<row r="1"><c r="A1"/><mergeCell ref="A1:B2"/></row>',
        b'<row spans="<c r="A1"/>"></row>',
        b'<row <c r="A1"/>r="1"></row>',
        b'<c r="A1"/><!-- <c r="A2"/> -->',
        b'<x:row r="1"><c r="A1"/></x:row>',
    ],
)
def test_a_window_with_anything_else_is_not_taken_apart(window: bytes) -> None:
    assert plain_rows(window) is None


@pytest.mark.parametrize("place", ["A1048577", "XFE1"])
def test_a_cell_beyond_the_last_one_of_a_sheet_makes_it_odd(place: str) -> None:
    extent = Extent()
    extent.look(b"<worksheet><sheetData>")
    extent.look(f'<row r="1"><c r="{place}"/></row>'.encode())
    assert extent.odd
