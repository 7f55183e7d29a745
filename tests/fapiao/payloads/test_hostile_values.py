"""Values that no column holds exactly reject their row, in a sentence that is short enough to be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from fapiao.payloads.values import UnreadableValue, day, instant, number
from payload_rows import full_row

CONTEXT = Context("input", "91310000MA1EXAMP07", "81", datetime(2027, 2, 1, tzinfo=UTC))


def rejected(kind: str, **values: Any) -> str:
    """Why a full row of the kind with these values is not stored, beside two that are."""
    rows = [full_row(kind), full_row(kind) | values, full_row(kind)]
    staged = translate(kind, rows, CONTEXT)
    assert len(staged.documents) == 2
    (row,) = staged.rejected
    assert row.row_no == 2
    assert len(row.reason) < 300
    return row.reason


@pytest.mark.finding("F20")
@pytest.mark.parametrize(
    ("field", "expected"),
    [("fphm", "20 digits"), ("xsfnsrsbh", "at most 64 characters"), ("gmfnsrsbh", "at most 64 characters")],
)
def test_a_number_longer_than_any_index_takes(field: str, expected: str) -> None:
    assert expected in rejected("digital", **{field: "9" * 12_000})


@pytest.mark.finding("F21")
@pytest.mark.parametrize("value", ["1e400", "1e300", 10**29, "9" * 30, "1000000000000000000.00", "-1e18", "1e-400"])
def test_an_amount_beyond_numeric_20_2(value: Any) -> None:
    assert "18 digits" in rejected("digital", hjje=value)
    with pytest.raises(UnreadableValue):
        number(value)


@pytest.mark.finding("F12", "F21")
@pytest.mark.parametrize("value", ["999999999999999999.99", "123456789012456.78", "0", "0.00", "1e3", "-0.000001"])
def test_an_amount_within_it_is_stored_as_it_was_written(value: str) -> None:
    assert number(value) == value


@pytest.mark.finding("F29")
@pytest.mark.parametrize(
    "value", ["1900-01-01", "9999-12-31", "0001-01-01", "2100-01-01", "2027-W01-1", "2027W011", "2027-W01", "20270132"]
)
def test_a_day_that_none_can_have(value: str) -> None:
    assert value in rejected("digital", kprq=value)
    for convert in (day, instant):
        with pytest.raises(UnreadableValue):
            convert(value)


@pytest.mark.finding("F20", "F21")
@pytest.mark.parametrize("offset", ["+23:59", "-16:00", "+14:01", "+08:00:00.5", "+08:00:30"])
def test_an_offset_that_no_clock_has(offset: str) -> None:
    """Python reads it, and Postgres refuses it with everything that came beside it."""
    value = f"2027-01-05 09:00:00{offset}"
    assert value in rejected("digital", kprq=value)


@pytest.mark.parametrize("value", ["2027-01-05", "20270105", "2027-01-05 09:30:00", "2027-01-05T09:30:00+08:00"])
def test_a_day_as_bureaus_write_it(value: str) -> None:
    assert day(value) == "2027-01-05"
