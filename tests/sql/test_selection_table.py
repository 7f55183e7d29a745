"""The tables of the selections refuse what is not so: a state without its evidence, a rewritten ledger, a broken chain."""

from typing import Any

import psycopg
import pytest

from fapiao.rules.book import rulebook
from fapiao.selection.rules import selection_rules

Pool = psycopg.Connection[Any]
OWNER = "91310000MA1EXAMP07"
SENT = {"sent_at": "2027-01-05", "request_no": "1", "applied_at": "2027-01-05"}
END = {"finished_at": "2027-01-05"}
WHY = {"error_code": "X", "error_message": "x"}


def insert(pool: Pool, table: str, row: dict[str, Any], returning: str) -> Any:
    """One row; a column of it."""
    names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    found = pool.execute(f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {returning}", row).fetchone()
    assert found
    return found[0]


def put(pool: Pool, **values: Any) -> int:
    """One request."""
    pool.execute(
        "INSERT INTO sync.batch (batch_no, dag_id, run_id, day, created_by) VALUES ('P', 'selection', 'r', '2027-01-05', 't')"
        " ON CONFLICT DO NOTHING"
    )
    row = {
        "parent_batch_no": "P", "operation": "not_deduct", "surface": "interactive", "taxpayer_no": OWNER,
        "taxpayer_name": "示例公司", "channel": "leqi", "document_count": 1,
    }  # fmt: skip
    return int(insert(pool, "sync.selection", row | values, "selection_id"))


def item(pool: Pool, selection_id: int, **values: Any) -> str:
    """One document of a request."""
    row = {"selection_id": selection_id, "taxpayer_no": OWNER, "document_key": "A"} | values
    return str(insert(pool, "sync.selection_item", row, "document_key"))


def codes(pool: Pool, constraint: str) -> set[str]:
    """The codes that a CHECK allows."""
    found = pool.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint]
    ).fetchone()
    assert found
    return set(found[0].split("'")[1::2])


@pytest.mark.req("R211", "R212", "R213", "R214", "A-11")
def test_the_statuses_are_the_manuals_four_and_their_labels_are_its_own(untouched: Pool) -> None:
    labels = rulebook().codes_of("selection_task_status")
    assert [*labels.values()] == ["未处理", "处理中", "处理成功", "处理失败"]
    assert codes(untouched, "selection_status_check") == labels.keys()
    assert rulebook().words("selection_task_status").find("勾选中") == "processing"
    found = untouched.execute("SELECT code, label FROM sync.code_label WHERE kind = 'selection_task_status'").fetchall()
    assert dict(found) == labels


def test_the_other_codes_are_those_of_the_rules(untouched: Pool) -> None:
    here = {one.code for one in selection_rules().types.values() if one.here}
    assert codes(untouched, "selection_operation_check") == here
    assert codes(untouched, "selection_surface_check") == rulebook().codes_of("selection_surface").keys()
    assert codes(untouched, "selection_item_state_check") == rulebook().codes_of("selection_item_state").keys()
    assert codes(untouched, "statistics_state_state_check") == selection_rules().states.keys()
    known = untouched.execute("SELECT count(*) FROM sync.code_label WHERE kind = 'selection_operation'").fetchone()
    assert known == (19,)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "processing"},
        {"status": "processing", "request_no": "1", "applied_at": "2027-01-05"},
        {"status": "unprocessed", **SENT},
        {"status": "unprocessed", **END},
        {"status": "succeeded", "succeeded_count": 1, **SENT},
        {"status": "succeeded", "succeeded_count": 1, **END},
        {"status": "succeeded", "failed_count": 1, **SENT, **END},
        {"status": "failed", "failed_count": 1, **END},
        {"status": "failed", **END, **WHY},
        {"succeeded_count": 2},
        {"request_no": "1", "sent_at": "2027-01-05"},
        {"status": "asleep"},
        {"operation": "deduct"},
        {"surface": "mood"},
        {"tax_period": "2027-01"},
    ],
)
def test_a_status_without_its_evidence_is_refused(untouched: Pool, values: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        put(untouched, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "processing", **SENT},
        {"status": "succeeded", "succeeded_count": 1, **SENT, **END},
        {"status": "succeeded", "succeeded_count": 1, "operation": "preselect", **END},
        {"status": "failed", "failed_count": 1, **END, **WHY},
        {"sent_at": "2027-01-05"},
    ],
)
def test_a_status_with_its_evidence_is_taken(untouched: Pool, values: dict[str, Any]) -> None:
    assert put(untouched, **values)


def test_a_document_is_in_one_open_operation_at_most(untouched: Pool) -> None:
    item(untouched, put(untouched))
    second = put(untouched, operation="undo_not_deduct")
    item(untouched, second, document_key="B")
    item(untouched, second, taxpayer_no="91310000MA1EXAMPAA")
    with pytest.raises(psycopg.errors.UniqueViolation):
        item(untouched, put(untouched, operation="preselect"))


def test_the_ledger_is_append_only_once_a_document_is_settled(untouched: Pool) -> None:
    number = put(untouched)
    item(untouched, number)
    settle = "UPDATE sync.selection_item SET state = %s, status_after = '1', settled_at = now() WHERE selection_id = %s"
    untouched.execute(settle, ["succeeded", number])
    with pytest.raises(psycopg.errors.RaiseException, match="the ledger is append-only"), untouched.transaction():
        untouched.execute("UPDATE sync.selection_item SET result_text = 'x' WHERE selection_id = %s", [number])
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        untouched.execute("DELETE FROM sync.selection_item")


@pytest.mark.parametrize(
    "values",
    [{"state": "succeeded"}, {"state": "succeeded", "settled_at": "2027-01-05"}, {"settled_at": "2027-01-05"},
     {"state": "failed", "settled_at": "2027-01-05"}, {"reason": "6"}],
)  # fmt: skip
def test_a_settled_document_says_what_became_of_it(untouched: Pool, values: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        item(untouched, put(untouched), **values)


def test_a_final_request_stays_final_and_is_never_deleted(untouched: Pool) -> None:
    number = put(untouched, status="failed", failed_count=1, **END, **WHY)
    with pytest.raises(psycopg.errors.RaiseException, match="is failed and cannot become"), untouched.transaction():
        untouched.execute(
            "UPDATE sync.selection SET status = 'processing', finished_at = NULL WHERE selection_id = %s", [number]
        )
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        untouched.execute("DELETE FROM sync.selection")


def test_every_move_leaves_a_chained_event_with_its_actor(untouched: Pool) -> None:
    untouched.execute("SELECT set_config('fapiao.actor', 'tester', true)")
    number = put(untouched)
    untouched.execute("UPDATE sync.selection SET lease_until = now() WHERE selection_id = %s", [number])
    untouched.execute("UPDATE sync.selection SET sent_at = now() WHERE selection_id = %s", [number])
    untouched.execute(
        "UPDATE sync.selection SET status = 'processing', request_no = '1', applied_at = now() WHERE selection_id = %s",
        [number],
    )
    events = untouched.execute(
        "SELECT e.seq, e.from_status, e.to_status, e.actor, e.reason, e.hash = sync.event_hash("
        " lag(e.hash) OVER (ORDER BY e.seq), s.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at)"
        " FROM sync.selection_event AS e JOIN sync.selection AS s USING (selection_id) WHERE selection_id = %s ORDER BY e.seq",
        [number],
    ).fetchall()
    assert events == [
        (1, None, "unprocessed", "tester", "not_deduct", True),
        (2, "unprocessed", "unprocessed", "tester", "sent", True),
        (3, "unprocessed", "processing", "tester", None, True),
    ]
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        untouched.execute("UPDATE sync.selection_event SET actor = 'x'")


def test_a_request_is_retried_once(untouched: Pool) -> None:
    failed = put(untouched, status="failed", failed_count=1, **END, **WHY)
    put(untouched, retry_of=failed, part_no=2)
    with pytest.raises(psycopg.errors.UniqueViolation):
        put(untouched, retry_of=failed, part_no=3)
