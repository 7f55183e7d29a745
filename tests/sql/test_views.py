"""The views of schema fapiao keep their promise: these columns, in this order, with these meanings."""

from datetime import date
from typing import Any

import psycopg
import pytest

from pool_rows import OWNER as HOLDER
from pool_rows import digital, merge
from task_rows import DAY, OWNER, put

Pool = psycopg.Connection[Any]
PROMISED = {
    "sync_log": """
        batch_no, parent_batch_no, taxpayer_no, taxpayer_name, org_code, channel, direction, download_type, sync_type,
        document, invoice_types, window_start, window_end, status, status_label, void_state, downloaded_count,
        succeeded_count, inserted_count, updated_count, unchanged_count, ignored_count, failed_count, amount_sum,
        tax_sum, error_code, error_message, attempts, request_no, created_by, created_at, applied_at, finished_at,
        dag_id, run_id""",
    "invoice": """
        direction, taxpayer_no, document_key, document, invoice_type, invoice_code, invoice_no, etax_invoice_no,
        issue_date, seller_tax_no, seller_name, buyer_tax_no, buyer_name, amount, tax_amount, total_amount,
        total_tax_incl_amount, status, risk_status, selection_status, deduction_status, deduction_purpose,
        not_deductible_type, tax_period, selected_at, certified_at, effective_tax_amount, entry_status, entry_period,
        entry_at, vat_usage, consumption_tax_usage, verification_status, verify_source, detail_level, org_code,
        tax_org_code, first_collected_at, aggregated_on, signed, remark""",
    "invoice_line": """
        document_key, line_no, goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate,
        tax_amount""",
    "invoice_change": """
        document_key, direction, taxpayer_no, column_name, old_value, new_value, batch_no, channel, observed_at""",
    "quota_usage": """
        taxpayer_no, channel, direction, invoice_type, issue_month, used_today, used_this_month, daily_limit,
        monthly_limit, reserved, unknown""",
    "month_completeness": """
        taxpayer_no, direction, invoice_type, issue_month, level, evidence, bureau_count, pool_count, bureau_amount,
        pool_amount""",
    "task_event": "batch_no, seq, from_status, to_status, actor, reason, at, hash",
}
JUNE = date(2027, 6, 1)
MAY = {"window_start": date(2027, 5, 1), "window_end": date(2027, 5, 31)}
SLOT = """
INSERT INTO sync.quota_slot (taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day, state,
    task_id, settled_at)
SELECT %(owner)s, 'leqi', %(counter)s, 'output', 'invoice', '81', %(month)s, %(day)s, %(state)s, %(task)s,
    CASE WHEN %(state)s = 'reserved' THEN NULL ELSE now() END
"""


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


@pytest.mark.req("R303", "R304", "R306", "R315")
@pytest.mark.parametrize("view", PROMISED)
def test_the_promised_columns_come_first_and_in_their_order(pool: Pool, view: str) -> None:
    promised = PROMISED[view].replace("\n", " ").replace(" ", "").split(",")
    cursor = pool.execute(f"SELECT * FROM fapiao.{view} LIMIT 0")
    assert [column.name for column in cursor.description or ()][: len(promised)] == promised


def test_the_pool_as_of_an_instant_has_the_columns_of_the_pool(pool: Pool) -> None:
    now, then = (
        [column.name for column in pool.execute(f"SELECT * FROM {source} LIMIT 0").description or ()]  # type: ignore[arg-type]
        for source in ("fapiao.invoice", "fapiao.invoice_as_of(now())")
    )
    assert now == then


def months(pool: Pool) -> list[tuple[Any, ...]]:
    """(issue month, level, evidence) of every month the log knows."""
    return pool.execute(
        "SELECT issue_month, level, evidence FROM fapiao.month_completeness ORDER BY issue_month"
    ).fetchall()


def test_a_month_that_was_swept_whole_is_swept_and_a_second_sweep_confirms_it(pool: Pool) -> None:
    put(pool, "succeeded", batch_no="first", **MAY)
    assert months(pool) == [(date(2027, 5, 1), "swept", ["first"])]
    put(pool, "no_data", batch_no="second", finished_at="2027-06-12 03:00+08", **MAY)
    assert months(pool) == [(date(2027, 5, 1), "confirmed", ["first", "second"])]


@pytest.mark.req("A-25", "R300")
@pytest.mark.parametrize(
    ("status", "values"),
    [
        ("pending", {}),
        ("downloading", {}),
        ("downloaded", {}),
        ("headers_only", {}),
        ("incomplete", {}),
        ("apply_failed", {}),
        ("download_failed", {}),
        ("succeeded", {"window_end": date(2027, 5, 30)}),
        ("succeeded", {"window_start": date(2027, 5, 2)}),
        ("succeeded", {"window_end": date(2027, 6, 30)}),
        ("succeeded", {"downloaded_count": 2, "inserted_count": 1, "failed_count": 1}),
    ],
)
def test_what_is_open_failed_or_partial_proves_nothing(pool: Pool, status: str, values: dict[str, Any]) -> None:
    put(pool, status, **MAY | values)
    assert months(pool) == [(date(2027, 5, 1), "unproven", [])]


@pytest.mark.req("A-09", "A-25")
def test_a_void_sweep_is_no_evidence(pool: Pool) -> None:
    void = {"void_state": "voided", "voided_by": "li", "voided_at": DAY, "void_reason": "wrong scheme"}
    put(pool, "succeeded", **MAY, **void)
    assert months(pool) == []


@pytest.mark.parametrize("download_type", ["input_incremental", "input_status", "unselected_init"])
def test_only_full_downloads_sweep_a_month(pool: Pool, download_type: str) -> None:
    put(pool, "succeeded", **MAY, download_type=download_type, direction="input")
    assert months(pool) == []


def test_the_running_month_is_never_complete(pool: Pool) -> None:
    put(pool, "succeeded")
    assert months(pool) == [(JUNE, "unproven", [])]


def test_a_month_shows_what_the_bureau_had_and_what_the_pool_holds(pool: Pool) -> None:
    merge(pool, "digital", [digital(fphm=f"2744200000000000000{n}") for n in (1, 2)])
    january = {"window_start": date(2027, 1, 1), "window_end": date(2027, 1, 31)}
    counts = {"downloaded_count": 3, "inserted_count": 3, "amount_sum": 300}
    put(pool, "succeeded", taxpayer_no=HOLDER, direction="input", download_type="input_full", **january, **counts)
    found = pool.execute(
        "SELECT level, bureau_count, pool_count, bureau_amount, pool_amount FROM fapiao.month_completeness"
    ).fetchall()
    assert found == [("swept", 3, 2, 300, 200)]


def board(pool: Pool) -> tuple[Any, ...] | None:
    """The one line of the quota board."""
    return pool.execute("""
        SELECT used_today, used_this_month, daily_limit, monthly_limit, reserved, unknown, used_elsewhere
        FROM fapiao.quota_usage""").fetchone()


def slot(pool: Pool, state: str, day: date = DAY, month: date = JUNE, counter: str = "full") -> None:
    """One line of the ledger, of a task of its own."""
    task = None if state == "foreign" else put(pool, "succeeded")
    pool.execute(SLOT, {"owner": OWNER, "counter": counter, "month": month, "day": day, "state": state, "task": task})


def today(pool: Pool, day: date) -> None:
    """The day of the newest run."""
    pool.execute(
        "INSERT INTO sync.business_day (day) VALUES (%s) ON CONFLICT (only_row) DO UPDATE SET day = %s", [day, day]
    )


def test_today_is_the_day_of_the_newest_run_whatever_the_clock_says(pool: Pool) -> None:
    slot(pool, "consumed")
    slot(pool, "consumed", day=date(2027, 6, 9))
    today(pool, DAY)
    assert board(pool) == (1, 2, 1, 5, 0, 0, 0)
    today(pool, date(2027, 6, 11))
    assert board(pool) == (0, 2, 1, 5, 0, 0, 0)
    today(pool, date(2027, 7, 1))
    assert board(pool) == (0, 0, 1, 3, 0, 0, 0)


@pytest.mark.req("A-03")
def test_reserved_unknown_and_foreign_slots_count_as_used_and_released_ones_do_not(pool: Pool) -> None:
    today(pool, DAY)
    for state in ("reserved", "unknown", "foreign", "consumed", "released"):
        slot(pool, state)
    assert board(pool) == (4, 4, 1, 5, 1, 1, 1)


@pytest.mark.req("A-43")
def test_counters_of_their_own_are_not_on_the_board(pool: Pool) -> None:
    today(pool, DAY)
    slot(pool, "consumed", counter="unselected_init")
    assert board(pool) is None


@pytest.mark.parametrize(
    "change",
    ["issue_month = issue_month + 1", "state = 'maybe'", "settled_at = NULL", "task_id = NULL"],
)
def test_a_slot_of_the_ledger_is_whole(pool: Pool, change: str) -> None:
    slot(pool, "consumed")
    with pytest.raises(psycopg.errors.CheckViolation):
        pool.execute(f"UPDATE sync.quota_slot SET {change}")  # type: ignore[arg-type]


def test_the_events_of_the_view_carry_the_hash_in_hex(pool: Pool) -> None:
    put(pool, batch_no="seen")
    found = pool.execute("SELECT batch_no, seq, to_status, length(hash) FROM fapiao.task_event").fetchall()
    assert found == [("seen", 1, "pending", 64)]


def test_a_follow_up_names_the_task_that_caused_it(pool: Pool) -> None:
    parent = put(pool, "succeeded", batch_no="cause")
    put(pool, batch_no="effect", parent_task_id=parent)
    found = pool.execute("SELECT batch_no, caused_by_batch_no FROM fapiao.sync_log ORDER BY batch_no").fetchall()
    assert found == [("cause", None), ("effect", "cause")]
