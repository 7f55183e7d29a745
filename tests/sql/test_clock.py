"""One clock for SQL: whatever a statement calls now is what the session says, and else the time of Postgres."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from fapiao.errors import LeaseLost, TryLater
from fapiao.paths import SQL
from fapiao.queries import query
from fapiao.tasks import LEASE
from hooks.queues.tasks import TaskTable
from pool_rows import OWNER, digital, merge
from task_rows import DAY, put, take, take_one, told
from turned_clock import turn, wait

Pool = psycopg.Connection[Any]
NEW_YEAR = datetime(2031, 1, 1, 8, tzinfo=UTC)
RAW = re.compile(
    r"(?<!sync\.)\b(now|clock_timestamp|transaction_timestamp|statement_timestamp|timeofday)\s*\("
    r"|\b(current_date|current_time|current_timestamp|localtime|localtimestamp)\b",
    re.IGNORECASE,
)
ASK_POSTGRES = {
    "functions/01_clock.sql": 2,  # they are the clock
    "doctor.sql": 1,  # how far the server's clock is off is what is asked
    "functions/08_pool_writers.sql": 2,  # pool.log_direct_edit: evidence about a session that could turn the clock
    "functions/13_administration.sql": 1,  # the same, of what is administered
    "session.sql": 2,  # held against what Postgres itself says of its sessions
    "migrations.sql": 2,  # the runner's own tables are there before the schema
}
"""The files that may ask Postgres itself, and how often."""


def test_no_statement_asks_postgres_for_the_time_itself():
    files = {str(file.relative_to(SQL)): file for file in sorted(SQL.rglob("*.sql")) if file.parent.name != "schema"}
    texts = {name: re.sub(r"--.*", "", file.read_text(encoding="utf-8")) for name, file in files.items()}
    asked = {name: len(RAW.findall(text)) for name, text in texts.items() if RAW.search(text)}
    assert asked == ASK_POSTGRES


def test_no_default_of_a_column_asks_postgres_for_the_time_itself(untouched: Pool):
    defaults = untouched.execute(
        "SELECT table_schema || '.' || table_name || '.' || column_name, column_default FROM information_schema.columns"
        " WHERE table_schema IN ('enterprise', 'sync', 'pool') AND column_default IS NOT NULL"
    ).fetchall()
    assert [name for name, default in defaults if RAW.search(default)] == []


def test_a_session_that_says_nothing_has_the_time_of_postgres(untouched: Pool):
    assert untouched.execute("SELECT sync.now() = now(), sync.clock_timestamp() > now()").fetchone() == (True, True)
    untouched.execute("SELECT set_config('fapiao.now', '', false)")
    assert untouched.execute("SELECT sync.now() = now()").fetchone() == (True,)


def test_within_a_transaction_now_stands_still_and_the_clock_goes_on(untouched: Pool):
    times = "SELECT sync.now(), sync.clock_timestamp()"
    (first, before), (second, after) = (untouched.execute(times).fetchone() or () for _ in range(2))
    assert first == second
    assert before < after


WORKER = {
    "owner": "w",
    "limit": 10,
    "lease": LEASE,
    "day": DAY,
    "channel": "leqi",
    "dag_id": None,
    "suspects": None,
    "most_waits": 7,
}
CLAIMS = [
    ("tasks", "claim", WORKER | {"statuses": ["pending"]}, "task_open"),
    ("tasks", "next_due", WORKER, "task_open"),
    ("verification", "claim", WORKER, "verification_due"),
    ("selection", "claim", WORKER | {"batches": None, "channels": ["leqi"], "unanswered": LEASE}, "selection_open"),
    ("selection", "next_due", {"channels": ["leqi"], "most_waits": 7, "parent": None}, "selection_open"),
]


@pytest.mark.parametrize(
    ("file", "name", "values", "index"), CLAIMS, ids=[f"{file}-{name}" for file, name, *_ in CLAIMS]
)
def test_the_planner_sees_through_the_clock(
    untouched: Pool, file: str, name: str, values: dict[str, object], index: str
):
    untouched.execute("SET LOCAL enable_seqscan = off")
    plan = "\n".join(line for (line,) in untouched.execute("EXPLAIN (VERBOSE) " + query(file, name), values))
    assert re.search(rf"using (sync\.)?{index}|on {index}", plan)
    assert "now()" in plan
    assert "sync.now" not in plan


def test_rows_events_and_numbers_bear_the_instant_of_the_session(untouched: Pool):
    turn(untouched, NEW_YEAR)
    task_id = put(untouched)
    (batch_no,) = untouched.execute("SELECT sync.new_batch_no(1)").fetchone() or ("",)
    at = untouched.execute("SELECT at FROM sync.task_event WHERE task_id = %s", [task_id]).fetchall()
    assert told(untouched, task_id, "created_at") == (NEW_YEAR,)
    assert at == [(NEW_YEAR,)]
    assert batch_no.startswith("20310101160000000")


def test_a_lease_runs_out_when_its_time_has_come_and_not_before(untouched: Pool):
    turn(untouched, NEW_YEAR)
    task_id = put(untouched)
    (held,) = take(untouched, "one")
    assert told(untouched, task_id, "lease_until") == (NEW_YEAR + LEASE,)
    wait(untouched, LEASE - timedelta(seconds=1))
    assert take(untouched, "two") == []
    wait(untouched, timedelta(seconds=1))
    (taken,) = take(untouched, "two")
    assert (taken.task_id, taken.claim_no) == (task_id, held.claim_no + 1)
    with pytest.raises(LeaseLost):
        TaskTable(untouched).lock_claimed(held)


def test_a_renewed_lease_runs_from_the_renewal(untouched: Pool):
    turn(untouched, NEW_YEAR)
    claim = take_one(untouched)
    renewed = wait(untouched, timedelta(seconds=30))
    TaskTable(untouched).lock_claimed(claim)
    turn(untouched, renewed + LEASE - timedelta(microseconds=1))
    assert take(untouched, "two") == []
    turn(untouched, renewed + LEASE)
    assert [one.task_id for one in take(untouched, "two")] == [claim.task_id]


def test_a_row_that_is_put_off_is_due_to_the_second(untouched: Pool):
    turn(untouched, NEW_YEAR)
    claim = take_one(untouched)
    TaskTable(untouched).postpone(claim, seconds=90, why=TryLater("LEQI_09", "网络异常", "later"), cost=1)
    assert TaskTable(untouched).next_due("leqi", DAY, None) == (1, 90.0)
    wait(untouched, timedelta(seconds=89))
    assert TaskTable(untouched).next_due("leqi", DAY, None) == (1, 1.0)
    assert take(untouched) == []
    wait(untouched, timedelta(seconds=1))
    assert [one.task_id for one in take(untouched)] == [claim.task_id]


def test_a_login_is_looked_at_again_when_its_wait_is_over(untouched: Pool):
    turn(untouched, NEW_YEAR)
    untouched.execute(
        "INSERT INTO sync.login_request (channel, account, city_code, taxpayer_no, reason, next_check)"
        " VALUES ('etax', 'A', '3100', %s, 'x', sync.now() + interval '10 min')",
        [OWNER],
    )
    due = query("logins", "due")
    values = {"channel": "etax", "lease": timedelta(minutes=1), "at_once": False}
    wait(untouched, timedelta(minutes=9))
    assert untouched.execute(due, values).fetchall() == []
    wait(untouched, timedelta(minutes=1))
    assert len(untouched.execute(due, values).fetchall()) == 1


def test_the_pool_of_an_earlier_instant_is_read_by_the_same_clock(untouched: Pool):
    turn(untouched, NEW_YEAR)
    merge(untouched, "digital", [digital()])
    known = "SELECT count(*)::integer FROM fapiao.invoice_as_of(%s)"
    assert untouched.execute(known, [NEW_YEAR - timedelta(seconds=1)]).fetchone() == (0,)
    assert untouched.execute(known, [NEW_YEAR]).fetchone() == (1,)
