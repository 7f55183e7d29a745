"""What the bureau lets be applied for, and what it counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bureau_caller import Caller
from rehearsal_room import OURS, Room
from simulator.quotas import CURRENT_MONTH, DAILY, PAST_MONTH, Key, Ledger

JUNE = Key(OURS, "invoice", "1", "01", "202706")
MAY = Key(OURS, "invoice", "1", "01", "202705")


def june(day: int) -> date:
    return date(2027, 6, day)


def granted(ledger: Ledger, key: Key, days: list[date]) -> list[bool]:
    answers = []
    for day in days:
        allowed = ledger.objection(key, day) is None
        if allowed:
            ledger.accept([key], day)
        answers.append(allowed)
    return answers


def test_a_second_application_on_one_day_is_refused():
    """The manual's example: on June 10 for June's 专票, once."""
    assert granted(Ledger(), JUNE, [june(10), june(10), june(11)]) == [True, False, True]


def test_the_sixth_application_of_june_for_june_is_refused():
    assert granted(Ledger(), JUNE, [june(day) for day in range(10, 16)]) == [True] * 5 + [False]


def test_the_fourth_application_of_june_for_may_is_refused_and_july_begins_anew():
    days = [june(10), june(11), june(12), june(13), date(2027, 7, 1)]
    assert granted(Ledger(), MAY, days) == [True, True, True, False, True]


def test_types_directions_months_and_taxpayers_have_counters_of_their_own():
    ledger = Ledger()
    ledger.accept([JUNE], june(10))
    others = [replace(JUNE, **other) for other in VARIANTS]
    assert [ledger.objection(other, june(10)) for other in others] == [None] * len(VARIANTS)


VARIANTS = [{"fplx": "04"}, {"sjlx": "2"}, {"issue_month": "202705"}, {"nsrsbh": "x"}, {"document": "customs"}]


@settings(deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=61), max_size=40))
def test_no_order_of_days_ever_gets_more_than_the_limits(offsets: list[int]):
    ledger, start = Ledger(), date(2027, 6, 1)
    days = [start + timedelta(days=offset) for offset in offsets]
    granted(ledger, JUNE, days)
    for day in days:
        limit = CURRENT_MONTH if day.month == 6 else PAST_MONTH
        assert ledger.used_on(JUNE, day) <= DAILY
        assert ledger.used_in_month(JUNE, day) <= limit


def test_a_refused_application_says_why_and_is_not_counted(room: Room, caller: Caller):
    request = {"nsrsbh": OURS, "kprqq": "20261201", "kprqz": "20261231", "fplx": "81", "sjlx": "1"}
    codes = [caller.call("PLFPXZSQ", **request).returncode for _ in range(3)]
    reply = caller.call("PLFPXZSQ", **request)
    [line] = room.get("quota")["quota"]
    assert codes == ["00", "03", "03"]
    assert "超过可申请次数" in reply.text
    assert (line["today"], line["this_month"], line["daily_limit"], line["monthly_limit"]) == (1, 1, 1, 3)
    assert line["by_day"] == {"2027-01-05": 1}


def test_the_board_follows_the_simulators_clock(room: Room, caller: Caller):
    request = {"nsrsbh": OURS, "kprqq": "20270101", "kprqz": "20270104", "fplx": "81", "sjlx": "2"}
    for day in ("2027-01-05", "2027-01-06"):
        room.day(day)
        assert caller.call("PLFPXZSQ", **request).returncode == "00"
    [line] = room.get("quota")["quota"]
    assert (line["sjlx"], line["issue_month"], line["today"], line["this_month"]) == ("2", "202701", 1, 2)
    room.day("2027-02-01")
    [line] = room.get("quota")["quota"]
    assert (line["today"], line["this_month"], line["monthly_limit"]) == (0, 0, 3)


@pytest.mark.parametrize(
    ("service", "request_body", "document"),
    [
        ("PLHGJKSXZSQ", {"nsrsbh": OURS, "hgjkslx": "1"}, "customs"),
        ("PLZZSDKDJWSPZXZSQ", {"kjywrsbh": OURS}, "withholding"),
    ],
)
def test_documents_have_the_same_quota_by_month_of_issue(
    room: Room, caller: Caller, service: str, request_body: dict[str, str], document: str
):
    request = {**request_body, "tfrqq": "20261201", "tfrqz": "20261231"}
    assert [caller.call(service, **request).returncode for _ in range(2)] == ["00", "03"]
    assert [line["document"] for line in room.get("quota")["quota"]] == [document]
