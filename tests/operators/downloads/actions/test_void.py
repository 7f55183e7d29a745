"""作废任务 ends tasks in process, says why, takes them from their workers, and gives nothing of the quota back unproven."""

import pytest

from acted_rows import NOW, Pool, events, failed, row, slot
from fapiao.errors import BadInput, LeaseLost
from hooks.queues.tasks import TaskTable
from operators.downloads.actions import poll_now, retry, terminate, void
from task_rows import put, put_many, take, take_one, told


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


def states(pool: Pool) -> list[str | None]:
    return [state for (state,) in pool.execute("SELECT void_state FROM sync.task ORDER BY task_id").fetchall()]


@pytest.mark.req("R323", "A-09")
def test_who_when_and_why_are_kept_and_the_status_stays(pool: Pool) -> None:
    put(pool, "downloading", batch_no="B")
    (done,) = void(pool, "li", ["B"], " 重复申请 ")
    found = row(pool, "B")
    assert (done.message, found["status"], found["void_state"], found["void_state_label"]) == (
        "作废", "downloading", "voided", "作废",
    )  # fmt: skip
    assert (found["voided_by"], found["void_reason"], found["voided_at"] is not None) == ("li", "重复申请", True)
    assert events(pool, "B") == [("downloading", "voided", "li", "重复申请")]


@pytest.mark.finding("F20")
@pytest.mark.req("R323", "A-09")
@pytest.mark.parametrize("status", ["pending", "incomplete", "downloaded", "headers_only"])
def test_whatever_is_not_at_its_end_is_voided(pool: Pool, status: str) -> None:
    put(pool, status, batch_no="B")
    void(pool, "li", ["B"], "why")
    assert (row(pool, "B")["status"], row(pool, "B")["void_state"]) == (status, "voided")
    assert take(pool) == []


@pytest.mark.req("R323", "A-09")
@pytest.mark.parametrize("status", ["succeeded", "no_data"])
def test_what_is_at_its_end_cannot_be_voided(pool: Pool, status: str) -> None:
    put(pool, status, batch_no="B")
    with pytest.raises(BadInput, match=r"^B: 仅可作废或终止尚未结束的任务，如状态为“未处理”或“下载处理中”的任务。$"):
        void(pool, "li", ["B"], "why")


def test_one_task_that_may_not_be_voided_keeps_all_of_them(pool: Pool) -> None:
    put(pool, "downloading", batch_no="open")
    failed(pool, "failed", invoice_type="82")
    with pytest.raises(BadInput, match=r"^failed: 仅可作废"):
        void(pool, "li", ["open", "failed"], "why")
    assert states(pool) == [None, None]


@pytest.mark.req("G17", "R324")
def test_500_are_voided_and_501_are_refused_as_a_whole(pool: Pool) -> None:
    for number in range(501):
        put(pool, "downloading", batch_no=f"B{number:03}", invoice_type=f"{number}")
    every = [f"B{number:03}" for number in range(501)]
    with pytest.raises(BadInput, match=r"^作废任务支持多选，单次最多500个。（501）$"):
        void(pool, "li", every, "why")
    assert set(states(pool)) == {None}
    assert len(void(pool, "li", every[:500], "why")) == 500
    assert states(pool).count("voided") == 500


def test_a_reason_must_be_said(pool: Pool) -> None:
    put(pool, "downloading", batch_no="B")
    with pytest.raises(BadInput, match=r"^请填写作废原因。$"):
        void(pool, "li", ["B"], "  ")


@pytest.mark.req("A-09")
def test_a_worker_that_holds_the_task_loses_it(pool: Pool) -> None:
    claim = take_one(pool, "downloading", batch_no="B")
    void(pool, "li", ["B"], "why")
    with pytest.raises(LeaseLost):
        TaskTable(pool).lock_claimed(claim)
    assert take(pool, "another") == []


@pytest.mark.req("A-09", "R323")
def test_an_equal_download_may_be_planned_again(pool: Pool) -> None:
    put(pool, "downloading", batch_no="B")
    void(pool, "li", ["B"], "why")
    assert told(pool, put(pool, batch_no="next"), "status") == ("pending",)


@pytest.mark.req("A-03")
@pytest.mark.parametrize(
    ("state", "counter", "after"),
    [
        ("consumed", "full", "consumed"),
        ("released", "full", "released"),
        ("reserved", "full", "unknown"),
    ],
)
def test_a_slot_is_given_back_only_where_the_bureau_does_not_count_it(
    pool: Pool, state: str, counter: str, after: str
) -> None:
    slot(pool, put(pool, "downloading", batch_no="B"), state, counter)
    (done,) = void(pool, "li", ["B"], "why")
    assert done.quota == {name: int(name == after) for name in ("consumed", "unknown", "released")}
    assert pool.execute("SELECT state FROM sync.quota_slot").fetchall() == [(after,)]


def test_a_task_is_voided_once(pool: Pool) -> None:
    put(pool, "downloading", batch_no="B")
    void(pool, "li", ["B"], "first")
    with pytest.raises(BadInput, match=r"^B: 该任务已作废或终止。$"):
        void(pool, "wang", ["B"], "second")
    assert row(pool, "B")["voided_by"] == "li"


@pytest.mark.req("A-09")
def test_a_history_sync_is_terminated_under_its_own_name_and_however_many_there_are(pool: Pool) -> None:
    put_many(pool, 500)
    put(pool, "downloading", invoice_type="another")
    every = [batch for (batch,) in pool.execute("SELECT batch_no FROM sync.task").fetchall()]
    done = terminate(pool, "li", every, "no longer wanted")
    assert {one.message for one in done} == {"终止"}
    assert set(states(pool)) == {"terminated"}
    assert events(pool, every[0]) == [("pending", "terminated", "li", "no longer wanted")]


@pytest.mark.req("A-09")
def test_the_chain_of_events_holds_through_every_action(pool: Pool) -> None:
    put(pool, "downloading", batch_no="B", error_code="X", error_message="x")
    for _ in range(2):
        poll_now(pool, "li", ["B"])
    failed(pool, "F", invoice_type="82")
    retry(pool, "li", ["F"], now=NOW)
    void(pool, "wang", ["B"], "why")
    broken = pool.execute("""
        SELECT k.batch_no, e.seq FROM sync.task_event AS e JOIN sync.task AS k USING (task_id)
        LEFT JOIN sync.task_event AS before ON before.task_id = e.task_id AND before.seq = e.seq - 1
        WHERE e.hash IS DISTINCT FROM sync.event_hash(
            before.hash, k.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at)""").fetchall()
    assert broken == []
    assert [(actor, reason) for _, _, actor, reason in events(pool, "B")] == [
        ("li", "获取异步结果"), ("li", "获取异步结果"), ("wang", "why"),
    ]  # fmt: skip
