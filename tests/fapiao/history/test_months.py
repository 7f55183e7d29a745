"""Years and months of a history sync: five years back, clipped where a year reaches further, never silently."""

from datetime import date

import pytest

from fapiao.history.months import Months, months_asked, window
from fapiao.rules.book import rulebook

DAY = date(2026, 11, 21)
REFUSAL = "仅支持近五年的开票日期"
CLIPPED = "近五年以外和尚未开始的月份已截去"


def asked(*years: str, months: tuple[str, ...] = (), day: date = DAY) -> Months:
    """What a form of that day names."""
    return months_asked(years, months, day, 60, lambda key: rulebook().message(key, "interactive"))


def ends(found: Months) -> tuple[str, str, int]:
    """First and last month, and how many."""
    return f"{found.months[0]:%Y-%m}", f"{found.months[-1]:%Y-%m}", len(found.months)


@pytest.mark.req("R270", "A-12")
def test_five_years_are_sixty_months_and_the_running_one() -> None:
    found = asked(months=("2021-11..2026-11",))
    assert (ends(found), found.problems) == (("2021-11", "2026-11", 61), ())


@pytest.mark.req("A-12")
@pytest.mark.parametrize("month", ["2021-10", "2026-12", "2021-10..2021-11"])
def test_a_month_beyond_them_or_to_come_is_refused_with_the_bounds(month: str) -> None:
    found = asked(months=(month,))
    assert found.months == ()
    assert found.problems == (f"{REFUSAL}（2021-11 至 2026-11），请修改：{month}。",)


@pytest.mark.req("R270", "A-12")
@pytest.mark.parametrize(
    ("years", "first", "last", "count", "notes"),
    [
        (("2023-2025",), "2023-01", "2025-12", 36, ()),
        (("2021",), "2021-11", "2021-12", 2, (f"{CLIPPED}（2021：2021-11 … 2021-12）",)),
        (("2026",), "2026-01", "2026-11", 11, (f"{CLIPPED}（2026：2026-01 … 2026-11）",)),
        (("2025", "2024-2025"), "2024-01", "2025-12", 24, ()),
    ],
)
def test_a_year_is_clipped_and_says_so(
    years: tuple[str, ...], first: str, last: str, count: int, notes: tuple[str, ...]
) -> None:
    found = asked(*years)
    assert (ends(found), found.notes, found.problems) == ((first, last, count), notes, ())


@pytest.mark.parametrize("year", ["2020", "2027", "2019-2020"])
def test_a_year_with_nothing_left_is_refused(year: str) -> None:
    found = asked(year)
    assert found.months == ()
    assert all(problem.startswith(REFUSAL) for problem in found.problems)
    assert found.problems


@pytest.mark.parametrize("text", ["26", "2026-2025", "0", "二〇二五", "2025 - 2026", "0000"])
def test_what_is_no_year_is_refused(text: str) -> None:
    assert asked(text).problems == (f"开票年份请填写为 2025 或 2023-2026（{text}）",)


@pytest.mark.parametrize("text", ["2026-13", "2026", "2026-1", "2026-03..2026-01", "2026-00"])
def test_what_is_no_month_is_refused(text: str) -> None:
    assert asked(months=(text,)).problems == (f"开票月份请填写为 2026-01 或 2026-01..2026-03（{text}）",)


@pytest.mark.req("R287")
def test_years_and_months_together_name_each_month_once() -> None:
    assert len(asked("2025", months=("2025-12", "2026-01", "2026-01")).months) == 13


def test_the_running_month_ends_yesterday_and_is_left_out_on_its_first_day() -> None:
    assert window(date(2026, 11, 1), DAY) == (date(2026, 11, 1), date(2026, 11, 20))
    assert window(date(2026, 2, 1), DAY) == (date(2026, 2, 1), date(2026, 2, 28))
    found = asked(months=("2026-10", "2026-11"), day=date(2026, 11, 1))
    assert found.months == (date(2026, 10, 1),)
    assert found.notes == ("该月还没有一天结束，未申请（2026-11）",)
