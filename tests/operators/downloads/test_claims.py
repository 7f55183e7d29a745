"""A claim takes due rows for one worker, in their order, and nobody else's before the lease has run out."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from fapiao.errors import LeaseLost, TryLater
from fapiao.tasks import LEASE
from hooks.files import layout_files as files
from hooks.queues.tasks import TaskTable
from operators.downloads.occurring import _PRIORITY
from operators.history import planning as history
from task_rows import DAY, put, put_many, take, take_one, told
from turned_clock import wait

Pool = psycopg.Connection[Any]
WRONG = TryLater("LEQI_09", "网络异常", "later")


@pytest.fixture
def workers(pool_url: str) -> Iterator[Callable[[int], list[Pool]]]:
    """Connections of workers side by side."""
    with ExitStack() as stack:
        yield lambda number: [stack.enter_context(psycopg.connect(pool_url)) for _ in range(number)]


def lease_ends(pool: Pool) -> None:
    """As long after the claim as a lease lasts."""
    wait(pool, LEASE)


def numbers(pool: Pool, **values: Any) -> list[int]:
    """The task numbers of a claim."""
    return sorted(claim.task_id for claim in take(pool, **values))


def test_a_claimed_row_carries_what_its_worker_needs(pool: Pool) -> None:
    task_id = put(pool, direction="input", download_type="input_full", org_code="ORG1")
    (claim,) = take(pool)
    assert (claim.task_id, claim.claim_no, claim.direction, claim.org_code) == (task_id, 1, "input", "ORG1")
    assert (claim.status, claim.attempts, claim.generation, claim.request_no) == ("pending", 0, 1, None)


def test_a_worker_takes_its_own_rows_back_at_once_and_others_only_after_the_lease(pool: Pool) -> None:
    task_id = put(pool)
    assert numbers(pool, owner="one") == [task_id]
    assert numbers(pool, owner="two") == []
    assert numbers(pool, owner="one") == [task_id]
    lease_ends(pool)
    assert numbers(pool, owner="two") == [task_id]
    assert numbers(pool, owner="one") == []


def test_a_worker_that_goes_home_leaves_its_rows_to_others_at_once(pool: Pool) -> None:
    task_id = put(pool)
    take(pool, "one")
    TaskTable(pool).release("one")
    assert numbers(pool, owner="two") == [task_id]


def test_work_on_a_row_prolongs_its_lease(pool: Pool) -> None:
    claim = take_one(pool)
    lease_ends(pool)
    TaskTable(pool).lock_claimed(claim)
    assert numbers(pool, owner="two") == []


def test_two_workers_at_the_same_time_share_the_rows_and_neither_waits(
    pool: Pool, workers: Callable[[int], list[Pool]]
) -> None:
    rows = put_many(pool, 10)
    pool.commit()
    first, second = workers(2)
    mine = numbers(first, owner="one", limit=4)
    second.execute("SET lock_timeout = '2s'")
    theirs = numbers(second, owner="two", limit=100)
    assert len(mine) == 4
    assert sorted(mine + theirs) == rows


def test_many_workers_take_every_row_exactly_once(pool: Pool, workers: Callable[[int], list[Pool]]) -> None:
    rows = put_many(pool, 60)
    pool.commit()

    def work(numbered: tuple[int, Pool]) -> list[int]:
        found = []
        while batch := numbers(numbered[1], owner=f"worker {numbered[0]}", limit=3):
            numbered[1].execute(
                "UPDATE sync.task SET not_before = now() + interval '1 h' WHERE task_id = ANY (%s)", [batch]
            )
            numbered[1].commit()
            found += batch
        return found

    with ThreadPoolExecutor(4) as worker_pool:
        taken = list(worker_pool.map(work, enumerate(workers(4))))
    assert sorted(task_id for mine in taken for task_id in mine) == rows


def test_the_smaller_priority_goes_first_and_then_the_older_row(pool: Pool) -> None:
    late, early, urgent = (put(pool, invoice_type=code, priority=n) for code, n in (("a", 60), ("b", 50), ("c", 10)))
    younger = put(pool, invoice_type="d", priority=50)
    assert [numbers(pool, limit=1, owner=f"{n}")[0] for n in range(4)] == [urgent, early, younger, late]


@pytest.mark.req("R215")
def test_a_layout_file_never_goes_before_invoice_data_however_old_its_row_is(pool: Pool) -> None:
    layout = put(pool, channel="etax", job="layout_files", priority=files.PRIORITY)
    usage = _PRIORITY["withholding"] + 10
    ranks = (*history.PRIORITIES.values(), usage, *_PRIORITY.values())
    data = [put(pool, channel="etax", priority=rank, invoice_type=f"{rank}") for rank in ranks]
    order = [numbers(pool, channel="etax", limit=1, owner=f"{n}")[0] for n in range(len(data) + 1)]
    assert order[-1] == layout
    assert {*order[:-1]} == {*data}


@pytest.mark.parametrize(
    ("column", "value", "due"),
    [
        ("not_before", "now() + interval '1 minute'", False),
        ("not_before", "now()", True),
        ("not_before_day", "'2027-06-11'", False),
        ("not_before_day", "'2027-06-10'", True),
    ],
)
def test_a_row_that_was_put_off_waits_for_its_instant_or_the_business_day(
    pool: Pool, column: str, value: str, due: bool
) -> None:
    task_id = put(pool)
    pool.execute(f"UPDATE sync.task SET {column} = {value}")
    assert numbers(pool) == [task_id] * due
    if column == "not_before_day":
        assert numbers(pool, owner="tomorrow", day=DAY + timedelta(days=1)) == ([] if due else [task_id])


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"channel": "etax"}, {}),
        ({"dag_id": "leqi__incremental"}, {"dag_id": "leqi__current_month"}),
        ({"status": "downloading"}, {"statuses": ["pending"]}),
        ({"status": "succeeded"}, {}),
        ({"void_state": "voided", "voided_by": "li", "voided_at": DAY, "void_reason": "x"}, {}),
    ],
    ids=["channel", "dag", "status", "final", "void"],
)
def test_what_is_not_asked_for_is_not_taken(pool: Pool, values: dict[str, Any], wanted: dict[str, Any]) -> None:
    put(pool, **values)
    assert numbers(pool, **wanted) == []


def test_a_second_claim_makes_every_write_of_the_first_fail(pool: Pool) -> None:
    first = take_one(pool)
    lease_ends(pool)
    (second,) = take(pool, "another")
    assert second.claim_no == first.claim_no + 1
    with pytest.raises(LeaseLost, match=first.batch_no):
        TaskTable(pool).lock_claimed(first)
    TaskTable(pool).lock_claimed(second)


@pytest.mark.req("A-09")
def test_voiding_takes_the_row_from_its_worker(pool: Pool) -> None:
    claim = take_one(pool)
    pool.execute("UPDATE sync.task SET void_state = 'voided', voided_by = 'li', voided_at = now(), void_reason = 'x'")
    with pytest.raises(LeaseLost):
        TaskTable(pool).lock_claimed(claim)


@pytest.mark.parametrize("cost", [0, 1])
def test_putting_off_costs_an_attempt_only_where_it_was_a_failure(pool: Pool, cost: int) -> None:
    claim = take_one(pool)
    TaskTable(pool).postpone(claim, seconds=60, why=WRONG, cost=cost)
    assert told(pool, claim.task_id, "status", "attempts", "error_code", "error_message", "advice") == (
        "pending", cost, "LEQI_09", "网络异常", "later",
    )  # fmt: skip
    assert numbers(pool) == []


def test_looking_ahead_counts_open_rows_and_the_seconds_to_the_earliest(pool: Pool) -> None:
    assert TaskTable(pool).next_due("leqi", DAY, None) == (0, None)
    put(pool, not_before_day=DAY + timedelta(days=1))
    assert TaskTable(pool).next_due("leqi", DAY, None) == (0, None)
    put(pool, invoice_type="82")
    pool.execute("UPDATE sync.task SET not_before = now() + interval '30 s' WHERE invoice_type = '82'")
    assert TaskTable(pool).next_due("leqi", DAY, None) == (1, 30.0)
    assert TaskTable(pool).next_due("leqi", DAY, "leqi__incremental") == (0, None)
    assert TaskTable(pool).next_due("leqi", DAY + timedelta(days=1), None) == (2, 0.0)
