"""What the calendar names and cannot or need not be asked for is left out, or born failed, with its reason."""

from datetime import date
from typing import Any

import psycopg
import pytest

from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence_in
from group_rows import A, B, parameter, scheme, taxpayer
from operators.downloads.plan import PlanCounts
from plannings import DAY, SECOND, TWELFTH, left_out, left_out_days, plan, planned
from task_rows import put

Pool = psycopg.Connection[Any]

APRIL: dict[str, Any] = {"window_start": date(2027, 4, 1), "window_end": date(2027, 4, 30)}


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


@pytest.mark.finding("F10")
@pytest.mark.req("R060", "A-52")
def test_a_window_before_the_start_date_is_left_out_with_its_reason(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", start=date(2027, 6, 1))
    assert plan(pool, "history_output", SECOND) == PlanCounts(0, 1)
    assert left_out(pool) == [(A, "output", "81", "outside_scheme")]
    assert pool.execute("SELECT reason FROM fapiao.plan_skip").fetchone() == (
        sentence_in("zh", "left_out.outside_scheme"),
    )


@pytest.mark.finding("F10")
@pytest.mark.req("R060", "A-52")
@pytest.mark.parametrize(
    ("start", "end", "asked", "outside"),
    [
        (date(2027, 5, 31), None, [("2027-05-31", "2027-05-31")], [("2027-05-01", "2027-05-30")]),
        (date(2020, 1, 1), date(2027, 5, 1), [("2027-05-01", "2027-05-01")], [("2027-05-02", "2027-05-31")]),
        (
            *(date(2027, 5, 10), date(2027, 5, 20)),
            [("2027-05-10", "2027-05-20")],
            [("2027-05-01", "2027-05-09"), ("2027-05-21", "2027-05-31")],
        ),
        (date(2027, 5, 1), date(2027, 5, 31), [("2027-05-01", "2027-05-31")], []),
        (date(2020, 1, 1), date(2027, 4, 30), [], [("2027-05-01", "2027-05-31")]),
    ],
)
def test_a_window_is_cut_to_the_days_of_its_scheme_and_the_rest_is_outside_it(
    pool: Pool, start: date, end: date | None, asked: list[tuple[str, str]], outside: list[tuple[str, str]]
) -> None:
    taxpayer(pool)
    scheme(pool, "81", start=start, end=end)
    assert plan(pool, "history_output", SECOND) == PlanCounts(len(asked), len(outside))
    assert planned(pool, "window_start::text", "window_end::text") == asked
    assert left_out_days(pool) == [("outside_scheme", *days) for days in outside]


@pytest.mark.finding("F10")
@pytest.mark.req("A-52")
def test_several_schemes_ask_for_the_days_of_all_of_them_together(pool: Pool) -> None:
    taxpayer(pool)
    one = scheme(pool, "81", name="一", start=date(2020, 1, 1), end=date(2027, 5, 10))
    two = scheme(pool, "81", name="二", start=date(2027, 5, 8), end=date(2027, 5, 20))
    scheme(pool, "82", name="三")
    four = scheme(pool, "81", name="四", start=date(2027, 5, 25))
    assert plan(pool, "history_output", SECOND) == PlanCounts(3, 1)
    assert sorted(planned(pool, "invoice_type", "window_start::text", "window_end::text", "scheme_ids"))[:2] == [
        ("81", "2027-05-01", "2027-05-20", [one, two]),
        ("81", "2027-05-25", "2027-05-31", [four]),
    ]
    assert left_out_days(pool) == [("outside_scheme", "2027-05-21", "2027-05-24")]


@pytest.mark.finding("F10")
@pytest.mark.req("A-52")
@pytest.mark.parametrize(
    ("start", "end", "done"),
    [
        (date(2027, 6, 8), None, PlanCounts(1, 0)),
        (date(2027, 6, 10), None, PlanCounts(0, 1)),
        (date(2020, 1, 1), date(2027, 6, 6), PlanCounts(1, 0)),
        (date(2020, 1, 1), date(2027, 6, 5), PlanCounts(0, 1)),
    ],
)
def test_days_of_collection_are_not_cut_but_asked_for_only_while_the_scheme_lasts(
    pool: Pool, start: date, end: date | None, done: PlanCounts
) -> None:
    taxpayer(pool)
    scheme(pool, "81", start=start, end=end)
    assert plan(pool, "incremental", DAY) == done
    assert planned(pool, "window_start", "window_end") == [(date(2027, 6, 6), date(2027, 6, 9))] * done.planned


@pytest.mark.finding("F07")
@pytest.mark.req("A-25", "A-29")
@pytest.mark.parametrize("channel", ["leqi", "etax", "tax_disk"])
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
    pool: Pool, status: str, reason: str | None, channel: str
) -> None:
    """Whichever channel did it: the company may have moved to 乐企 since."""
    taxpayer(pool, authorised_on=date(2027, 5, 10) if channel == "etax" else None)
    scheme(pool, "81", downloads=["output_full"])
    put(pool, status, taxpayer_no=A, job="history_output", channel=channel, **APRIL)

    done = plan(pool, "back_check", TWELFTH)

    assert done == (PlanCounts(0, 1) if reason else PlanCounts(1, 0))
    assert left_out(pool) == ([(A, "output", "81", reason)] if reason else [])


@pytest.mark.finding("F07")
@pytest.mark.req("A-25")
def test_two_downloads_on_two_channels_complete_a_month_together(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    put(pool, "succeeded", taxpayer_no=A, channel="etax", window_start=date(2027, 4, 1), window_end=date(2027, 4, 20))
    put(pool, "no_data", taxpayer_no=A, window_start=date(2027, 4, 21), window_end=date(2027, 4, 30))
    assert plan(pool, "back_check", TWELFTH) == PlanCounts(0, 1)
    assert left_out(pool) == [(A, "output", "81", "already_complete")]


@pytest.mark.finding("F07")
@pytest.mark.req("A-25", "A-50")
@pytest.mark.parametrize(
    ("swept", "codes"),
    [
        (None, ["before_authorisation"]),
        ("leqi", ["part_complete", "before_authorisation"]),
        ("etax", ["already_complete"]),
    ],
)
def test_the_month_of_the_authorisation_is_asked_for_from_that_day_on_and_never_complete_by_leqi_alone(
    pool: Pool, swept: str | None, codes: list[str]
) -> None:
    taxpayer(pool, authorised_on=date(2027, 4, 15))
    scheme(pool, "81", downloads=["output_full"])
    first = date(2027, 4, 15) if swept == "leqi" else date(2027, 4, 1)
    if swept:
        put(pool, "succeeded", taxpayer_no=A, channel=swept, window_start=first, window_end=date(2027, 4, 30))
    made = plan(pool, "back_check", TWELFTH)
    assert (made.planned, [code for code, *_ in left_out_days(pool)]) == (int(swept is None), codes)
    if swept is None:
        assert planned(pool, "window_start::text", "window_end::text") == [("2027-04-15", "2027-04-30")]
    if "before_authorisation" in codes:
        assert left_out_days(pool)[-1] == ("before_authorisation", "2027-04-01", "2027-04-14")


@pytest.mark.req("A-09", "A-25")
@pytest.mark.parametrize(
    "values",
    [
        {"downloaded_count": 6, "inserted_count": 4, "failed_count": 2},
        {"window_end": date(2027, 4, 29)},
        {"void_state": "voided", "voided_by": "li", "voided_at": DAY, "void_reason": "x"},
        {"direction": "input", "download_type": "input_full"},
        {"invoice_type": "82"},
        {"taxpayer_no": B},
    ],
    ids=["failures", "partial", "void", "direction", "type", "taxpayer"],
)
def test_what_was_downloaded_of_something_else_does_not_complete_a_month(pool: Pool, values: dict[str, Any]) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    put(pool, "succeeded", **APRIL | {"taxpayer_no": A} | values)
    assert plan(pool, "back_check", TWELFTH) == PlanCounts(1, 0)


def test_a_switched_off_or_empty_occurrence_is_left_out_with_its_reason(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"], frequency=[1])
    plan(pool, "compensation", DAY)
    plan(pool, "current_month", date(2027, 6, 1))
    reasons = pool.execute("SELECT reason_code, reason FROM sync.skip ORDER BY skip_id").fetchall()
    assert reasons == [
        ("switched_off", "未启用：参数 rim_download.open_replenish_last_month 不为 1"),
        ("empty_window", "下载期间为空：2027-06-01 的 [1, T-1] 没有日期"),
    ]


def test_the_switch_of_the_tenth_plans_it(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    parameter(pool, "rim_download", "open_replenish_last_month", "1")
    assert plan(pool, "compensation", DAY) == PlanCounts(1, 0)


@pytest.mark.finding("F10")
def test_a_suppressed_occurrence_leaves_a_reason_only_for_schemes_that_have_a_company_on_the_channel(
    pool: Pool,
) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    scheme(pool, "81", downloads=["input_status"], name="二")
    for channel in ("etax", "tax_disk", "leqi"):
        plan(pool, "current_month", date(2027, 6, 1), channel=channel)
        plan(pool, "compensation", DAY, channel=channel)
    assert pool.execute("SELECT channel, dag_id FROM sync.skip").fetchall() == [("leqi", "leqi__compensation")]


@pytest.mark.req("R140", "R141")
def test_a_small_scale_taxpayer_is_born_failed_where_data_are_deductible(pool: Pool) -> None:
    taxpayer(pool, company_type="small_scale")
    scheme(pool, "81")
    assert plan(pool, "risk_status", DAY) == PlanCounts(1, 0)
    assert plan(pool, "history_output", SECOND) == PlanCounts(1, 0)
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
        (date(2027, 5, 1), "pending"),
        (date(2020, 1, 1), "pending"),
        (None, "pending"),
    ],
)
def test_a_month_before_the_authorisation_is_born_failed(pool: Pool, authorised_on: date | None, status: str) -> None:
    taxpayer(pool, authorised_on=authorised_on)
    scheme(pool, "81")
    plan(pool, "history_output", SECOND)
    assert planned(pool, "status") == [(status,)]
