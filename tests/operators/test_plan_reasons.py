"""What the calendar names and cannot or need not be asked for is left out, or born failed, with its reason."""

from datetime import date
from typing import Any

import psycopg
import pytest

from fapiao.rules import rulebook
from group_rows import A, B, parameter, scheme, taxpayer
from operators.plan import Planned
from plannings import DAY, SECOND, TWELFTH, left_out, plan, planned
from task_rows import put

Pool = psycopg.Connection[Any]


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


@pytest.mark.req("R060")
def test_a_window_before_the_start_date_is_left_out_with_its_reason(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", start=date(2027, 6, 1))
    assert plan(pool, "history_output", SECOND) == Planned(0, 1)
    assert left_out(pool) == [(A, "output", "81", "before_start")]
    assert pool.execute("SELECT reason FROM fapiao.plan_skip").fetchone() == (
        rulebook().message("skip_before_start", "scheduled"),
    )


@pytest.mark.req("R060")
def test_a_window_that_reaches_into_the_start_date_is_planned(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", start=date(2027, 5, 31))
    assert plan(pool, "history_output", SECOND) == Planned(1, 0)


@pytest.mark.req("A-25", "A-29")
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("succeeded", "already_complete"),
        ("no_data", "already_complete"),
        ("pending", "under_way"),
        ("downloading", "under_way"),
        ("downloaded", None),
        ("headers_only", None),
        ("incomplete", None),
        ("apply_failed", None),
        ("download_failed", None),
    ],
)
def test_the_twelfth_applies_only_for_what_is_neither_complete_nor_under_way(
    pool: Pool, status: str, reason: str | None
) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    april = {"window_start": date(2027, 4, 1), "window_end": date(2027, 4, 30)}
    put(pool, status, taxpayer_no=A, job="history_output", **april)

    done = plan(pool, "back_check", TWELFTH)

    assert done == (Planned(0, 1) if reason else Planned(1, 0))
    assert left_out(pool) == ([(A, "output", "81", reason)] if reason else [])


@pytest.mark.req("A-09", "A-25")
@pytest.mark.parametrize(
    "values",
    [
        {"window_end": date(2027, 4, 29)},
        {"void_state": "voided", "voided_by": "li", "voided_at": DAY, "void_reason": "x"},
        {"direction": "input", "download_type": "input_full"},
        {"invoice_type": "82"},
        {"taxpayer_no": B},
    ],
    ids=["partial", "void", "direction", "type", "taxpayer"],
)
def test_what_was_downloaded_of_something_else_does_not_complete_a_month(pool: Pool, values: dict[str, Any]) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    april = {"window_start": date(2027, 4, 1), "window_end": date(2027, 4, 30), "taxpayer_no": A}
    put(pool, "succeeded", **april | values)
    assert plan(pool, "back_check", TWELFTH) == Planned(1, 0)


def test_a_switched_off_or_empty_occurrence_is_left_out_with_its_reason(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"], frequency=[1])
    plan(pool, "compensation", DAY)
    plan(pool, "current_month", date(2027, 6, 1))
    reasons = pool.execute("SELECT reason_code, reason FROM sync.skip ORDER BY skip_id").fetchall()
    assert [code for code, _ in reasons] == ["suppressed", "suppressed"]
    assert [text.partition(":")[0] for _, text in reasons] == ["switched off", "empty window"]


def test_the_switch_of_the_tenth_plans_it(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    parameter(pool, "rim_download", "open_replenish_last_month", "1")
    assert plan(pool, "compensation", DAY) == Planned(1, 0)


@pytest.mark.req("R140", "R141")
def test_a_small_scale_taxpayer_is_born_failed_where_data_are_deductible(pool: Pool) -> None:
    taxpayer(pool, company_type="small_scale")
    scheme(pool, "81")
    assert plan(pool, "risk_status", DAY) == Planned(1, 0)
    assert plan(pool, "history_output", SECOND) == Planned(1, 0)
    assert planned(pool, "job", "status", "error_code", "error_message") == [
        ("risk_status", "download_failed", "SMALL_SCALE", rulebook().message("small_scale_download", "scheduled")),
        ("history_output", "pending", None, None),
    ]


@pytest.mark.req("R268", "A-50")
@pytest.mark.parametrize(
    ("authorised_on", "status"),
    [
        (date(2027, 6, 1), "download_failed"),
        (date(2027, 5, 31), "pending"),
        (date(2020, 1, 1), "pending"),
        (None, "pending"),
    ],
)
def test_a_month_before_the_authorisation_is_born_failed(pool: Pool, authorised_on: date | None, status: str) -> None:
    taxpayer(pool, authorised_on=authorised_on)
    scheme(pool, "81")
    plan(pool, "history_output", SECOND)
    assert planned(pool, "status") == [(status,)]
