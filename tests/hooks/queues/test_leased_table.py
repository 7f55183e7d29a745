"""Claim, fence, lease, postpone and release mean the same in every queue: one suite over their tables."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from fapiao.errors import LeaseLost, TryLater
from hooks.queues.leased_table import LeasedTable
from hooks.queues.selections import SelectionTable
from hooks.queues.tasks import TaskTable
from hooks.queues.verifications import VerificationTable
from task_rows import DAY, put, take
from untouched_pool import untouched, untouched_url  # noqa: F401 fixtures

Pool = psycopg.Connection[Any]
OWNER = "91310000MA1EXAMP07"
LATER = TryLater("X", "later", "wait", 60.0)
CODES = {"sync.task": "error_code", "sync.selection": "error_code", "sync.verification": "result_code"}
ENDS = {
    "sync.task": "status = 'no_data', finished_at = now(), request_no = '1', applied_at = now(), observed_at = now()",
    "sync.selection": "status = 'failed', finished_at = now(), error_code = 'X', error_message = 'x', failed_count = 1",
    "sync.verification": "state = 'failed', finished_at = now(), result_code = 'X', result_text = 'x'",
}


@dataclass(frozen=True)
class Queue:
    """One queue: where its rows are, how one comes in, and how a worker takes what is due."""

    name: str
    table: Callable[[Pool], LeasedTable[Any]]
    add: Callable[[Pool], object]
    claim: Callable[[Pool, str], list[Any]]

    def row(self, pool: Pool) -> dict[str, Any]:
        """The only one."""
        (found,) = pool.cursor(row_factory=dict_row).execute(f"SELECT * FROM {self.name}").fetchall()
        return found

    def change(self, pool: Pool, what: str) -> None:
        """Writes into it, past every worker."""
        pool.execute(f"UPDATE {self.name} SET {what}")


def add_selection(pool: Pool) -> None:
    """A request."""
    pool.execute(
        "INSERT INTO sync.batch (batch_no, dag_id, run_id, day, created_by) VALUES ('P', 'selection', 'r', %s, 't')",
        [DAY],
    )
    pool.execute(
        "INSERT INTO sync.selection (parent_batch_no, operation, surface, taxpayer_no, taxpayer_name, channel,"
        " document_count) VALUES ('P', 'not_deduct', 'interactive', %s, '示例公司', 'leqi', 1)",
        [OWNER],
    )


def add_verification(pool: Pool) -> None:
    """A verification."""
    pool.execute(
        "INSERT INTO sync.verification (direction, taxpayer_no, document_key, invoice_type, invoice_no, reason)"
        " VALUES ('input', %s, 'K', '81', 'K', 'received')",
        [OWNER],
    )


QUEUES = [
    Queue("sync.task", TaskTable, put, take),
    Queue(
        "sync.selection", SelectionTable, add_selection,
        lambda pool, owner: SelectionTable(pool).claim(owner, ["leqi"], 10, timedelta(minutes=10)),
    ),
    Queue(
        "sync.verification", VerificationTable, add_verification,
        lambda pool, owner: VerificationTable(pool).claim(owner, DAY, 10),
    ),
]  # fmt: skip


@pytest.fixture(params=QUEUES, ids=lambda queue: queue.name)
def queue(request: pytest.FixtureRequest, untouched: Pool) -> Queue:  # noqa: F811
    """Every queue in turn, with one row that is due."""
    found: Queue = request.param
    found.add(untouched)
    return found


@pytest.fixture
def pool(untouched: Pool) -> Pool:  # noqa: F811
    """The pool, which is taken back."""
    return untouched


def test_a_claimed_row_is_its_owners_alone_until_the_lease_runs_out(pool: Pool, queue: Queue) -> None:
    (first,) = queue.claim(pool, "one")
    assert queue.claim(pool, "two") == []
    (again,) = queue.claim(pool, "one")
    assert (again.row_id, again.claim_no) == (first.row_id, first.claim_no + 1)
    queue.change(pool, "lease_until = now() - interval '1 second'")
    (taken,) = queue.claim(pool, "two")
    assert (taken.claim_no, queue.row(pool)["claimed_by"]) == (first.claim_no + 2, "two")


def test_the_fence_holds_off_whoever_was_thought_dead(pool: Pool, queue: Queue) -> None:
    (old,) = queue.claim(pool, "slow")
    queue.change(pool, "lease_until = NULL")
    (new,) = queue.claim(pool, "fast")
    with pytest.raises(LeaseLost, match=old.batch_no):
        queue.table(pool).lock_claimed(old)
    queue.table(pool).lock_claimed(new)
    with pytest.raises(LeaseLost):
        queue.table(pool).lock_claimed(replace(new, claim_no=new.claim_no + 1))


def test_to_lock_a_row_is_to_extend_its_lease(pool: Pool, queue: Queue) -> None:
    (claimed,) = queue.claim(pool, "one")
    queue.change(pool, "lease_until = now() + interval '1 second'")
    queue.table(pool).lock_claimed(claimed)
    assert pool.execute(f"SELECT lease_until - now() FROM {queue.name}").fetchone() == (timedelta(seconds=60),)


def test_nobody_locks_a_row_that_has_ended(pool: Pool, queue: Queue) -> None:
    (claimed,) = queue.claim(pool, "one")
    queue.change(pool, ENDS[queue.name])
    with pytest.raises(LeaseLost):
        queue.table(pool).lock_claimed(claimed)


def test_a_row_that_is_put_off_is_in_nobodys_hands_and_says_why(pool: Pool, queue: Queue) -> None:
    (claimed,) = queue.claim(pool, "one")
    queue.table(pool).postpone(claimed, 60.0, LATER, cost=1)
    row = queue.row(pool)
    assert (row["attempts"], row["lease_until"], row[CODES[queue.name]]) == (1, None, "X")
    assert queue.claim(pool, "one") == []
    queue.change(pool, "not_before = now()")
    (again,) = queue.claim(pool, "two")
    assert again.attempts == 1


@pytest.mark.finding("F22")
def test_a_row_that_is_waited_out_loses_no_attempt_and_counts_how_often(pool: Pool, queue: Queue) -> None:
    table = queue.table(pool)
    for waits in range(3):
        (claimed,) = queue.claim(pool, "one")
        assert (table.waited(claimed)[0], claimed.attempts, claimed.broke_workers) == (waits, 0, 0)
        table.wait_out(claimed, 60.0, LATER)
        row = queue.row(pool)
        assert (row["attempts"], row["lease_until"], row[CODES[queue.name]], row["waits"]) == (0, None, "X", waits + 1)
        assert queue.claim(pool, "one") == []
        queue.change(pool, "not_before = now(), waiting_since = now() - interval '8 days'")
    (claimed,) = queue.claim(pool, "one")
    assert table.waited(claimed)[1] >= timedelta(days=8).total_seconds()
    table.postpone(claimed, 0.0)
    (claimed,) = queue.claim(pool, "one")
    assert table.waited(claimed) == (0, 0.0)


def test_a_worker_gives_up_its_own_leases_and_no_others(pool: Pool, queue: Queue) -> None:
    queue.claim(pool, "one")
    queue.table(pool).release("two")
    assert queue.claim(pool, "two") == []
    queue.table(pool).release("one")
    assert len(queue.claim(pool, "two")) == 1


@pytest.mark.req("R216")
@pytest.mark.parametrize("queue", QUEUES[:2], ids=lambda queue: queue.name, indirect=True)
def test_a_row_behind_a_login_is_due_for_nobody_and_costs_nothing(pool: Pool, queue: Queue) -> None:
    (request,) = pool.execute(
        "INSERT INTO sync.login_request (channel, account, city_code, taxpayer_no, reason, next_check)"
        " VALUES ('leqi', 'A', '3100', %s, 'x', now()) RETURNING login_request_id",
        [OWNER],
    ).fetchone() or (0,)
    (claimed,) = queue.claim(pool, "one")
    queue.table(pool).wait_for_login(claimed, request, LATER)
    row = queue.row(pool)
    assert (row["login_request_id"], row["not_before"], row["attempts"]) == (request, None, 0)
    assert queue.claim(pool, "one") == queue.claim(pool, "two") == []
