"""The schedule of a history sync fits the quota instead of failing on it, and says why it leaves something out."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.calendar.quotas import Limits, Usage, next_allowed_day
from fapiao.enterprise.records import Enterprise, Scheme
from fapiao.history.plan import HistoryPlan, lines, summary, text
from fapiao.history.schedule import Fact, Subtask, calendar_days_left, candidates, fitting_day, scheduled
from fapiao.rules.book import rulebook
from history_forms import BOTH, DAY, ETAX, LEQI, group, request

TOMORROW, NEXT_MONTH = DAY + timedelta(days=1), date(2026, 12, 1)
FIVE_DAYS = Scheme("全量", frozenset({("all", "")}), ("output_full",), ("81",))


def judged(
    fact: Fact | None = None, enterprise: Enterprise | None = None, day: date = DAY, reserve: int = 1, **form: object
) -> list[Subtask]:
    """The verdicts on a form for one type, each candidate with the same fact."""
    asked = request(day, **{"taxpayers": BOTH, "invoice_types": "81"} | form)
    wanted = candidates(asked, day)
    facts = {one.position: fact or Fact() for one in wanted}
    return scheduled(wanted, facts, enterprise or group(), rulebook(), day, asked.data_type, reserve)


@pytest.mark.req("R272", "R242")
def test_a_request_is_tax_number_by_month_by_type() -> None:
    wanted = candidates(request(taxpayers=[LEQI, BOTH], months="2026-09,2026-10", invoice_types="81,82"), DAY)
    assert len(wanted) == 8
    assert {(str(one.first), str(one.last)) for one in wanted} == {
        ("2026-09-01", "2026-09-30"),
        ("2026-10-01", "2026-10-31"),
    }


@pytest.mark.req("R238", "R272")
def test_five_fresh_years_fit_into_one_day_as_every_key_has_its_own_counter() -> None:
    found = judged(months=[], years="2022-2025")
    assert ({one.day for one in found}, len(found)) == ({DAY}, 48)


@pytest.mark.req("R262", "R266", "A-29")
@pytest.mark.parametrize(
    ("used", "reserve", "day"),
    [
        (Usage(0, 0), 1, DAY),
        (Usage(1, 1), 1, TOMORROW),
        (Usage(0, 2), 1, NEXT_MONTH),
        (Usage(0, 2), 0, DAY),
        (Usage(1, 2), 0, TOMORROW),
        (Usage(0, 3), 0, NEXT_MONTH),
    ],
)
def test_a_key_that_was_used_waits_for_the_day_with_room(used: Usage, reserve: int, day: date) -> None:
    (found,) = judged(Fact(used=used), reserve=reserve)
    assert (found.verdict, found.day) == ("planned", day)


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 1))
def test_the_plan_and_the_ledger_count_alike(today: int, earlier: int, reserve: int) -> None:
    used = Usage(today, today + earlier)
    planned = fitting_day(rulebook(), "leqi", date(2026, 10, 1), used, DAY, reserve)
    assert planned == next_allowed_day(used, Limits(1, 3 - reserve), DAY)


@pytest.mark.req("A-50", "R268")
def test_months_before_the_authorisation_are_not_obtainable_and_its_own_month_is_asked_for() -> None:
    found = judged(taxpayers=LEQI, months="2024-02,2024-03")
    assert [(one.candidate.month.month, one.verdict, one.day) for one in found] == [
        (3, "planned", DAY),
        (2, "NOT_OBTAINABLE", None),
    ]


@pytest.mark.finding("F07")
@pytest.mark.req("A-50")
@pytest.mark.parametrize(
    ("fact", "verdict", "partial"),
    [
        (Fact(), "planned", True),
        (Fact("B1", whole=False), "part_complete", True),
        (Fact("B1", whole=True), "already_complete", False),
    ],
)
def test_the_month_of_the_authorisation_is_asked_for_from_that_day_on(fact: Fact, verdict: str, partial: bool) -> None:
    enterprise = group()
    day = enterprise.taxpayers[LEQI].leqi_authorised_on
    assert day
    (found,) = judged(fact, taxpayers=LEQI, months=f"{day:%Y-%m}")
    assert (found.verdict, found.candidate.first, found.partial) == (verdict, day, partial)
    (line,) = lines(HistoryPlan(request(taxpayers=LEQI, invoice_types="81"), DAY, (found,)), rulebook())
    assert ("这个月只凭乐企不完整" in line["note"]) == partial


def test_rpa_gives_them_and_has_no_quota() -> None:
    (found,) = judged(Fact(used=Usage(9, 9)), channel="rpa", taxpayers=ETAX, months="2022-02")
    assert (found.verdict, found.day) == ("planned", DAY)


@pytest.mark.req("A-29")
@pytest.mark.parametrize(
    ("fact", "verdict"),
    [(Fact("B1"), "already_complete"), (Fact(None, "B1"), "under_way"), (Fact("B1", "B2"), "already_complete")],
)
def test_what_is_complete_or_under_way_is_left_out_with_its_batch(fact: Fact, verdict: str) -> None:
    (found,) = judged(fact)
    assert (found.verdict, found.evidence, found.day) == (verdict, "B1", None)


@pytest.mark.req("R240")
def test_usage_is_asked_for_again_however_complete_the_month_is() -> None:
    (found,) = judged(Fact("B1", used=Usage(3, 3)), data_type="usage")
    assert (found.verdict, found.day) == ("planned", DAY)


@pytest.mark.req("R264", "A-29")
@pytest.mark.parametrize(
    ("used", "days", "verdict"),
    [
        (Usage(0, 4), (26,), "left_to_calendar"),
        (Usage(0, 3), (26,), "planned"),
        (Usage(0, 4), (5,), "planned"),
        (Usage(0, 4), (21,), "left_to_calendar"),
        (Usage(1, 4), (21,), "planned"),
        (Usage(0, 5), (5,), "left_to_calendar"),
    ],
)
def test_the_running_month_is_asked_for_only_if_the_calendar_keeps_its_days(
    used: Usage, days: tuple[int, ...], verdict: str
) -> None:
    enterprise = replace(group(), schemes={"全量": replace(FIVE_DAYS, frequency=days)})
    (found,) = judged(Fact(used=used), enterprise, months="2026-11")
    assert found.verdict == verdict


def test_a_scheme_that_is_off_or_takes_other_types_keeps_no_days() -> None:
    enterprise = group()
    taxpayer = enterprise.taxpayers[BOTH]
    for scheme, days in (
        (FIVE_DAYS, 1),
        (replace(FIVE_DAYS, enabled=False), 0),
        (replace(FIVE_DAYS, invoice_types=("82",)), 0),
        (replace(FIVE_DAYS, download_types=("input_full",)), 0),
        (replace(FIVE_DAYS, scopes=frozenset()), 0),
    ):
        assert calendar_days_left(replace(enterprise, schemes={"x": scheme}), taxpayer, "81", DAY) == days


def test_the_plan_says_what_it_costs() -> None:
    asked = request(taxpayers=BOTH, months="2026-09,2026-10", invoice_types="81")
    first, second = candidates(asked, DAY)
    facts = {first.position: Fact(used=Usage(1, 1)), second.position: Fact()}
    plan = HistoryPlan(asked, DAY, tuple(scheduled([first, second], facts, group(), rulebook(), DAY)))
    cost = summary(plan, rulebook())
    assert (cost["requests"], cost["days"]) == (2, {str(DAY): 1, str(TOMORROW): 1})
    assert (cost["last_day"], cost["estimated_minutes"]) == (str(TOMORROW), 4)
    told = text(plan, rulebook())
    assert all(word in told for word in ("2026-09-01", "2026-09-30", str(TOMORROW), "申请 2 次，2 天"))
    assert [line["month"] for line in lines(plan, rulebook())] == ["2026-10", "2026-09"]


def test_a_plan_that_asks_for_nothing_says_so() -> None:
    asked = request(taxpayers=BOTH, invoice_types="81")
    plan = HistoryPlan(asked, DAY, tuple(judged(Fact("B1"))))
    assert "不需要申请" in text(plan, rulebook())
    assert "批次 B1" in text(plan, rulebook())
