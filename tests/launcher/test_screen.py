"""Tables on a terminal stand straight though Chinese characters are two cells wide."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fapiao.tasks import SHANGHAI
from launcher.screen import cell, table, width


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        ("", "—"),
        (0, "0"),
        ("02712345678901234567", "02712345678901234567"),
        (Decimal("1234567.5"), "1,234,567.50"),
        (Decimal("-0.005"), "-0.00"),
        (date(2027, 6, 10), "2027-06-10"),
        (datetime(2027, 6, 10, 9, 8, 7, 123456, tzinfo=UTC), "2027-06-10 17:08:07"),
        (datetime(2027, 6, 10, 17, 8, 7, tzinfo=SHANGHAI), "2027-06-10 17:08:07"),
        (["81", "82"], "81,82"),
        ([], ""),
        (True, "是"),
        (False, "否"),
    ],
)
def test_a_value_reads_as_people_write_it(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("text", "cells"), [("", 0), ("abc", 3), ("数电票", 6), ("（）", 4), ("—", 1), ("进项-全量", 9)]
)
def test_a_chinese_character_takes_two_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_texts_stand_left_and_numbers_right_below_their_headings() -> None:
    assert table(("name", "count", "状态"), [("甲公司", 5, "成功"), ("B", 12345, "下载处理中")]) == (
        "  name    count  状态\n  ──────  ─────  ──────────\n  甲公司      5  成功\n  B       12345  下载处理中"
    )


def test_every_column_begins_at_the_same_cell_in_every_line() -> None:
    rows = [("进项", "|"), ("output", "|"), (None, "|")]
    lines = table(("方向", "|"), rows, indent="").splitlines()
    assert {width(line[: line.index("|")]) for line in [lines[0], *lines[2:]]} == {8}


def test_a_column_with_a_gap_is_still_a_column_of_numbers() -> None:
    assert table(("n",), [(1,), (None,), (100,)], indent="").splitlines()[2:] == ["  1", "  —", "100"]


def test_flags_are_words_and_stand_left() -> None:
    assert table(("启用",), [(True,), (None,), (False,)], indent="").splitlines()[2:] == ["是", "—", "否"]


def test_no_rows_are_said_and_not_drawn() -> None:
    assert table(("a", "b"), []) == "  (nothing)"
    assert table(("a",), iter([]), indent="") == "(nothing)"
