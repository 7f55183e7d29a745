"""The task table refuses by itself what a sync log must never say, whoever writes into it."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation, RaiseException, UniqueViolation

from task_rows import DAY, NOON, put, told

VOID = {"void_state": "voided", "voided_by": "auditor", "voided_at": NOON, "void_reason": "planned twice by hand"}
EVERY_STATUS = (
    "pending", "downloading", "downloaded", "headers_only", "incomplete", "no_data", "succeeded", "apply_failed",
    "download_failed",
)  # fmt: skip
ACCEPTED = ("downloading", "downloaded", "headers_only", "incomplete", "no_data", "succeeded")
FINAL = ("no_data", "succeeded", "apply_failed", "download_failed")
COUNTS = {"inserted_count": 1, "updated_count": 2, "unchanged_count": 3, "ignored_count": 4, "failed_count": 5}

Pool = psycopg.Connection[Any]


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


def broken(pool: Pool, error: type[psycopg.Error], status: str = "pending", **values: Any) -> str | None:
    """Inserts a row that must be refused; the name of what refused it."""
    with pytest.raises(error) as refused, pool.transaction():
        put(pool, status, **values)
    return refused.value.diag.constraint_name  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("status", EVERY_STATUS)
def test_a_sound_row_is_taken_in_every_status(pool: Pool, status: str) -> None:
    assert told(pool, put(pool, status), "status") == (status,)


@pytest.mark.req("R306", "A-48")
@pytest.mark.parametrize(
    "changed", [{"downloaded_count": 14}, {"downloaded_count": 16}, *({name: 9} for name in COUNTS)]
)
def test_counts_that_do_not_balance_are_refused(pool: Pool, changed: dict[str, int]) -> None:
    """N29: downloaded = inserted + updated + unchanged + ignored + failed, as a constraint."""
    put(pool, "succeeded", downloaded_count=15, **COUNTS)
    counts = {"downloaded_count": 15} | COUNTS | changed
    assert broken(pool, CheckViolation, "succeeded", **counts) == "counts_balance"


@pytest.mark.req("R304", "A-48")
def test_what_succeeded_is_what_was_inserted_updated_or_found_unchanged(pool: Pool) -> None:
    task_id = put(pool, "succeeded", downloaded_count=15, **COUNTS)
    assert told(pool, task_id, "succeeded_count") == (1 + 2 + 3,)


@pytest.mark.parametrize("name", ["downloaded_count", *COUNTS])
def test_no_count_is_negative(pool: Pool, name: str) -> None:
    assert broken(pool, CheckViolation, "succeeded", **{name: -1}) in {f"task_{name}_check", "counts_balance"}


@pytest.mark.parametrize("status", EVERY_STATUS)
def test_a_row_is_final_exactly_when_it_has_its_instant(pool: Pool, status: str) -> None:
    instant = None if status in FINAL else NOON
    assert broken(pool, CheckViolation, status, finished_at=instant) == "final_has_its_instant"


@pytest.mark.parametrize("status", ACCEPTED)
@pytest.mark.parametrize("missing", ["request_no", "applied_at", "observed_at"])
def test_what_the_bureau_accepted_has_its_number_and_instants(pool: Pool, status: str, missing: str) -> None:
    assert broken(pool, CheckViolation, status, **{missing: None}) == "accepted_has_its_number"


@pytest.mark.req("R298")
@pytest.mark.parametrize("status", ["pending", "apply_failed"])
def test_what_was_not_accepted_was_not_applied(pool: Pool, status: str) -> None:
    assert broken(pool, CheckViolation, status, applied_at=NOON) == "unapplied_has_none"


@pytest.mark.req("R296", "R298", "R315")
@pytest.mark.parametrize("status", ["apply_failed", "download_failed"])
@pytest.mark.parametrize("missing", ["error_code", "error_message"])
def test_a_failure_says_why(pool: Pool, status: str, missing: str) -> None:
    assert broken(pool, CheckViolation, status, **{missing: None}) == "failure_says_why"


@pytest.mark.req("R300")
def test_no_data_means_that_nothing_came(pool: Pool) -> None:
    assert broken(pool, CheckViolation, "no_data", downloaded_count=1, ignored_count=1) == "nothing_is_nothing"


@pytest.mark.req("A-09")
@pytest.mark.parametrize("missing", VOID)
def test_a_void_row_says_which_by_whom_when_and_why(pool: Pool, missing: str) -> None:
    put(pool, **VOID)
    assert broken(pool, CheckViolation, **VOID | {missing: None}) == "void_is_whole"


@pytest.mark.req("A-09")
def test_voiding_stands_beside_the_status_and_adds_none_to_the_list(pool: Pool) -> None:
    assert broken(pool, CheckViolation, status="voided") == "task_status_check"
    assert broken(pool, CheckViolation, **VOID | {"void_state": "deleted"}) == "task_void_state_check"
    assert told(pool, put(pool, "downloading", **VOID), "status", "void_state") == ("downloading", "voided")


@pytest.mark.req("R065", "R303")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("channel", "fax"),
        ("direction", "both"),
        ("download_type", "full"),
        ("sync_type", "tomorrow"),
        ("document", "ticket"),
        ("window_basis", "birthday"),
    ],
)
def test_only_codes_of_the_rules_are_written(pool: Pool, column: str, value: str) -> None:
    assert broken(pool, CheckViolation, **{column: value}) == f"task_{column}_check"
    with pytest.raises((psycopg.errors.NotNullViolation, CheckViolation)):  # a file alone has no channel (R251)
        put(pool, **{column: None})


def test_a_window_begins_before_it_ends(pool: Pool) -> None:
    put(pool, window_start=DAY, window_end=DAY)
    assert broken(pool, CheckViolation, window_end=DAY, window_start=DAY + timedelta(days=1)) == "window_is_ordered"


def test_a_row_belongs_to_a_planning(pool: Pool) -> None:
    assert broken(pool, ForeignKeyViolation, parent_batch_no="nobody") == "task_parent_batch_no_fkey"


@pytest.mark.parametrize("status", ["succeeded", "apply_failed"])
@pytest.mark.parametrize("window", [{}, {"window_start": None, "window_end": None}], ids=["days", "tax period"])
def test_a_tick_plans_a_download_once_however_it_ended(pool: Pool, status: str, window: dict[str, None]) -> None:
    put(pool, status, tick="2027-06-10", **window)
    assert broken(pool, UniqueViolation, tick="2027-06-10", **window) == "task_planned_once"
    put(pool, tick="2027-06-11", **window)


def test_a_tick_of_another_job_or_type_is_another_download(pool: Pool) -> None:
    put(pool, "succeeded", tick="2027-06-10")
    put(pool, tick="2027-06-10", job="compensation")
    put(pool, tick="2027-06-10", invoice_type="82")


@pytest.mark.parametrize("status", ["pending", "downloading"])
def test_two_equal_downloads_are_never_open_at_once(pool: Pool, status: str) -> None:
    put(pool, status)
    assert broken(pool, UniqueViolation) == "task_single_flight"


@pytest.mark.parametrize(
    "before", [{"status": "downloaded"}, {"status": "succeeded"}, VOID], ids=["kept", "done", "void"]
)
def test_a_download_that_needs_no_bureau_any_more_does_not_stand_in_the_way(pool: Pool, before: dict[str, Any]) -> None:
    put(pool, **before)
    put(pool)


def test_a_download_is_followed_up_once_by_each_job(pool: Pool) -> None:
    parent = put(pool, "succeeded")
    put(pool, parent_task_id=parent, job="usage_status")
    put(pool, parent_task_id=parent, job="layout_files")
    assert broken(pool, UniqueViolation, parent_task_id=parent, job="usage_status") == "task_follows_once"


def test_a_number_of_the_bureau_belongs_to_one_row(pool: Pool) -> None:
    put(pool, "succeeded", request_no="1" * 32)
    assert broken(pool, UniqueViolation, "downloaded", request_no="1" * 32) == "task_request_no"


@pytest.mark.parametrize("status", FINAL)
@pytest.mark.parametrize("target", ["pending", "downloading", "succeeded", "download_failed"])
def test_a_final_row_stays_final(pool: Pool, status: str, target: str) -> None:
    task_id = put(pool, status)
    if target == status:
        pool.execute("UPDATE sync.task SET status = %s WHERE task_id = %s", [target, task_id])
        return
    with pytest.raises(RaiseException, match=rf"is {status} and cannot become {target}"):
        pool.execute("UPDATE sync.task SET status = %s, finished_at = NULL WHERE task_id = %s", [target, task_id])


@pytest.mark.req("A-09")
def test_a_void_row_moves_no_more(pool: Pool) -> None:
    task_id = put(pool, "downloading", **VOID)
    with pytest.raises(RaiseException, match="is voided and cannot become downloaded"):
        pool.execute("UPDATE sync.task SET status = 'downloaded' WHERE task_id = %s", [task_id])


@pytest.mark.req("R067")
@pytest.mark.parametrize("statement", ["DELETE FROM sync.task", "TRUNCATE sync.task CASCADE"])
def test_tasks_cannot_be_deleted(pool: Pool, statement: str) -> None:
    put(pool)
    with pytest.raises(RaiseException, match=r"is append-only: (DELETE|TRUNCATE) is refused"):
        pool.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement", ["DELETE FROM sync.reply", "UPDATE sync.reply SET body = ''", "TRUNCATE sync.reply"]
)
def test_a_reply_stays_as_the_bureau_gave_it(pool: Pool, statement: str) -> None:
    pool.execute(
        "INSERT INTO sync.reply (task_id, generation, part_no, package_no, row_count, observed_at, body)"
        " VALUES (%s, 1, 1, 1, 0, now(), '[]')",
        [put(pool, "downloading")],
    )
    with pytest.raises(RaiseException, match=r"sync\.reply is append-only"):
        pool.execute(statement)  # type: ignore[arg-type]


def test_a_reply_carries_the_fingerprint_of_its_bytes(pool: Pool) -> None:
    told_ = pool.execute(
        "INSERT INTO sync.reply (task_id, generation, part_no, package_no, row_count, observed_at, body)"
        " VALUES (%s, 1, 1, 1, 0, now(), 'abc') RETURNING encode(sha256, 'hex')",
        [put(pool, "downloading")],
    ).fetchone()
    assert told_ == ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",)
