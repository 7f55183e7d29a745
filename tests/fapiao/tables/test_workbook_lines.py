"""A workbook's cells become texts with their address; a number that Excel has rounded is complained about (C43)."""

from datetime import date, datetime
from pathlib import Path

import pytest

from enterprise_files import workbook
from fapiao.tables.lines import Table
from fapiao.tables.workbook_lines import read_workbook
from old_excel import old_workbook


def read(tmp_path: Path, rows: list[list[object]]) -> Table:
    (table,) = read_workbook("a.xlsx", workbook(tmp_path / "a.xlsx", taxpayers=rows).read_bytes())
    return table


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("0100", "0100"),
        (100, "100"),
        (110108123456789, "110108123456789"),
        (1.5, "1.5"),
        (True, "true"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime.fromisoformat("2026-01-05T08:30"), "2026-01-05T08:30:00"),
        (None, ""),
        (" 甲公司 ", "甲公司"),
    ],
)
def test_a_cell_becomes_the_text_that_a_person_sees(tmp_path, written, text):
    table = read(tmp_path, [["name", "a"], ["x", written]])
    assert table.lines[0].cells["a"].value == text


def test_a_long_number_is_complained_about_with_its_address(tmp_path):
    table = read(tmp_path, [["name", "taxpayer_no"], ["甲", 911101066976941872]])
    assert table.problems == [
        "a.xlsx, sheet taxpayers, cell B2, taxpayer_no: a number of more than 15 digits has lost its last digits; "
        "format the column as text and type the value again"
    ]


def test_empty_rows_are_skipped_and_addresses_stay_those_of_the_sheet(tmp_path):
    table = read(tmp_path, [[None], ["Name ", "channel"], [None, None], ["甲", "leqi"]])
    (line,) = table.lines
    assert (line.where(), line.where("channel")) == (
        "a.xlsx, sheet taxpayers, row 4",
        "a.xlsx, sheet taxpayers, cell B4, channel",
    )


def test_columns_beyond_z_have_two_letters(tmp_path):
    table = read(tmp_path, [[f"c{number}" for number in range(1, 54)], ["x"] * 53])
    places = {name: str(cell.place) for name, cell in table.lines[0].cells.items()}
    assert (places["c26"], places["c27"], places["c53"]) == ("cell Z2", "cell AA2", "cell BA2")


def test_the_old_format_reads_the_same(tmp_path):
    rows: list[list[str | float]] = [["taxpayer_no", "n"], ["91110000101623741K", 5], ["x", 911101066976941872.0]]
    (table,) = read_workbook("a.xls", old_workbook("taxpayers", rows))
    assert table.lines[0].cells["taxpayer_no"].value == "91110000101623741K"
    assert table.lines[0].cells["n"].value == "5"
    assert table.problems[0].startswith("a.xls, sheet taxpayers, cell B3, n: a number of more than 15 digits")


def test_an_empty_sheet_has_no_columns(tmp_path):
    assert read(tmp_path, []).columns == ()
