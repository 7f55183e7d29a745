"""获取异步结果 makes a task due now, answers 任务处理中, and leaves an event."""

from datetime import timedelta

import pytest

from acted_rows import NOW, Pool, events, failed, row
from fapiao.errors import BadInput
from fapiao.permissions.task_actions import ActionOutcome
from operators.downloads.actions import answers, poll_now
from task_rows import put, take, told


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


@pytest.mark.req("R319", "A-07")
@pytest.mark.parametrize("status", ["downloading", "incomplete"])
def test_a_task_is_due_at_once(pool: Pool, status: str) -> None:
    task_id = put(pool, status, batch_no="B", not_before=NOW + timedelta(days=400), not_before_day="2029-01-01")
    assert poll_now(pool, "li", ["B"]) == [ActionOutcome("B", "任务处理中")]
    assert [claim.batch_no for claim in take(pool)] == ["B"]
    assert told(pool, task_id, "status", "not_before_day") == ("downloading", None)


@pytest.mark.req("R291")
def test_after_a_lost_login_the_answer_is_the_processing_and_not_the_stale_failure(pool: Pool) -> None:
    lost = {"error_code": "LOGIN_LOST", "error_message": "电子税局登录失效，请重新登录", "advice": "log in"}
    put(pool, "downloading", batch_no="B", **lost)
    assert [one.message for one in poll_now(pool, "li", ["B"])] == ["任务处理中"]
    assert answers(pool, ["B"]) == [ActionOutcome("B", "任务处理中")]
    assert row(pool, "B")["error_message"] is None


@pytest.mark.req("R291")
def test_an_account_that_is_still_logged_out_says_so_again(pool: Pool) -> None:
    put(pool, "downloading", batch_no="B", error_code="LOGIN_LOST", error_message="电子税局登录失效")
    put(pool, "no_data", batch_no="C", invoice_type="82")
    assert answers(pool, ["B", "C"]) == [
        ActionOutcome("B", "下载处理中：电子税局登录失效"),
        ActionOutcome("C", "没有数据"),
    ]


@pytest.mark.parametrize("error", [None, "网络异常"])
def test_every_request_leaves_one_event_with_its_actor(pool: Pool, error: str | None) -> None:
    put(pool, "downloading", batch_no="B", error_code=error and "X", error_message=error)
    for actor in ("li", "wang"):
        poll_now(pool, actor, ["B"])
    assert events(pool, "B") == [
        ("downloading", "downloading", "li", "获取异步结果"),
        ("downloading", "downloading", "wang", "获取异步结果"),
    ]


@pytest.mark.req("R319", "A-07")
def test_one_task_that_may_not_be_fetched_keeps_all_of_them_and_every_reason_is_said(pool: Pool) -> None:
    later = NOW + timedelta(days=400)
    good = put(pool, "downloading", batch_no="good", not_before=later)
    put(pool, "succeeded", batch_no="done", invoice_type="82")
    failed(pool, "failed")
    with pytest.raises(BadInput) as refused:
        poll_now(pool, "li", ["good", "done", "failed", "nobody"])
    sentence = "仅支持对状态为“进销项数据不全”或“下载处理中”的任务获取异步结果。"
    assert sorted(refused.value.problems) == [
        f"done: {sentence}", f"failed: {sentence}", "nobody: 没有这个批次号的任务。",
    ]  # fmt: skip
    assert told(pool, good, "not_before", "requests") == (later, 0)


def test_an_incomplete_task_does_not_open_beside_an_equal_one(pool: Pool) -> None:
    put(pool, "downloading", batch_no="open")
    put(pool, "incomplete", batch_no="half")
    with pytest.raises(BadInput, match=r"^half: 相同的下载任务未处理或处理中，请等待其结果。$"):
        poll_now(pool, "li", ["half"])


def test_nothing_selected_is_said(pool: Pool) -> None:
    with pytest.raises(BadInput, match=r"^请先选择任务。$"):
        poll_now(pool, "li", [])
