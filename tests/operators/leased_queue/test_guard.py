"""The guard around one claimed row is the same in every queue: a row that is lost or broken holds up nobody."""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_workbooks import bring_in, company, export, header, importing, line
from fapiao.errors import LeaseLost
from fapiao.selection.records import Selection
from hooks.files.store import FolderStore
from operators.imports.tasks import work
from operators.selections import worker
from operators.selections.session import SelectionSession
from operators.selections.submit import submit
from selection_room import OWNER, SelectionRoom, selecting_in

LET_GO = "was taken over or voided; this worker lets it go"


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A company with two requests."""
    with selecting_in(pool_url) as made:
        for key in made.documents("A", "B"):
            submit(made.another_run(), made.request([key]), "tester")
        yield made


def taken_over(room: SelectionRoom, first: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request is taken over while it is handled, and then something else goes wrong with it."""
    handle, (lost, _) = worker.select_one, room.rows()

    def handled(session: SelectionSession, row: Selection) -> None:
        if row.selection_id != lost["selection_id"]:
            return handle(session, row)
        room.pool.execute(
            "UPDATE sync.selection SET claim_no = claim_no + 1, claimed_by = 'another' WHERE selection_id = %s",
            [row.selection_id],
        )
        raise first

    monkeypatch.setattr(worker, "select_one", handled)


@pytest.mark.parametrize("error", [RuntimeError("broken"), LeaseLost("gone")])
def test_a_row_that_breaks_after_it_was_taken_over_is_let_go_and_the_next_is_worked(
    room: SelectionRoom, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    taken_over(room, error, monkeypatch)
    room.work()
    assert [(row["status"], row["claimed_by"]) for row in room.rows()] == [
        ("unprocessed", "another"),
        ("succeeded", "worker"),
    ]
    assert f"selection {room.rows()[0]['batch_no']} {LET_GO}" in caplog.text


def test_a_request_that_breaks_our_code_forgets_the_cached_state_as_one_that_is_refused(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [KeyError("boom"), KeyError("boom")]
    room.work()
    assert {row["error_code"] for row in room.rows()} == {"INTERNAL"}
    assert room.pool.execute("SELECT FROM sync.statistics_state WHERE taxpayer_no = %s", [OWNER]).fetchone() is None


def test_a_moment_that_was_bad_puts_a_request_off(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [psycopg.errors.DeadlockDetected("deadlock detected")]
    room.work()
    first: dict[str, Any] = room.rows()[0]
    assert (first["status"], first["attempts"], first["error_code"]) == ("unprocessed", 0, "DATABASE_BUSY")
    assert isinstance(first["not_before"], datetime)


def test_a_request_that_is_due_again_at_once_is_left_to_the_next_run(
    room: SelectionRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled: list[str] = []

    def hand_back(session: SelectionSession, row: Selection) -> None:
        handled.append(row.batch_no)
        with session.locked(row) as tables:
            tables.queue.postpone(row)

    monkeypatch.setattr(worker, "select_one", hand_back)
    room.work()
    assert len(handled) == 4


def test_an_import_that_was_stopped_while_it_was_read_says_so_in_the_log(
    pool: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    store = FolderStore(tmp_path / "files")
    company(pool)
    pool.commit()
    created = bring_in(pool, store, export(tmp_path / "1.xlsx", [header()], [line()]), work_it=False)

    def stopped(*_: object) -> None:
        pool.execute("UPDATE sync.task SET claim_no = claim_no + 1")
        pool.commit()
        raise ValueError("read while somebody else took it")

    monkeypatch.setattr("operators.imports.tasks.read_stored", stopped)
    work(importing(pool, store))
    assert f"import {created.batches[0]} {LET_GO}" in caplog.text
