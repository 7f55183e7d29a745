"""A workbook holds what it was given: long numbers as text, amounts as numbers; it appears whole or not at all."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from fapiao.errors import Unusable
from fapiao.exports.columns import Column
from hooks.exports.workbooks import Sheet, write_table, write_workbook

LONG = "02712345678901234567"
FORMS = {"票据标识": "text", "金额": "money", "单价": "number", "日期": "date", "时间": "instant", "类型": "text", "备注": "text"}  # fmt: skip
ROW = (
    LONG, Decimal("12.30"), Decimal("0.12345"), date(2027, 6, 10), datetime(2027, 6, 10, 9, 8, 7, tzinfo=UTC), ["81", "82"], None,
)  # fmt: skip
N = [Column("n", "序号", "count")]


def sheet(file: Path) -> Worksheet:
    """The one sheet of a workbook."""
    book = load_workbook(file)
    (name,) = book.sheetnames
    found: Worksheet = book[name]
    return found


def numbers(count: int) -> Sheet:
    """A table of one column."""
    return Sheet("序", N, [[(n,)] for n in range(count)], count)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.xlsx"


@pytest.mark.req("R317")
def test_texts_stay_texts_numbers_numbers_and_days_days(file: Path) -> None:
    assert write_table(file, "清单", FORMS, [ROW]) == 1
    cells = sheet(file)[2]
    assert [one.value for one in cells] == [
        LONG, 12.3, 0.12345, datetime(2027, 6, 10), datetime(2027, 6, 10, 9, 8, 7), "81,82", None,  # noqa: DTZ001 Excel knows no zones
    ]  # fmt: skip
    assert [(one.data_type, one.number_format) for one in cells][:5] == [
        ("s", "@"), ("n", "0.00"), ("n", "General"), ("d", "yyyy-mm-dd"), ("d", "yyyy-mm-dd hh:mm:ss"),
    ]  # fmt: skip


def test_a_column_that_starts_empty_or_changes_its_kind_keeps_its_form(file: Path) -> None:
    write_table(file, "x", {"金额": "money", "日期": "date"}, [(None, None), (Decimal("1.1"), date(1800, 1, 1)), ("—", date(2027, 1, 1)), (Decimal("9" * 16), None)])  # fmt: skip
    assert [[one.value for one in row] for row in sheet(file).iter_rows(min_row=3)] == [
        [1.1, "1800-01-01"], ["—", datetime(2027, 1, 1)], ["9" * 16, None],  # noqa: DTZ001
    ]  # fmt: skip


def test_headings_are_bold_and_stay_in_sight_without_rows_too(file: Path) -> None:
    assert write_table(file, "清单", FORMS, []) == 0
    found = sheet(file)
    assert [one.value for one in found[1]] == list(FORMS)
    assert all(one.font.b for one in found[1])
    assert (found.freeze_panes, found.max_row) == ("A2", 1)


@pytest.mark.req("R317")
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_a_text_that_looks_like_a_formula_is_none_even_when_somebody_edits_it(file: Path, text: str) -> None:
    write_table(file, "x", {"备注": "text"}, [(text,)])
    one = sheet(file)["A2"]
    assert (one.data_type, one.number_format, one.quotePrefix) == ("s", "@", True)
    assert one.value.replace("_x000D_", "\r") == text


def test_rows_of_a_generator_are_taken_as_they_come_where_their_number_is_said(file: Path) -> None:
    assert write_table(file, "x", {"n": "count"}, ((n,) for n in range(2500)), total=2500) == 2500
    assert sheet(file).max_row == 2501


def test_rows_of_a_generator_are_counted_where_it_is_not(file: Path) -> None:
    assert write_table(file, "x", {"n": "count"}, ((n,) for n in range(3))) == 3


def test_several_tables_stand_side_by_side(file: Path) -> None:
    both = [numbers(2), Sheet("明细", [Column("a", "名称", "text")], [[("x",)]], 1)]
    assert write_workbook(file, both) == 3
    assert [[row[0] for row in one.values] for one in load_workbook(file)] == [["序号", 0, 1], ["名称", "x"]]


@pytest.mark.req("R317")
@pytest.mark.parametrize(("rows", "sheets"), [(0, [1]), (2, [3]), (3, [3, 2]), (5, [3, 3, 2])])
def test_what_one_sheet_cannot_hold_goes_on_the_next(file: Path, rows: int, sheets: list[int]) -> None:
    write_workbook(file, [numbers(rows)], room=2)
    book = load_workbook(file)
    assert [one.max_row for one in book] == sheets
    assert book.sheetnames == ["序", "序 2", "序 3"][: len(sheets)]
    assert [one["A1"].value for one in book] == ["序号"] * len(sheets)


def test_progress_is_told_package_by_package(file: Path) -> None:
    told: list[int] = []
    write_workbook(file, [Sheet("x", N, [[(1, 2)], [(3,)]], 3)], told.append)
    assert told == [2, 3]


def test_a_source_that_breaks_leaves_the_old_file_as_it_was(file: Path) -> None:
    def rows() -> Iterator[Sequence[tuple[int]]]:
        yield [(1,)]
        raise RuntimeError

    file.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        write_workbook(file, [Sheet("x", N, rows(), 2)])
    assert file.read_bytes() == b"old"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_while_it_is_written_it_has_another_name(file: Path) -> None:
    def rows() -> Iterator[Sequence[tuple[int]]]:
        assert not file.exists()
        (part,) = file.parent.iterdir()
        assert part.suffix == ".part"
        yield [(1,)]

    write_workbook(file, [Sheet("x", N, rows(), 1)])
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_folder_that_is_not_there_is_one_sentence_before_any_row_is_read(tmp_path: Path) -> None:
    def rows() -> Iterator[Sequence[tuple[int]]]:
        raise AssertionError
        yield []

    with pytest.raises(Unusable, match=r"nowhere/log\.xlsx 无法写入（No such file or directory）"):
        write_workbook(tmp_path / "nowhere" / "log.xlsx", [Sheet("x", N, rows(), 1)])


def test_a_folder_that_is_a_file_is_one_sentence_too(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(Unusable, match=r"log\.xlsx 无法写入（Not a directory）"):
        write_workbook(file / "log.xlsx", [Sheet("x", N, [[(1,)]], 1)])


def test_a_pipe_or_a_device_is_never_replaced_by_a_file(file: Path) -> None:
    os.mkfifo(file)
    for place in (file, Path("/dev/null")):
        with pytest.raises(Unusable, match="已存在，而且不是普通文件"):
            write_workbook(place, [numbers(3)])
    assert file.is_fifo()
    assert Path("/dev/null").is_char_device()


def test_what_is_written_under_a_link_stands_where_it_leads(file: Path) -> None:
    link = file.with_name("link.xlsx")
    link.symlink_to(file)
    write_workbook(link, [numbers(3)])
    assert link.is_symlink()
    assert file.is_file()


def test_a_full_disk_is_one_sentence_and_leaves_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = "/dev/full"
    monkeypatch.setattr("hooks.exports.workbooks.write_worksheets", _on(real))
    with pytest.raises(Unusable, match=r"log\.xlsx 无法写入（No space left on device）：.*清理磁盘空间"):
        write_workbook(file, [numbers(3)])
    assert list(file.parent.iterdir()) == []


def _on(disk: str):
    """The real writer, on a device that is always full."""
    from rustpy_xlsxwriter import write_worksheets

    return lambda tables, _file, **looks: write_worksheets(tables, disk, **looks)
