"""The history of a task is written by the table itself, and a rewritten history shows."""

from typing import Any

import psycopg
import pytest
from psycopg.errors import RaiseException

from fapiao.errors import TryLater
from hooks.queues.tasks import TaskTable
from task_rows import NOON, put, take, take_one

BROKEN_LINKS = """
SELECT batch_no, seq
FROM (SELECT *, lag(hash) OVER (PARTITION BY task_id ORDER BY seq) AS previous FROM sync.task_event) AS e
JOIN sync.task AS k USING (task_id)
WHERE e.hash <> sync.event_hash(e.previous, k.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at)
ORDER BY batch_no, seq
"""
VOID = """
UPDATE sync.task SET void_state = 'voided', voided_by = 'li', voided_at = now(), void_reason = %s WHERE task_id = %s
"""

Pool = psycopg.Connection[Any]


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


def events(pool: Pool, task_id: int) -> list[tuple[Any, ...]]:
    """(from, to, actor, reason) of a task, in order."""
    return pool.execute(
        "SELECT from_status, to_status, actor, reason FROM sync.task_event WHERE task_id = %s ORDER BY seq", [task_id]
    ).fetchall()


def act_as(pool: Pool, name: str) -> None:
    """Names who works on this connection."""
    pool.execute("SELECT set_config('fapiao.actor', %s, false)", [name])


def move(pool: Pool, task_id: int) -> None:
    """A row from 未处理 over 下载处理中 and 数据已下载 to 成功."""
    for change in (
        "status = 'downloading', request_no = task_id::text, applied_at = now(), observed_at = now()",
        "status = 'downloaded'",
        "status = 'succeeded', finished_at = now()",
    ):
        pool.execute(f"UPDATE sync.task SET {change} WHERE task_id = %s", [task_id])


def test_a_row_is_born_with_an_event_that_names_its_rule(pool: Pool) -> None:
    act_as(pool, "leqi__current_month/run-1")
    assert events(pool, put(pool)) == [(None, "pending", "leqi__current_month/run-1", "leqi-current-month")]


def test_a_row_that_is_born_failed_says_why_in_its_first_event(pool: Pool) -> None:
    act_as(pool, "planner")
    failed = put(pool, "download_failed", error_message="小规模纳税人")
    assert events(pool, failed) == [(None, "download_failed", "planner", "小规模纳税人")]


def test_without_a_named_actor_the_account_of_the_session_stands_there(pool: Pool) -> None:
    assert [actor for _, _, actor, _ in events(pool, put(pool))] == [pool.info.user]


def test_every_change_leaves_an_event_with_its_actor_and_reason(pool: Pool) -> None:
    act_as(pool, "planner")
    claim = take_one(pool)
    act_as(pool, "applier")
    TaskTable(pool).postpone(claim, seconds=60, why=TryLater("LEQI_09", "网络异常", "later"), cost=1)
    act_as(pool, "auditor")
    pool.execute(VOID, ["duplicate", claim.task_id])

    assert events(pool, claim.task_id) == [
        (None, "pending", "planner", "leqi-current-month"),
        ("pending", "pending", "applier", "网络异常"),
        ("pending", "voided", "auditor", "duplicate"),
    ]


def test_a_program_may_say_its_reason_itself(pool: Pool) -> None:
    task_id = put(pool, "downloading")
    pool.execute("SELECT set_config('fapiao.reason', 'asked for by hand', false)")
    pool.execute("UPDATE sync.task SET status = 'downloaded' WHERE task_id = %s", [task_id])
    assert events(pool, task_id)[-1][3] == "asked for by hand"


def test_claims_and_leases_are_no_history(pool: Pool) -> None:
    claim = take_one(pool)
    TaskTable(pool).lock_claimed(claim)
    TaskTable(pool).release("worker")
    take(pool, "another")
    assert len(events(pool, claim.task_id)) == 1


def test_one_statement_over_many_rows_leaves_an_event_on_each(pool: Pool) -> None:
    tasks = [put(pool, invoice_type=code) for code in ("81", "82", "01")]
    pool.execute(
        "UPDATE sync.task SET status = 'apply_failed', error_code = 'X', error_message = 'x', finished_at = now()"
    )
    assert [len(events(pool, task_id)) for task_id in tasks] == [2, 2, 2]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE sync.task_event SET actor = 'nobody'", "DELETE FROM sync.task_event", "TRUNCATE sync.task_event"],
)
def test_events_cannot_be_rewritten(pool: Pool, statement: str) -> None:
    put(pool)
    with pytest.raises(RaiseException, match=r"sync\.task_event is append-only"):
        pool.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_the_chain_of_every_task_verifies_in_sql_in_any_time_zone(pool: Pool, zone: str) -> None:
    for code in ("81", "82"):
        move(pool, put(pool, invoice_type=code))
    pool.execute("SELECT set_config('timezone', %s, false)", [zone])
    assert pool.execute("SELECT count(*) FROM sync.task_event").fetchone() == (8,)
    assert pool.execute(BROKEN_LINKS).fetchall() == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody else'",
        "reason = 'a better one'",
        "to_status = 'no_data'",
        "from_status = 'incomplete'",
        "at = at - interval '1 microsecond'",
        "hash = sha256('x')",
    ],
)
def test_an_event_that_a_superuser_edited_breaks_the_chain(pool: Pool, change: str) -> None:
    task_id = put(pool, batch_no="edited")
    move(pool, task_id)
    pool.execute("SET session_replication_role = replica")
    pool.execute(f"UPDATE sync.task_event SET {change} WHERE seq = 2")
    assert pool.execute(BROKEN_LINKS).fetchall()[0] == ("edited", 2)


def test_an_event_that_was_edited_with_its_hash_breaks_the_link_to_the_next(pool: Pool) -> None:
    move(pool, put(pool, batch_no="edited"))
    pool.execute("SET session_replication_role = replica")
    pool.execute("""
        UPDATE sync.task_event AS e SET actor = 'x', hash = sync.event_hash(
            (SELECT hash FROM sync.task_event AS b WHERE b.task_id = e.task_id AND b.seq = 1),
            'edited', seq, from_status, to_status, 'x', reason, at) WHERE seq = 2""")
    assert pool.execute(BROKEN_LINKS).fetchall() == [("edited", 3)]


def test_an_event_that_was_taken_out_breaks_the_chain(pool: Pool) -> None:
    move(pool, put(pool, batch_no="cut"))
    pool.execute("SET session_replication_role = replica")
    pool.execute("DELETE FROM sync.task_event WHERE seq = 2")
    assert pool.execute(BROKEN_LINKS).fetchall() == [("cut", 3)]


def test_events_of_one_task_do_not_verify_under_another(pool: Pool) -> None:
    first, second = put(pool, batch_no="first"), put(pool, batch_no="second", invoice_type="82")
    pool.execute("SET session_replication_role = replica")
    pool.execute("UPDATE sync.task_event SET task_id = -1 WHERE task_id = %s", [first])
    pool.execute("UPDATE sync.task_event SET task_id = %s WHERE task_id = %s", [first, second])
    assert pool.execute(BROKEN_LINKS).fetchall() == [("first", 1)]


def test_the_last_event_says_where_the_row_stands(pool: Pool) -> None:
    task_id = put(pool, "downloading", applied_at=NOON)
    pool.execute(VOID, ["why", task_id])
    move(pool, put(pool, invoice_type="82"))
    assert pool.execute("""
        SELECT DISTINCT ON (batch_no) to_status = coalesce(void_state, status)
        FROM fapiao.task_event JOIN fapiao.sync_log USING (batch_no) ORDER BY batch_no, seq DESC""").fetchall() == [
        (True,),
        (True,),
    ]
