"""A table longer than a sheet goes on in the next one, and loses no row on the way."""

import pytest

from fapiao.exports.cells import LONGEST_TEXT
from fapiao.exports.pages import PACKAGE, ROWS_OF_A_SHEET, fitted, packages, records, titles


def test_excel_has_one_line_more_than_we_put_rows() -> None:
    assert ROWS_OF_A_SHEET + 1 == 1_048_576


@pytest.mark.req("R317")
@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
def test_there_are_as_many_sheets_as_the_rows_need(rows: int, pages: int) -> None:
    assert titles("发票", rows, room=3) == ["发票", "发票 2", "发票 3"][:pages]


def test_every_row_stands_on_one_page_in_its_order() -> None:
    rows = iter([(1,), (2,), (3,)])
    assert [record["n"] for record in records(["n"], rows, 2)] == [1, 2]
    assert [record["n"] for record in records(["n"], rows, None)] == [3]


def test_no_row_has_anything_left_of_the_one_before() -> None:
    rows = iter([("A", 1.5), (None, None), ("B", None)])
    assert [dict(record) for record in records(["text", "number"], rows, None)] == [
        {"text": "A", "number": 1.5},
        {"text": None, "number": None},
        {"text": "B", "number": None},
    ]


def test_a_page_without_rows_still_has_its_headings() -> None:
    assert list(records(["a", "b"], iter([]), None)) == [{"a": None, "b": None}]


def test_a_row_of_another_width_is_an_error_and_shifts_nothing() -> None:
    with pytest.raises(ValueError, match="shorter"):
        list(records(["a", "b"], iter([(1,)]), None))


def test_packages_are_read_as_they_are_needed() -> None:
    taken = packages((n,) for n in range(PACKAGE + 1))
    assert [[len(column) for column in package] for package in taken] == [[PACKAGE], [1]]


def test_only_texts_that_need_it_are_mended() -> None:
    sound = [("27442000000000000001", "=1+1"), (1.5, None), (None, "票　据")]
    assert list(map(tuple, fitted(sound))) == sound
    assert fitted([("a\x00", "b"), (1, 2)]) == [["a\ufffd", "b"], (1, 2)]
    assert [list(map(len, column)) for column in fitted([("票" * (LONGEST_TEXT + 9),)])] == [[LONGEST_TEXT]]


def test_many_short_texts_are_not_one_long_one() -> None:
    column = ("票" * 200,) * PACKAGE
    assert fitted([column]) == [column]
