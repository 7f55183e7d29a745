"""A workbook holds what the log holds: long numbers as text, amounts as numbers; it appears whole or not at all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from fapiao.errors import Unusable
from launcher.workbook import write_workbook

LONG = "02712345678901234567"
HEADINGS = ("document_key", "amount", "day", "at", "types", "nothing")
ROW = (LONG, Decimal("12.34"), date(2027, 6, 10), datetime(2027, 6, 10, 9, 8, 7, tzinfo=UTC), ["81", "82"], None)


def sheet(file: Path) -> Worksheet:
    """The one sheet of a workbook."""
    book = load_workbook(file)
    (name,) = book.sheetnames
    found: Worksheet = book[name]
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.xlsx"


@pytest.mark.req("R317")
def test_twenty_digit_texts_stay_texts_and_numbers_stay_numbers(file: Path) -> None:
    write_workbook(file, HEADINGS, [ROW])
    found = sheet(file)
    assert [cell.value for cell in found[2]] == [
        LONG,
        12.34,
        datetime(2027, 6, 10),  # noqa: DTZ001 Excel knows no zones
        datetime(2027, 6, 10, 9, 8, 7),  # noqa: DTZ001
        "81,82",
        None,
    ]
    assert [cell.data_type for cell in found[2]][:2] == ["s", "n"]


def test_headings_are_bold_and_stay_in_sight(file: Path) -> None:
    write_workbook(file, HEADINGS, [])
    found = sheet(file)
    assert [cell.value for cell in found[1]] == list(HEADINGS)
    assert all(cell.font.b for cell in found[1])
    assert found.freeze_panes == "A2"


def test_rows_are_taken_one_by_one(file: Path) -> None:
    write_workbook(file, ("n",), ((n,) for n in range(1000)))
    assert sheet(file).max_row == 1001


def test_a_text_that_looks_like_a_formula_is_not_one(file: Path) -> None:
    write_workbook(file, ("text",), [("=1+1",)])
    assert sheet(file)["A2"].data_type == "s"


def test_what_a_workbook_cannot_hold_is_shown_as_a_replacement(file: Path) -> None:
    write_workbook(file, ("text",), [("网络\x0b异常",)])
    assert sheet(file)["A2"].value == "网络\ufffd异常"


def test_a_source_that_breaks_leaves_the_old_file_as_it_was(file: Path) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise RuntimeError

    file.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        write_workbook(file, ("n",), rows())
    assert file.read_bytes() == b"old"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_finished_file_leaves_nothing_beside_it(file: Path) -> None:
    file.write_bytes(b"old")
    write_workbook(file, HEADINGS, [ROW])
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"nowhere/log\.xlsx cannot be written: No such file.*; choose another folder"):
        write_workbook(tmp_path / "nowhere" / "log.xlsx", HEADINGS, [ROW])


@pytest.mark.req("R317")
@pytest.mark.parametrize(("rows", "sheets"), [(0, [1]), (2, [3]), (3, [3, 2]), (5, [3, 3, 2])])
def test_what_one_sheet_cannot_hold_goes_on_the_next(file: Path, rows: int, sheets: list[int]) -> None:
    write_workbook(file, ("n",), ((number,) for number in range(rows)), rows_of_a_sheet=2)
    book = load_workbook(file)
    assert [sheet.max_row for sheet in book] == sheets
    assert book.sheetnames == ["fapiao", "fapiao 2", "fapiao 3"][: len(sheets)]
    assert [sheet["A1"].value for sheet in book] == ["n"] * len(sheets)
