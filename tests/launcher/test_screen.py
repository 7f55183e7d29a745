"""Tables on a terminal stand straight though Chinese characters are two cells wide."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from rich.cells import cell_len

from fapiao.tasks import SHANGHAI
from fapiao.text_table import cell, table
from fapiao.texts.language import speaking
from launcher.screen import print_rows, print_table, watched_steps


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
        (True, "yes"),
        (False, "no"),
    ],
)
def test_a_value_reads_as_people_write_it(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("text", "cells"), [("", 0), ("abc", 3), ("数电票", 6), ("（）", 4), ("—", 1), ("进项-全量", 9)]
)
def test_a_chinese_character_takes_two_cells(text: str, cells: int) -> None:
    assert cell_len(text) == cells


def test_texts_stand_left_and_numbers_right_below_their_headings() -> None:
    assert table(("name", "count", "状态"), [("甲公司", 5, "成功"), ("B", 12345, "下载处理中")]) == (
        "  name    count  状态\n  ──────  ─────  ──────────\n  甲公司      5  成功\n  B       12345  下载处理中"
    )


def test_every_column_begins_at_the_same_cell_in_every_line() -> None:
    rows = [("进项", "|"), ("output", "|"), (None, "|")]
    lines = table(("方向", "|"), rows, indent="").splitlines()
    assert {cell_len(line[: line.index("|")]) for line in [lines[0], *lines[2:]]} == {8}


def test_a_column_with_a_gap_is_still_a_column_of_numbers() -> None:
    assert table(("n",), [(1,), (None,), (100,)], indent="").splitlines()[2:] == ["  1", "  —", "100"]


def test_flags_are_words_and_stand_left() -> None:
    with speaking("zh"):
        assert table(("启用",), [(True,), (None,), (False,)], indent="").splitlines()[2:] == ["是", "—", "否"]


def test_no_rows_are_said_and_not_drawn() -> None:
    assert table(("a", "b"), []) == "  (nothing)"
    assert table(("a",), iter([]), indent="") == "(nothing)"


ROWS = [("91310000MA2000001E", Decimal("1234567.50"), "上海某某国际贸易股份有限公司第一分公司"), ("9", None, "乙")]


@pytest.mark.parametrize("width", [44, 60, 71])
def test_on_a_narrow_screen_the_widest_columns_go_on_below_and_nothing_is_left_out(width: int) -> None:
    lines = table(("税号", "金额", "企业名称"), ROWS, "", width).splitlines()
    assert max(map(cell_len, lines)) <= width
    ends = [cell_len(part) for part in lines[1].split("  ")]
    place = ends[0] + 2 + ends[1] + 2
    told = "".join(line[-(cell_len(line) - place) // 2 :] for line in lines[2:] if cell_len(line) > place)
    assert told == "上海某某国际贸易股份有限公司第一分公司乙"
    assert lines[2].startswith("91310000MA2000001E  1,234,567.50  上海"), "what people copy stays whole"


@pytest.mark.parametrize("width", [72, 200])
def test_a_screen_that_is_wide_enough_changes_nothing(width: int) -> None:
    assert table(("税号", "金额", "企业名称"), ROWS, "", width) == table(("税号", "金额", "企业名称"), ROWS, "")


@pytest.mark.parametrize("width", [30, 41])
def test_on_a_screen_that_is_too_narrow_for_a_row_each_row_is_a_record(width: int) -> None:
    lines = table(("税号", "金额", "企业名称"), ROWS, "", width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert lines[:2] == ["税号      91310000MA2000001E", "金额      1,234,567.50"]
    assert lines[-3:] == ["税号      9", "金额      —", "企业名称  乙"]
    name = [line for line in lines[2:] if line.startswith((" ", "企"))]
    told = "".join(line[4:].strip() if line[0] == "企" else line.strip() for line in name[:-1])
    assert told == ROWS[0][2], "nothing is cut"


def test_a_sentence_goes_on_below_between_its_words() -> None:
    rows = [("planned", "empty window: [1, T-1] has no day")]
    assert table(("verdict", "why"), rows, "", 30).splitlines()[2:] == [
        "planned  empty window: [1,", "         T-1] has no day",
    ]  # fmt: skip


def test_what_is_piped_is_whole_and_a_terminal_gets_its_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    print_table(("税号", "金额", "企业名称"), ROWS)
    assert capsys.readouterr().out == table(("税号", "金额", "企业名称"), ROWS, "") + "\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    print_table(("税号", "金额", "企业名称"), ROWS)
    lines = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).splitlines()
    plain = table(("税号", "金额", "企业名称"), ROWS, "", 50).splitlines()
    assert [line.rstrip() for line in lines[:1] + lines[2:]] == plain[:1] + plain[2:], "the rule of rich is one line"
    assert max(map(cell_len, lines)) <= 50


def test_a_terminal_gets_no_colour_where_the_user_wants_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for no_color in ("", "1"):
        monkeypatch.setenv("NO_COLOR", no_color)
        print_table(("税号",), [("9",)])
        assert not re.search(r"\x1b\[[34]\d", capsys.readouterr().out)


def test_progress_is_a_line_a_step_where_no_terminal_looks() -> None:
    screen = io.StringIO()
    with watched_steps(2, screen) as watch:
        watch(0, "leqi__incremental")
        watch(1, "sweep_results")
    assert screen.getvalue() == "0/2 leqi__incremental\n1/2 sweep_results\n"


def test_rows_are_a_table_of_the_named_columns_or_whole_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"a": 1, "b": date(2027, 6, 10), "c": "票"}]
    print_rows({"c": "票据", "a": "份数"}, rows)
    print_rows(("a",), rows)
    print_rows(("a",), rows, as_json=True)
    assert capsys.readouterr().out.splitlines() == [
        "票据  份数", "────  ────", "票       1", "a", "─", "1", '{"a": 1, "b": "2027-06-10", "c": "票"}',
    ]  # fmt: skip
