"""What ends an accepted row, how waits grow, and what may stand in Retry-After and in base64."""

import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.base64_text import from_base64
from fapiao.bounds import bound
from fapiao.errors import AnswerLost, BureauError, CallerRefused, LoginLost, QuotaSpent, Refused, TryLater, ends_ticket
from fapiao.retry_after import retry_after
from fapiao.rules.book import rulebook

NOW = datetime(2027, 1, 20, 1, 2, 3, tzinfo=UTC)
MOST = bound("retry_after_seconds").value


@pytest.mark.finding("F22")
@pytest.mark.parametrize("kind", [TryLater, AnswerLost, LoginLost, QuotaSpent, CallerRefused])
def test_only_a_refusal_of_the_question_ends_a_ticket(kind: type[BureauError]) -> None:
    assert not ends_ticket(kind("X", "x", "x"))
    assert not ends_ticket(Refused("X_HTTP_403", "x", "x", free=True))
    assert ends_ticket(Refused("X", "x", "x"))


@pytest.mark.finding("F22")
@pytest.mark.parametrize("channel", ["leqi", "etax", "soft_certificate", "tax_disk", "aisino"])
def test_waits_double_from_a_minute_to_hours_and_a_ticket_is_kept_for_days(channel: str) -> None:
    rule = rulebook().patience(channel)
    waits = [rule.next_wait(60.0, count) for count in range(100)]
    assert waits[:4] == [60, 120, 240, 480]
    assert waits == sorted(waits)
    assert waits[-1] == rule.longest_wait_seconds >= 3600
    assert rule.next_wait(99_999.0, 5) == 99_999.0, "what was asked for is not cut"
    asked, days = 0, 0.0
    while days < rule.kept_days:
        days += waits[min(asked, 99)] / 86_400
        asked += 1
    assert asked < 100


@pytest.mark.finding("F22")
@given(st.text(max_size=40))
def test_whatever_stands_in_retry_after_is_a_bounded_wait_or_nothing(text: str) -> None:
    found = retry_after(text, NOW)
    assert found is None or 0 <= found <= MOST


@pytest.mark.finding("F22")
@pytest.mark.parametrize("seconds", [0, 1, 90, 3600])
def test_retry_after_is_seconds_or_a_date(seconds: int) -> None:
    assert retry_after(f" {seconds} ", NOW) == seconds
    assert retry_after(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW) == seconds


@pytest.mark.finding("F22")
def test_a_date_that_is_over_says_nothing_and_a_far_one_is_bounded() -> None:
    assert retry_after(format_datetime(NOW - timedelta(days=1), usegmt=True), NOW) is None
    assert retry_after(format_datetime(NOW + timedelta(days=900), usegmt=True), NOW) == MOST


@pytest.mark.finding("F23")
@given(st.binary(max_size=200), st.sampled_from(["", "\n", "\r\n", " ", "\t"]), st.booleans(), st.booleans())
def test_base64_is_read_as_it_is_sent(clear: bytes, blank: str, url_safe: bool, padded: bool) -> None:
    text = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(clear).decode()
    text = text if padded else text.rstrip("=")
    lines = blank.join(text[start : start + 7] for start in range(0, len(text), 7))
    assert from_base64(f"\ufeff{blank}{lines}{blank}") == clear


@pytest.mark.finding("F23")
@pytest.mark.parametrize("text", ["A", "AAAAA", "中", "AA*A", "AAAA.AAAA"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_base64(text)
