"""An upload whose answer nobody has: the bureau is asked what it holds before anything is sent a second time."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from fapiao.errors import AnswerLost, TryLater
from fapiao.selection.answers import Holding
from operators.selections.submit import retry, submit
from operators.selections.worker import select_due
from selection_room import OWNER, SelectionRoom, selecting_in

LOST = AnswerLost("ANSWER_LOST", "no answer", "asked again later", 0.0)


class Died(BaseException):
    """The process is gone: nobody catches this."""


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A company on 乐企 with three documents wished for."""
    with selecting_in(pool_url) as made:
        made.documents("A", "B", "C")
        yield made


def submitted(room: SelectionRoom, *keys: str, **request: Any) -> list[str]:
    """Documents that are wished for; the batch numbers."""
    return list(submit(room.another_run(), room.request(list(keys), **request), "tester").batches)


def dies_at(room: SelectionRoom, commit: int) -> bool:
    """A worker that dies at its n-th transaction, before it commits; whether it got that far."""
    with psycopg.connect(room.url) as connection:
        session = room.sit("run-0", connection)
        seen = 0
        real = connection.transaction

        def counted(*args: Any, **more: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == commit:
                raise Died
            return real(*args, **more)

        connection.transaction = counted  # type: ignore[method-assign]
        try:
            select_due(session, "leqi")
        except Died:
            return True
    return False


def test_an_error_of_our_own_after_the_upload_has_left_is_no_end_and_the_bureau_is_asked_before_it_is_repeated(
    room: SelectionRoom,
) -> None:
    room.bureau.raises["upload!"] = [KeyError("boom")]
    submitted(room, "A", "B")
    room.work()
    row = room.row()
    assert (row["status"], row["error_code"], row["sent_at"] is not None) == ("unprocessed", "INTERNAL", True)
    room.wait_over()
    room.work()
    assert room.bureau.uploads() == [["A", "B"]]
    assert (room.row()["status"], room.row()["broke_workers"]) == ("succeeded", 1)


def test_an_upload_that_breaks_every_worker_is_set_aside_though_the_bureau_is_asked_in_between(
    room: SelectionRoom,
) -> None:
    room.bureau.raises["upload"] = [KeyError("boom")] * 5
    submitted(room, "A")
    for _ in range(5):
        room.work()
        room.pool.execute("UPDATE sync.selection SET not_before = NULL WHERE not_before < 'infinity'")
        room.pool.execute("UPDATE sync.selection SET sent_at = sent_at - interval '1 hour'")
    said = room.pool.execute("SELECT status, error_code FROM sync.selection").fetchone()
    assert said == {"status": "unprocessed", "error_code": "SET_ASIDE"}
    assert len(room.bureau.uploads()) == 3


def test_a_lost_answer_is_left_alone_for_ten_minutes_and_then_the_bureau_is_asked(room: SelectionRoom) -> None:
    room.bureau.raises["upload!"] = [LOST]
    submitted(room, "A", "B")
    room.work()
    assert (room.row()["status"], room.row()["request_no"], room.row()["sent_at"] is not None) == (
        "unprocessed",
        None,
        True,
    )
    room.pool.execute("UPDATE sync.selection SET not_before = NULL")
    room.work()
    assert "holdings" not in room.bureau.asked()
    room.wait_over()
    room.work()
    assert room.bureau.uploads() == [["A", "B"]]
    assert (room.row()["status"], room.statuses()["A"]) == ("succeeded", "1")
    assert room.ledger()["A"]["result_text"] == "税局已按要求处理，未重复提交"


def test_only_what_the_bureau_does_not_hold_is_sent_again(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [LOST]
    room.bureau.held["B"] = Holding("B", "2", "202701", "1")
    submitted(room, "A", "B", "C")
    room.work()
    room.wait_over()
    room.work()
    assert room.bureau.uploads() == [["A", "B", "C"], ["A", "C"]]
    assert room.row()["status"] == "succeeded"
    assert set(room.statuses().values()) == {"1"}


def test_of_a_withdrawal_only_what_the_bureau_still_holds_is_sent_again(room: SelectionRoom) -> None:
    submitted(room, "A", "B")
    room.work()
    del room.bureau.held["A"]
    room.bureau.raises["upload"] = [LOST]
    submitted(room, "A", "B", operation="undo_not_deduct", reason=None)
    room.work()
    room.wait_over()
    room.work()
    assert room.bureau.uploads()[1:] == [["A", "B"], ["B"]]
    assert room.statuses() == {"A": "0", "B": "0", "C": "0"}


def test_while_the_bureau_cannot_be_asked_nothing_is_sent_and_nothing_given_up(room: SelectionRoom) -> None:
    room.bureau.raises["upload!"] = [LOST]
    room.bureau.raises["holdings"] = [TryLater("LEQI_99", "其他错误", "wait", 0.0) for _ in range(5)]
    submitted(room, "A")
    for _ in range(6):
        room.work()
        room.wait_over()
    assert (room.row()["status"], room.row()["error_message"]) == ("unprocessed", "其他错误")
    room.work()
    assert room.row()["status"] == "succeeded"
    assert len(room.bureau.uploads()) == 1


def test_after_three_lost_answers_the_bureau_is_asked_once_more_and_the_rest_fails(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [LOST] * 3
    submitted(room, "A")
    for _ in range(4):
        room.work()
        room.wait_over()
    assert (room.row()["status"], room.row()["error_code"]) == ("failed", "NO_ANSWER")
    assert room.bureau.asked().count("upload") == room.bureau.asked().count("holdings") == 3


def test_the_retry_of_an_unanswered_upload_asks_too(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [LOST] * 3
    (batch,) = submitted(room, "A")
    for _ in range(4):
        room.work()
        room.wait_over()
    room.bureau.held["A"] = Holding("A", "2", "202701", "1")
    retry(room.another_run(), [batch], "tester")
    room.wait_over()
    room.work()
    assert room.rows()[1]["status"] == "succeeded"
    assert len(room.bureau.uploads()) == 3


@pytest.mark.parametrize("commit", range(1, 14))
def test_wherever_a_worker_dies_no_document_is_sent_twice_without_asking(room: SelectionRoom, commit: int) -> None:
    submitted(room, "A", "B")
    died = dies_at(room, commit)
    for _ in range(4):
        room.wait_over()
        room.work()
    assert room.row()["status"] == "succeeded"
    assert (room.statuses()["A"], room.statuses()["B"]) == ("1", "1")
    uploads = [at for at, verb in enumerate(room.bureau.asked()) if verb == "upload"]
    for first, second in pairwise(uploads):
        assert "holdings" in room.bureau.asked()[first:second]
    taken = [keys for keys in room.bureau.jobs.values() if keys]
    assert len(taken) == 1, f"died at {commit}: {died}"
    changes = room.pool.execute("SELECT document_key, column_name FROM pool.change WHERE channel <> ''").fetchall()
    assert len(changes) == len({(one["document_key"], one["column_name"]) for one in changes})


@pytest.mark.parametrize("commit", range(1, 12))
def test_a_withdrawal_survives_the_same_deaths(room: SelectionRoom, commit: int) -> None:
    submitted(room, "A", "B")
    room.work()
    submitted(room, "A", operation="undo_not_deduct", reason=None)
    dies_at(room, commit)
    for _ in range(4):
        room.wait_over()
        room.work()
    assert room.rows()[1]["status"] == "succeeded"
    assert (room.statuses()["A"], room.statuses()["B"], list(room.bureau.held)) == ("0", "1", ["B"])


def test_the_walk_over_the_commits_reaches_the_end(room: SelectionRoom) -> None:
    submitted(room, "A")
    assert not dies_at(room, 100)
    assert room.row()["status"] == "succeeded"


def test_a_worker_that_lost_its_row_writes_nothing(room: SelectionRoom) -> None:
    submitted(room, "A")
    with room.session.transaction() as tables:
        (slow,) = tables.queue.claim("slow", ["leqi"], 1, room.session.unanswered)
    room.wait_over()
    with room.session.transaction() as tables:
        tables.queue.claim("fast", ["leqi"], 1, room.session.unanswered)
    from fapiao.errors import LeaseLost
    from operators.selections.worker import select_one

    with pytest.raises(LeaseLost):
        select_one(room.session, slow)
    assert room.bureau.uploads() == []


def test_two_workers_never_hold_the_same_request(room: SelectionRoom) -> None:
    submitted(room, "A")
    with room.session.transaction() as tables:
        assert len(tables.queue.claim("one", ["leqi"], 9, room.session.unanswered)) == 1
        assert tables.queue.claim("two", ["leqi"], 9, room.session.unanswered) == []
        assert len(tables.queue.claim("one", ["leqi"], 9, room.session.unanswered)) == 1
        tables.queue.release("one")
        assert len(tables.queue.claim("two", ["leqi"], 9, room.session.unanswered)) == 1
        assert tables.queue.claim("two", ["etax"], 9, room.session.unanswered) == []
    assert room.row()["taxpayer_no"] == OWNER
