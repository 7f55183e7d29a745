"""手工重试 asks again for a failed download of the RPA channel, as a task of its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from acted_rows import LONG_AGO, NOW, Pool, company, events, failed, row, tasks
from fapiao.errors import BadInput
from operators.downloads.actions import retry, terminate
from operators.history import batches as history_batches
from task_rows import OWNER, batch, put, told

ALMOST = timedelta(minutes=2, seconds=59)


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


def refusals(pool: Pool, *batches: str, **more: Any) -> list[str]:
    """What a retry is refused with; nothing is planned then."""
    before = tasks(pool)
    with pytest.raises(BadInput) as refused:
        retry(pool, "li", batches, now=NOW, **more)
    assert tasks(pool) == before
    return refused.value.problems


@pytest.mark.req("R293", "R320")
def test_a_retry_is_a_new_pending_task_for_the_same_download(pool: Pool) -> None:
    window = {"window_start": date(2027, 5, 1), "window_end": date(2027, 5, 31), "sync_type": "history_month"}
    task_id = failed(pool, "B", priority=52, org_code="ORG1", **window)
    pool.execute("UPDATE sync.task SET argument = '{\"x\": 1}', scheme_ids = '{7}'")

    (done,) = retry(pool, "li", ["B"], now=NOW)

    old, new = row(pool, "B"), row(pool, str(done.new_batch_no))
    assert (new["status"], new["retry_of_batch_no"], new["created_by"], new["attempts"]) == ("pending", "B", "li", 0)
    same = ("parent_batch_no", "taxpayer_no", "org_code", "channel", "direction", "download_type", "sync_type", "document",
            "invoice_types", "window_start", "window_end", "job", "rule", "tick", "dag_id")  # fmt: skip
    assert {name: new[name] for name in same} == {name: old[name] for name in same}
    columns = ("priority", "argument", "scheme_ids", "retry_of", "automatic")
    (found,) = pool.execute("SELECT task_id FROM sync.task WHERE batch_no = %s", [done.new_batch_no]).fetchall()
    assert told(pool, found[0], *columns) == (52, {"x": 1}, [7], task_id, False)
    assert old["status"] == "download_failed"


@pytest.mark.finding("F17")
@pytest.mark.req("R257", "R293")
@pytest.mark.parametrize("entrance", ["log", "history"])
def test_a_retry_by_either_entrance_asks_for_the_same_types_and_schemes(pool: Pool, entrance: str) -> None:
    pool.execute(
        "INSERT INTO sync.history_batch (batch_no, parent_batch_no, taxpayer_no, taxpayer_name, data_type, channel,"
        " invoice_types, first_month, last_month, created_by)"
        " VALUES ('H', %s, 'T', '示例', 'details', 'etax', '{82}', '2027-01-01', '2027-01-01', 'test')",
        [batch(pool)],
    )
    failed(pool, "B", history_batch_no="H", wanted_types=["82", "8208"], scheme_ids=[7])
    if entrance == "log":
        fresh = [one.new_batch_no for one in retry(pool, "li", ["B"], now=NOW)]
    else:
        fresh = history_batches.retry(pool, "li", ["H"], NOW.date())
    asked = pool.execute("SELECT wanted_types, scheme_ids FROM sync.task WHERE batch_no = ANY (%s)", [fresh]).fetchall()
    assert asked == [(["82", "8208"], [7])]


def test_both_tasks_say_who_asked(pool: Pool) -> None:
    failed(pool, "B")
    (done,) = retry(pool, "li", ["B"], now=NOW)
    assert events(pool, "B") == [("download_failed", "download_failed", "li", "手工重试")]
    born = pool.execute("SELECT actor FROM fapiao.task_event WHERE batch_no = %s", [done.new_batch_no]).fetchall()
    assert born == [("li",)]


@pytest.mark.req("G16", "R321")
@pytest.mark.parametrize(
    "asked",
    [
        {"status": "download_failed", "request_no": "R", "observed_at": LONG_AGO, "applied_at": NOW - ALMOST},
        {"status": "apply_failed", "attempts": 1, "finished_at": NOW - ALMOST},
    ],
    ids=["accepted", "not accepted"],
)
def test_2_59_after_the_last_request_is_refused_and_3_00_is_not(pool: Pool, asked: dict[str, Any]) -> None:
    put(pool, batch_no="B", channel="etax", **asked)
    assert refusals(pool, "B") == ["B: 相同的任务重复请求过于频繁，请3分钟后再重试。"]
    assert retry(pool, "li", ["B"], now=NOW + timedelta(seconds=1))[0].new_batch_no


@pytest.mark.req("G16", "R321")
def test_the_last_request_of_an_equal_download_counts_whatever_task_made_it(pool: Pool) -> None:
    failed(pool, "B")
    put(pool, "succeeded", batch_no="other", channel="etax", job="back_check", applied_at=NOW - timedelta(minutes=2))
    assert refusals(pool, "B") == ["B: 相同的任务重复请求过于频繁，请3分钟后再重试。"]


def test_a_request_for_another_window_does_not_count(pool: Pool) -> None:
    failed(pool, "B")
    recent = {"applied_at": NOW - timedelta(minutes=2), "window_end": date(2027, 6, 8)}
    put(pool, "succeeded", batch_no="other", channel="etax", **recent)
    assert len(retry(pool, "li", ["B"], now=NOW)) == 1


@pytest.mark.req("R322", "A-17")
def test_a_small_scale_taxpayer_gets_the_sentence_of_s4_and_no_task(pool: Pool) -> None:
    company(pool, OWNER, "small_scale")
    failed(pool, "B")
    assert refusals(pool, "B") == [
        "B: 小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票云企业基础资料修改。"
    ]


@pytest.mark.req("R320")
def test_every_reason_of_a_selection_is_said_at_once_and_none_of_it_is_retried(pool: Pool) -> None:
    failed(pool, "good", invoice_type="01")
    failed(pool, "leqi", channel="leqi", invoice_type="82")
    put(pool, "succeeded", batch_no="done", channel="etax", invoice_type="04")
    failed(pool, "soon", applied_at=NOW, invoice_type="08")
    assert refusals(pool, "good", "leqi", "done", "soon", "nobody") == [
        "nobody: 没有这个批次号的任务。",
        "leqi: 手工重试仅适用于电子税局（RPA）通道。",
        "done: 仅支持对失败类型（下载失败、进销项下载申请失败）的任务手工重试。",
        "soon: 相同的任务重复请求过于频繁，请3分钟后再重试。",
    ]


def test_a_task_is_retried_once_and_then_its_retry_is(pool: Pool) -> None:
    failed(pool, "B")
    (first,) = retry(pool, "li", ["B"], now=NOW)
    assert refusals(pool, "B") == ["B: 该任务已重试过，请对重试产生的新任务操作。"]
    pool.execute(
        "UPDATE sync.task SET status = 'apply_failed', error_code = 'X', error_message = 'x', attempts = 1,"
        " finished_at = %s WHERE batch_no = %s",
        [NOW, first.new_batch_no],
    )
    (second,) = retry(pool, "li", [str(first.new_batch_no)], now=NOW + timedelta(minutes=3))
    assert row(pool, str(second.new_batch_no))["retry_of_batch_no"] == first.new_batch_no


def test_a_retry_that_was_voided_may_be_asked_for_again(pool: Pool) -> None:
    failed(pool, "B")
    (first,) = retry(pool, "li", ["B"], now=NOW)
    terminate(pool, "li", [str(first.new_batch_no)], "wrong one")
    assert len(retry(pool, "li", ["B"], now=NOW)) == 1


def test_single_flight_holds_for_retries(pool: Pool) -> None:
    failed(pool, "B")
    put(pool, "pending", batch_no="open", channel="etax")
    assert refusals(pool, "B") == ["B: 相同的下载任务未处理或处理中，请等待其结果，不再生成新的任务。"]


def test_two_equal_failures_of_one_selection_are_one_download_and_refused_as_a_whole(pool: Pool) -> None:
    failed(pool, "B")
    failed(pool, "C", job="back_check")
    assert refusals(pool, "B", "C") == ["相同的下载任务未处理或处理中，请等待其结果，不再生成新的任务。"]


def test_a_follow_up_is_retried_under_the_same_parent(pool: Pool) -> None:
    parent = put(pool, "succeeded", batch_no="P1", channel="etax")
    failed(pool, "B", parent_task_id=parent, job="layout_files", download_type="input_files", direction="input")
    (done,) = retry(pool, "li", ["B"], now=NOW)
    assert row(pool, str(done.new_batch_no))["caused_by_batch_no"] == "P1"


def test_a_tick_still_plans_a_download_once(pool: Pool) -> None:
    failed(pool, "B", tick="2027-06-10")
    retry(pool, "li", ["B"], now=NOW)
    with pytest.raises(psycopg.errors.UniqueViolation, match="task_planned_once"):
        failed(pool, "again", tick="2027-06-10")


@pytest.fixture
def committed(pool_url: str) -> Iterator[Pool]:
    """A pool in which others see what was done."""
    with psycopg.connect(pool_url, autocommit=True) as connection:
        yield connection


def test_of_two_people_who_retry_one_task_at_the_same_time_one_does(committed: Pool, pool_url: str) -> None:
    failed(committed, "B")

    def press(actor: str) -> str:
        with psycopg.connect(pool_url, autocommit=True) as connection:
            try:
                retry(connection, actor, ["B"], now=NOW)
            except BadInput as refused:
                return str(refused)
        return "done"

    with ThreadPoolExecutor(2) as people:
        told_them = sorted(people.map(press, ("li", "wang")))
    assert told_them == ["B: 该任务已重试过，请对重试产生的新任务操作。", "done"]
    assert tasks(committed) == 2
