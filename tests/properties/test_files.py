"""The same truth by file, by channel and by both in either order: one row per document, and every face the document's."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bureau_workbooks import bring_in
from hooks.files.store import FolderStore
from truth import place, pool_rows
from truth_drawn import OWNER, Month, months, with_pools
from truth_in_files import NAMES, workbook
from truth_room import NewRoom, Room, snapshot, unexplained

Step = Callable[[Room, Month], None]


def by_file(room: Room, month: Month) -> None:
    """The month's exports, one a direction, imported as the command does."""
    with TemporaryDirectory() as folder, psycopg.connect(room.pool_url, autocommit=True) as pool:
        for direction in ("input", "output"):
            held = [made for made in month.documents if made.direction == direction]
            if held:
                store, file = FolderStore(Path(folder) / "kept"), Path(folder) / direction / "export.xlsx"
                bring_in(pool, store, workbook(file, held), taxpayers=[OWNER.number], direction=direction)


def by_channel(room: Room, month: Month) -> None:
    """The month's history downloads."""
    room.work(f"{month.channel}__history_output", date(2027, 2, 2))
    room.work(f"{month.channel}__history_input", date(2027, 2, 6))


ORDERS: dict[str, tuple[Step, ...]] = {
    "file": (by_file,),
    "channel, file": (by_channel, by_file),
    "file, channel": (by_file, by_channel),
}


@pytest.mark.finding("F02")
@pytest.mark.req("R137", "A-37")
@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
@pytest.mark.parametrize("channel", ["leqi", "etax"])
@with_pools
@given(drawn=st.data())
def test_a_document_is_one_row_whoever_brings_it(
    new_room: NewRoom, channel: str, order: tuple[Step, ...], drawn: st.DataObject
) -> None:
    month = drawn.draw(months(channel, kinds=sorted(NAMES)))
    with new_room(month.bureau()) as room:
        room.company(OWNER, channel)
        room.scheme([OWNER], NAMES)
        for step in order:
            step(room, month)

        assert unexplained(room, month.documents, NAMES) == []
        assert pool_rows(room.pool).keys() == {place(made) for made in month.documents}
        assert {task["status"] for task in room.log()} <= {"succeeded", "no_data"}

        before = snapshot(room)
        for step in order:
            step(room, month)
        assert snapshot(room) == before
