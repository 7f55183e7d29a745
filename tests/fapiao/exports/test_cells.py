"""A cell holds exactly what it is given, or a text that does."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fapiao.exports.cells import LONGEST_TEXT, cell, day, number, text

LONG = "02712345678901234567"


@pytest.mark.req("R317")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", ""),
        (LONG, LONG),
        (Decimal("12.30"), 12.3),
        (Decimal("-0.05"), -0.05),
        (7, 7),
        (int(LONG), "2712345678901234567"),
        (Decimal("12345678901234.56"), "12345678901234.56"),
        (Decimal("1E+20"), 1e20),
        (True, "是"),
        (False, "否"),
        (date(2027, 6, 10), date(2027, 6, 10)),
        (date(1899, 12, 31), "1899-12-31"),
        (datetime(2027, 6, 10, 9, 8, tzinfo=UTC), datetime(2027, 6, 10, 9, 8)),  # noqa: DTZ001 Excel knows no zones
        (["81", "82"], "81,82"),
        ({"page": 1, "access_token": "s3cret"}, '{"page": 1, "access_token": "***"}'),
        ("=1+1", "=1+1"),
        ("网络\x0b异常\ufffe", "网络\ufffd异常\ufffd"),
    ],
)
def test_a_value_becomes_the_cell_that_loses_nothing(value: object, expected: object) -> None:
    found = cell(value)
    assert (found, type(found)) == (expected, type(expected))


def test_in_a_text_column_everything_is_text() -> None:
    assert [cell(value, "text") for value in (7, Decimal("1.50"), date(2027, 1, 1), None)] == [
        "7", "1.5", "2027-01-01", None,
    ]  # fmt: skip


@pytest.mark.parametrize("digits", ["0.123456789012345", "123456789012345", "1234567890123.45", "-100000000000000000"])
def test_fifteen_digits_are_a_number(digits: str) -> None:
    assert number(digits) == float(digits)


@pytest.mark.parametrize("digits", ["1.234567890123456", "1234567890123456", "-12345678901234.56"])
def test_sixteen_digits_stay_as_they_are_written(digits: str) -> None:
    assert number(digits) == digits


def test_a_text_too_long_for_excel_says_that_it_goes_on() -> None:
    assert text("票" * LONGEST_TEXT) == "票" * LONGEST_TEXT
    assert text("票" * (LONGEST_TEXT + 1)) == "票" * (LONGEST_TEXT - 1) + "…"


def test_excels_calendar_begins_in_1900() -> None:
    assert (day(date(1900, 1, 1)), day(date(1899, 12, 31))) == (date(1900, 1, 1), "1899-12-31")
