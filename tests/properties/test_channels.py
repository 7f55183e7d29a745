"""Whatever a month holds and however its bureau behaves, the pool is the truth or the log says what is missing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truth import place, pool_rows
from truth_drawn import CHANNELS, OWNER, Month, months, with_pools
from truth_room import NewRoom, Room, covers, snapshot, unconserved, unexplained

RUNS = (("history_output", date(2027, 2, 2)), ("history_input", date(2027, 2, 6)))


def enter(room: Room, month: Month) -> None:
    """The company with its scheme."""
    room.company(OWNER, month.channel)
    room.scheme([OWNER], month.kinds)


def download(room: Room, month: Month, *, later: int = 0) -> None:
    """The month's history downloads, on the calendar's days or so many days later."""
    for job, day in RUNS:
        if job == "history_input" or month.channel != "aisino":  # which offers purchases alone
            room.work(f"{month.channel}__{job}", day + timedelta(days=later))


def assert_whole(room: Room, month: Month) -> None:
    """Everything that the scheme names and the channel was asked for is there, and is the truth."""
    log = room.log()
    asked = [made for made in month.documents if made.kind in month.kinds and any(covers(task, made) for task in log)]
    assert unexplained(room, month.documents, month.kinds) == []
    assert pool_rows(room.pool).keys() == {place(made) for made in asked}


@pytest.mark.finding("F01")
@pytest.mark.req("R088", "R093", "A-37")
@pytest.mark.parametrize("channel", CHANNELS)
@with_pools
@given(drawn=st.data())
def test_the_pool_is_what_the_bureau_holds_and_stays_so(new_room: NewRoom, channel: str, drawn: st.DataObject) -> None:
    month = drawn.draw(months(channel))
    with new_room(month.bureau()) as room:
        enter(room, month)
        download(room, month)

        assert_whole(room, month)
        assert {task["status"] for task in room.log()} <= {"succeeded", "no_data"}
        assert unconserved(room) == []
        assert room.ledger() == room.counted()

        before = snapshot(room)
        download(room, month)
        download(room, month, later=1)
        assert snapshot(room) == before
        assert room.ledger() == room.counted()


@pytest.mark.finding("F03", "F21")
@pytest.mark.req("A-08", "A-25")
@pytest.mark.parametrize("channel", CHANNELS)
@with_pools
@given(drawn=st.data())
def test_no_disturbance_makes_a_silent_difference(new_room: NewRoom, channel: str, drawn: st.DataObject) -> None:
    month = drawn.draw(months(channel, disturbed=True))
    with new_room(month.bureau()) as room:
        enter(room, month)
        download(room, month)
        assert unexplained(room, month.documents, month.kinds) == []
        assert unconserved(room) == []
        assert room.ledger() == room.counted()

        room.bureau.faults.clear()
        download(room, month, later=1)
        download(room, month, later=2)
        assert_whole(room, month)
