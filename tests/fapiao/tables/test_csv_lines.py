"""CSV records keep their line, and no cell slides under another heading (C47)."""

import pytest

from fapiao.tables.csv_lines import read_csv


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_of_the_heading_line(separator):
    table = read_csv("a.csv", f"Name {separator} Channel\n甲公司 {separator}etax\n".replace(" ", "  "))
    assert table.columns == ("name", "channel")
    assert [{name: cell.value for name, cell in line.cells.items()} for line in table.lines] == [
        {"name": "甲公司", "channel": "etax"}
    ]


def test_a_record_knows_its_line_even_after_empty_lines_and_quoted_breaks():
    table = read_csv("a.csv", 'name,channel\n\n"甲\n公司",etax\n,,\n乙,leqi\n'.replace(",,", ","))
    assert [line.where("name") for line in table.lines] == ["a.csv, line 4, name", "a.csv, line 6, name"]


def test_a_record_of_another_width_is_complained_about_and_left_out():
    table = read_csv("a.csv", "name,frequency\n甲,5,10\n乙\n丙,5\n")
    assert [line.cells["name"].value for line in table.lines] == ["丙"]
    assert table.problems == [
        f"a.csv, line {line}: {cells} cells, but the heading line has 2 columns; "
        "quote a cell that contains the separator"
        for line, cells in ((2, 3), (3, 1))
    ]


def test_two_columns_of_one_name_are_complained_about():
    assert read_csv("a.csv", "name,NAME\n甲,乙\n").problems == [
        "a.csv: the column name stands there more than once; keep one of them"
    ]


def test_a_column_without_heading_is_kept_only_where_it_holds_something():
    table = read_csv("a.csv", "name,\n甲,\n乙,x\n")
    assert ["" in line.cells for line in table.lines] == [False, True]
