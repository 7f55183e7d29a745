"""A run works for the day it was made for, in Asia/Shanghai; quotas belong to the clock unless that day was named."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from fapiao.tasks import SHANGHAI
from operators.run_context import run_day, wanted_taxpayers

EVENING = datetime(2027, 6, 9, 18, 0, tzinfo=UTC)
"""02:00 on 10 June in Shanghai."""


def context(logical_date: datetime | None = EVENING, run_after: datetime = EVENING, **params: Any) -> dict[str, Any]:
    """What Airflow hands to an operator."""
    run = SimpleNamespace(dag_id="leqi__risk_status", run_id="r", logical_date=logical_date, run_after=run_after)
    return {"dag_run": run, "params": params}


def test_the_logical_date_counts_in_shanghai_and_not_in_utc() -> None:
    run = run_day(context())
    assert (run.day, run.tick, run.explicit) == (date(2027, 6, 10), "2027-06-10", False)


def test_a_run_without_a_logical_date_works_for_the_day_after_which_it_runs() -> None:
    assert run_day(context(logical_date=None)).day == date(2027, 6, 10)


def test_the_named_day_wins_over_every_other() -> None:
    run = run_day(context(date="2026-01-31"))
    assert (run.day, run.tick, run.explicit) == (date(2026, 1, 31), "2026-01-31", True)


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_date_is_no_named_day(empty: str | None) -> None:
    assert not run_day(context(date=empty)).explicit


def test_a_context_without_params_is_read_too() -> None:
    assert run_day(context() | {"params": None}).day == date(2027, 6, 10)


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        run_day(context(date="31.1.2026"))


@pytest.mark.req("R109")
def test_a_job_that_fires_twice_a_day_has_two_ticks_a_day() -> None:
    morning, evening = (datetime(2027, 6, 10, hour, 30, tzinfo=SHANGHAI).astimezone(UTC) for hour in (6, 18))
    runs = [run_day(context(at), many_a_day=True) for at in (morning, evening, morning)]
    assert [run.tick for run in runs] == ["2027-06-10T06:30", "2027-06-10T18:30", "2027-06-10T06:30"]
    assert {run.day for run in runs} == {date(2027, 6, 10)}


def test_the_quota_day_of_an_unnamed_day_is_the_clocks() -> None:
    run = run_day(context(datetime(2027, 1, 1, tzinfo=UTC)))
    assert run.day == date(2027, 1, 1)
    assert run.quota_day(EVENING) == date(2027, 6, 10)
    assert run.instant(EVENING) == EVENING


def test_the_quota_day_of_a_named_day_is_that_day() -> None:
    run = run_day(context(date="2027-01-01"))
    assert run.quota_day(EVENING) == date(2027, 1, 1)
    assert run.instant(EVENING) == datetime(2027, 1, 1, 2, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("given", "wanted"), [(None, None), ([], None), (["A", "B"], ["A", "B"])])
def test_an_empty_list_of_taxpayers_means_all(given: list[str] | None, wanted: list[str] | None) -> None:
    assert wanted_taxpayers(context(taxpayers=given)) == wanted
    assert wanted_taxpayers({"params": None}) is None
