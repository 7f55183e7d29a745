"""Who ends as planned, by an error or by Ctrl-C gives the leases up; who is ended keeps them, and they count."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from operators.leased_queue.session import releasing
from operators.selections.submit import submit
from selection_room import SelectionRoom, selecting_in


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A company with a request in the hands of its worker."""
    with selecting_in(pool_url) as made:
        submit(made.another_run(), made.request(made.documents("A")), "tester")
        yield made


def claim(room: SelectionRoom) -> None:
    """The worker takes the request."""
    with room.session.transaction() as tables:
        assert len(tables.queue.claim("worker", ["leqi"], 1, room.session.unanswered)) == 1


def ended_by(room: SelectionRoom, end: BaseException, *, locked: bool = False) -> None:
    """A worker with a request in its hands, and perhaps a transaction open, that ends so."""
    with releasing(room.session) as session:
        claim(room)
        if locked:
            session.connection.execute("SELECT 1 FROM sync.selection FOR UPDATE")
        raise end


@pytest.mark.finding("F30")
@pytest.mark.parametrize(
    ("end", "kept"),
    [(KeyboardInterrupt(), False), (RuntimeError("x"), False), (psycopg.OperationalError("x"), False), (SystemExit(1), True)],
    ids=["Ctrl-C", "our own error", "the database's", "stopped"],
)  # fmt: skip
def test_the_leases_at_the_end_of_a_session(room: SelectionRoom, end: BaseException, kept: bool) -> None:
    with pytest.raises(type(end)):
        ended_by(room, end)
    assert (room.row()["lease_until"] is not None) == kept


@pytest.mark.finding("F30")
def test_ctrl_c_in_a_transaction_that_is_open_gives_them_up_too(room: SelectionRoom) -> None:
    with pytest.raises(KeyboardInterrupt):
        ended_by(room, KeyboardInterrupt(), locked=True)
    assert room.row()["lease_until"] is None


def test_a_session_whose_connection_was_replaced_closes_the_new_one(room: SelectionRoom) -> None:
    opened: list[psycopg.Connection[Any]] = []

    def connect() -> psycopg.Connection[Any]:
        opened.append(psycopg.connect(room.url))
        return opened[-1]

    room.session.connect = connect
    with releasing(room.session) as session:
        claim(room)
        session.connection.close()
        session.recover(RuntimeError("lost"))
    assert [one.closed for one in opened] == [True]
    assert room.row()["lease_until"] is None


def test_without_a_way_to_connect_anew_the_first_error_is_what_is_said(room: SelectionRoom) -> None:
    room.session.connection.close()
    with pytest.raises(RuntimeError, match="lost"):
        room.session.recover(RuntimeError("lost"))
