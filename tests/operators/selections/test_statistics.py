"""统计表 and 税款所属期: made, withdrawn, confirmed, queried, changed; what is refused, and what the cache remembers."""

from collections.abc import Iterator
from datetime import date

import pytest

from fapiao.errors import AnswerLost, BadInput, Refused
from fapiao.selection.chosen import Operation, SelectionRequest
from operators.selections.statistics import change_period, statistics, tax_period
from operators.selections.submit import submit
from selection_room import OWNER, SMALL, SelectionRoom, selecting_in

LOCKED = "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计。"
LOST = AnswerLost("ANSWER_LOST", "no answer", "asked again later", 0.0)


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A general company, and a small-scale one, both on 乐企."""
    with selecting_in(pool_url) as made:
        made.company(SMALL, company_type="small_scale")
        yield made


def apply(room: SelectionRoom, operation: Operation, taxpayer_no: str = OWNER) -> None:
    """生成, 撤销 or 确认 for a tax number, worked to its end."""
    submit(room.another_run(), SelectionRequest(operation, "interactive", taxpayers=[taxpayer_no]), "tester")
    room.work()
    room.work()


def cached(room: SelectionRoom) -> str | None:
    """The state that is remembered."""
    row = room.pool.execute("SELECT state FROM sync.statistics_state").fetchone()
    return row["state"] if row else None


@pytest.mark.req("R185", "R190", "R192")
def test_making_the_table_locks_and_withdrawing_it_unlocks(room: SelectionRoom) -> None:
    room.documents("A")
    apply(room, "make_statistics")
    assert (room.rows()[-1]["status"], cached(room)) == ("succeeded", "02")
    submit(room.another_run(), room.request(["A"]), "tester")
    assert (room.rows()[-1]["status"], room.rows()[-1]["error_message"]) == ("failed", LOCKED)
    apply(room, "undo_statistics")
    assert cached(room) == "01"
    submit(room.another_run(), room.request(["A"]), "tester")
    room.work()
    assert room.statuses() == {"A": "1"}
    apply(room, "make_statistics")
    apply(room, "confirm_statistics")
    assert cached(room) == "05"
    assert [row["operation"] for row in room.rows()] == [
        "make_statistics", "not_deduct", "undo_statistics", "not_deduct", "make_statistics", "confirm_statistics"
    ]  # fmt: skip


def test_a_call_without_an_answer_is_not_repeated_where_the_table_is_as_wished(room: SelectionRoom) -> None:
    room.bureau.raises["apply_statistics!"] = [LOST]
    apply(room, "make_statistics")
    room.wait_over()
    room.work()
    assert room.row()["status"] == "succeeded"
    assert room.bureau.asked().count("apply_statistics") == 1


def test_a_call_that_never_arrived_is_made_again(room: SelectionRoom) -> None:
    room.bureau.raises["apply_statistics"] = [LOST]
    apply(room, "make_statistics")
    room.wait_over()
    room.work()
    assert room.row()["status"] == "succeeded"
    assert room.bureau.asked().count("apply_statistics") == 2


def test_the_bureaus_refusal_ends_the_request_in_its_words(room: SelectionRoom) -> None:
    room.bureau.raises["statistics_result"] = [Refused("06", "已申报不能撤销", "nothing to do")]
    apply(room, "undo_statistics")
    assert (room.row()["status"], room.row()["error_code"], room.row()["error_message"]) == (
        "failed",
        "06",
        "已申报不能撤销",
    )


@pytest.mark.req("R220")
def test_a_small_scale_company_makes_no_table(room: SelectionRoom) -> None:
    made = submit(room.another_run(), SelectionRequest("make_statistics", "interactive", taxpayers=[SMALL]), "tester")
    assert [one.code for one in made.refused] == ["SMALL_SCALE"]
    assert room.rows() == []


@pytest.mark.req("R189")
def test_a_query_makes_the_cache(room: SelectionRoom) -> None:
    room.bureau.state = "04"
    assert statistics(room.session, OWNER).state == "04"
    assert cached(room) == "04"


@pytest.mark.req("R224")
def test_the_tax_period_comes_with_its_deadline_and_the_state_and_makes_the_cache(room: SelectionRoom) -> None:
    told = tax_period(room.session, OWNER)
    assert (told.period, told.deadline, told.statistics) == ("202701", date(2027, 2, 15), "01")
    (kept,) = room.pool.execute("SELECT state, period, deadline, asked_at FROM sync.statistics_state").fetchall()
    assert kept == {"state": "01", "period": "202701", "deadline": date(2027, 2, 15), "asked_at": room.now}
    room.documents("A")
    submit(room.another_run(), room.request(["A"]), "tester")
    room.work()
    assert "statistics" not in room.bureau.asked()


@pytest.mark.req("R224", "A-17")
def test_a_small_scale_company_gets_the_sentence_and_no_task(room: SelectionRoom) -> None:
    with pytest.raises(BadInput, match=r"^小规模纳税人不支持抵扣类勾选$"):
        tax_period(room.session, SMALL, "api")
    assert (room.rows(), room.bureau.asked()) == ([], [])


@pytest.mark.req("R228")
def test_a_changed_period_clears_the_cached_state(room: SelectionRoom) -> None:
    statistics(room.session, OWNER)
    assert change_period(room.session, OWNER, "202612").period == "202612"
    assert cached(room) is None


@pytest.mark.req("R228")
def test_a_refused_change_is_told_in_the_bureaus_words(room: SelectionRoom) -> None:
    room.bureau.raises["change_period"] = [Refused("02", "当前属期存在已勾选数据", "withdraw it first")]
    with pytest.raises(Refused, match="当前属期存在已勾选数据"):
        change_period(room.session, OWNER, "202612")


@pytest.mark.req("R181", "A-22")
def test_neither_period_nor_table_is_asked_for_on_another_channel(room: SelectionRoom) -> None:
    other = room.company("91310000MA1EXAMPCC", channel="aisino")
    for ask in (statistics, tax_period):
        with pytest.raises(BadInput, match="不支持海关缴款书不抵扣勾选"):
            ask(room.session, other)
    with pytest.raises(BadInput, match="企业信息中没有该税号"):
        statistics(room.session, "91310000MA1EXAMPDD")
