"""A payload value becomes the text that COPY takes, or is said to be unreadable."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.payloads.values import UnreadableValue, day, instant, json_text, number, text, whole_number


@pytest.mark.parametrize(
    ("convert", "value", "expected"),
    [
        (text, "  深圳 ", "深圳"),
        (text, " \t ", None),
        (text, "a\x00b", "ab"),
        (text, 12, "12"),
        (number, "100.00", "100.00"),
        (number, 0.1, "0.1"),
        (number, Decimal("-0.10"), "-0.10"),
        (number, "", None),
        (whole_number, "2.0", "2"),
        (day, "20270103", "2027-01-03"),
        (day, "2027-01-03 23:59:59", "2027-01-03"),
        (instant, "2027-01-03 10:20:30", "2027-01-03 10:20:30+08:00"),
        (instant, " 2027-01-03 10:20:30 ", "2027-01-03 10:20:30+08:00"),
        (instant, "2027-01-03T10:20", "2027-01-03 10:20:00+08:00"),
        (instant, "1988-07-01 10:20:30", "1988-07-01 10:20:30+09:00"),
        (instant, "2027-01-03T02:20:30Z", "2027-01-03 02:20:30+00:00"),
        (day, "2027-01-03T20:20:30Z", "2027-01-04"),
        (day, " ", None),
    ],
)
def test_a_value_is_read_in_asia_shanghai_and_kept_as_written(convert, value, expected):
    assert convert(value) == expected


@pytest.mark.parametrize(
    ("convert", "value"),
    [
        (number, "1,234.00"),
        (number, "NaN"),
        (number, "Infinity"),
        (number, "1_000"),
        (number, True),
        (number, "十"),
        (whole_number, "2.5"),
        (whole_number, "9999999999"),
        (day, "0000-00-00"),
        (day, "2027-02-30"),
        (instant, "soon"),
        (text, {"a": 1}),
        (text, ["a"]),
    ],
)
def test_what_is_not_of_its_type_is_unreadable(convert, value):
    with pytest.raises(UnreadableValue):
        convert(value)


@given(st.text())
def test_text_is_never_blank_and_never_padded(value):
    read = text(value)
    assert read is None or (read == read.strip() and read and "\x00" not in read)


def test_json_keeps_everything_but_nul_characters():
    assert json_text({"b": Decimal("1.20"), "a": ["x\x00", {"k\x00": None}]}) == '{"a":["x",{"k":null}],"b":"1.20"}'
