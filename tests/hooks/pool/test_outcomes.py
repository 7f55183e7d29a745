"""What a task of a run came to, counted in the queues; and every change of the pool is told once, whoever made it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from hooks.pool.outcomes import (
    MOST_BATCHES,
    Scope,
    of_submissions,
    of_tasks,
    of_tasks_and_selections,
    of_verifications,
    take_changes,
)
from task_rows import RUN, batch, put

Pool = psycopg.Connection[Any]
NOW = datetime.now(UTC)
OWNER = f"{RUN.dag_id}/{RUN.run_id}/collect"
SCOPE = Scope(RUN.dag_id, RUN.run_id, OWNER, NOW - timedelta(hours=1))
SETTLED = """
UPDATE sync.task SET status = 'succeeded', finished_at = now(), downloaded_count = %(n)s, inserted_count = %(n)s
WHERE batch_no = %(batch)s
"""
SELECTION = """
INSERT INTO sync.selection (parent_batch_no, operation, surface, taxpayer_no, taxpayer_name, channel, document_count, status,
    succeeded_count, failed_count, sent_at, finished_at, error_code, error_message, claimed_by)
VALUES ('P', 'preselect', 'interactive', '91310000MA1EXAMP07', '示例公司', 'etax', 1, %(status)s, %(good)s, %(bad)s, now(), now(),
    %(code)s, %(code)s, %(owner)s)
RETURNING batch_no
"""
VERIFICATION = """
INSERT INTO sync.verification (direction, taxpayer_no, document_key, invoice_type, invoice_no, reason, goal, claimed_by)
VALUES ('input', '91310000MA1EXAMP07', %(key)s, '81', %(key)s, 'received', %(goal)s, %(owner)s)
RETURNING batch_no
"""


def settle(pool: Pool, batch_no: str, inserted: int) -> None:
    """A task brings documents."""
    pool.execute(SETTLED, {"batch": batch_no, "n": inserted})


@pytest.mark.finding("F57")
def test_rows_of_the_run_and_rows_that_the_task_took_in_hand_are_counted_and_no_others(pool: Pool):
    put(pool, "succeeded", batch_no="own", inserted_count=3, downloaded_count=3, invoice_type="01")
    put(pool, "apply_failed", batch_no="own_failed", error_code="LEQI_99", error_message="其他错误", invoice_type="04")
    put(pool, "apply_failed", batch_no="by_rule", error_code="SMALL_SCALE", error_message="小规模", invoice_type="08")
    batch(pool, "Q", "run-0")
    older = {"parent_batch_no": "Q", "run_id": "run-0"}
    put(pool, "download_failed", batch_no="older", finished_at=NOW, claimed_by=OWNER, invoice_type="10", **older)
    put(pool, "download_failed", batch_no="others", finished_at=NOW, claimed_by="someone", invoice_type="11", **older)
    put(pool, "download_failed", batch_no="long_ago", finished_at=NOW - timedelta(days=2), claimed_by=OWNER, invoice_type="12", **older)  # fmt: skip
    found = of_tasks(pool, SCOPE, 2)
    assert found["statuses"] == {"apply_failed": 2, "succeeded": 1, "download_failed": 1}
    assert (found["failed"], found["by_rule"], found["documents"]) == (2, 1, {"downloaded": 3, "inserted": 3})
    assert [line.split()[0] for line in found["failed_rows"]] == ["older", "own_failed"]
    assert found["look"] == ["./fapiao log --batch P", "./fapiao log --error LEQI_99"]


def test_the_words_of_the_record_are_those_of_the_log(pool: Pool):
    put(pool, "succeeded")
    assert of_tasks(pool, SCOPE, 1)["labels"] == {"succeeded": "成功"}


@pytest.mark.finding("F57")
def test_requests_of_selections_are_counted_beside_the_downloads_and_apart_by_submission(pool: Pool):
    batch(pool)
    pool.execute(SELECTION, {"status": "failed", "good": 0, "bad": 1, "code": "X", "owner": OWNER})
    assert of_tasks_and_selections(pool, SCOPE, 1)["statuses"] == {"selection_failed": 1}
    assert of_submissions(pool, SCOPE, 1, batches=["P"])["failed"] == 1
    assert of_submissions(pool, SCOPE, 1, batches=["other"])["failed"] == 0


@pytest.mark.finding("F57")
def test_verifications_are_counted_by_the_lines_of_the_task(pool: Pool):
    for key, owner in (("1" * 20, f"{OWNER}/0"), ("2" * 20, f"{OWNER}/1"), ("3" * 20, "another/0")):
        pool.execute(VERIFICATION, {"key": key, "goal": "pool", "owner": owner})
    pool.execute(
        "UPDATE sync.verification SET state = 'failed', finished_at = now(), result_code = 'X', result_text = '失败'"
        " WHERE document_key LIKE '1%%'",
    )
    found = of_verifications(pool, SCOPE, 2)
    assert (found["statuses"], found["failed"]) == ({"failed": 1, "waiting": 1}, 1)


@pytest.mark.finding("F56")
def test_nothing_is_told_of_a_pool_that_did_not_change(pool: Pool):
    put(pool, "downloaded", batch_no="pending")
    settle(pool, "pending", 0)
    put(pool, "apply_failed", invoice_type="01")
    assert take_changes(pool) is None


@pytest.mark.finding("F56")
def test_a_change_is_told_once_with_its_planning_and_counts(pool: Pool):
    for number, inserted in ((1, 3), (2, 4)):
        put(pool, "downloaded", batch_no=f"task {number}")
        settle(pool, f"task {number}", inserted)
    assert take_changes(pool) == {
        "tasks": 2,
        "inserted": 7,
        "updated": 0,
        "batches": [{"batch_no": "P", "dag_id": RUN.dag_id, "tasks": 2, "inserted": 7, "updated": 0}],
        "more_batches": 0,
        "task_batches": ["task 1", "task 2"],
    }
    assert take_changes(pool) is None


@pytest.mark.finding("F56")
def test_a_row_that_is_settled_again_with_the_same_counts_is_told_again(pool: Pool):
    put(pool, "downloaded", batch_no="again")
    for _ in range(2):
        settle(pool, "again", 3)
        assert (take_changes(pool) or {})["inserted"] == 3


@pytest.mark.finding("F56")
def test_selections_and_verifications_that_change_documents_are_told(pool: Pool):
    batch(pool)
    (selected,) = pool.execute(
        SELECTION, {"status": "succeeded", "good": 1, "bad": 0, "code": None, "owner": OWNER}
    ).fetchone()
    verified = [
        pool.execute(VERIFICATION, {"key": key * 20, "goal": goal, "owner": OWNER}).fetchone()[0]
        for key, goal in (("1", "pool"), ("2", "cache"))
    ]
    pool.execute("UPDATE sync.verification SET state = 'verified', finished_at = now()")
    told = take_changes(pool)
    assert (told["updated"], told["inserted"]) == (2, 0)
    assert sorted(told["task_batches"]) == sorted([selected, verified[0]])
    assert {(one["dag_id"], one["batch_no"]) for one in told["batches"]} == {
        ("selection", "P"),
        ("verify_invoices", None),
    }


@pytest.mark.finding("F56")
def test_the_numbers_of_an_event_are_bounded(pool: Pool):
    for number in range(MOST_BATCHES + 3):
        planning = batch(pool, f"P{number:03}", f"run-{number:03}")
        put(pool, "downloaded", batch_no=f"task {number}", parent_batch_no=planning, run_id=f"run-{number:03}")
        settle(pool, f"task {number}", 1)
    told = take_changes(pool)
    assert (len(told["batches"]), told["more_batches"], len(told["task_batches"]), told["inserted"]) == (
        MOST_BATCHES,
        3,
        MOST_BATCHES,
        MOST_BATCHES + 3,
    )
