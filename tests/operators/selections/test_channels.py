"""Selections over the real hooks and the simulated bureau: pool, ledger and bureau agree at every step, on both channels."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from asked_of_gateway import ACCOUNT, company
from asked_of_leqi import order
from fapiao.errors import AnswerLost
from operators.selections.preview import log_in, preview
from operators.selections.statistics import change_period, statistics, tax_period
from rehearsal import GENERAL
from selection_room import SelectionRoom, selecting_in
from selection_stand_office import Office, office_of
from selection_stands import KINDS, PERIOD, selecting

LOCKED = "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计。"


@pytest.fixture(params=KINDS, ids=lambda kind: kind.channel)
def office(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, pool_url: str) -> Iterator[Office]:
    """A company on the channel, known to both sides."""
    with office_of(request.param, monkeypatch, pool_url) as found:
        yield found


@pytest.mark.req("R151", "R154", "R185", "R192", "R211", "R212", "R213", "R214", "R227")
def test_pool_ledger_and_bureau_agree_from_the_first_selection_to_the_last(office: Office) -> None:
    keys = office.documents(6)
    office.submit(keys)
    assert office.last()["status"] == "processing"
    assert office.last()["request_no"]
    office.finish()
    office.agree(keys, [])
    half = keys[:3]
    office.submit(half, "undo_not_deduct")
    office.finish()
    office.agree(keys[3:], half)
    office.table("make_statistics")
    assert office.last()["status"] == "succeeded"
    assert statistics(office.room.session, GENERAL).state in ("02", "04")
    office.submit(half)
    assert (office.last()["status"], office.last()["error_message"]) == ("failed", LOCKED)
    office.agree(keys[3:], half)
    office.table("undo_statistics")
    assert office.last()["status"] == "succeeded"
    office.submit(half)
    office.finish()
    office.agree(keys, [])


def test_an_upload_whose_answer_is_lost_is_found_at_the_bureau_and_not_repeated(office: Office) -> None:
    keys = office.documents(3)
    real = office.stand.hook.upload

    def lost(*args: Any) -> Any:
        real(*args)
        raise AnswerLost("ANSWER_LOST", "no answer", "asked again", 0.0)

    office.stand.hook.upload = lost  # type: ignore[method-assign]
    office.submit(keys)
    office.stand.hook.upload = real  # type: ignore[method-assign]
    office.finish()
    assert len(office.stand.calls(office.stand.kind.upload)) == 1
    assert office.last()["status"] == "succeeded"
    office.agree(keys, [])


def test_a_repeated_selection_is_told_as_such_and_believed_where_the_bureau_holds_it(office: Office) -> None:
    keys = office.documents(2)
    office.submit(keys)
    office.finish()
    office.room.pool.execute("UPDATE pool.document SET selection_status = '0', selection_observed_at = NULL")
    office.submit(keys)
    office.finish()
    entry = office.room.ledger()[keys[0]]
    assert (entry["state"], entry["result_code"]) == ("succeeded", office.stand.kind.codes["held"])
    office.agree(keys, [])


@pytest.mark.req("R151")
def test_a_use_that_somebody_changed_after_the_upload_is_found_when_leqi_is_read_back(
    monkeypatch: pytest.MonkeyPatch, pool_url: str
) -> None:
    with office_of(KINDS[0], monkeypatch, pool_url) as office:
        keys = office.documents(3)
        office.submit(keys)
        office.stand.minutes(10)
        order(office.stand.bureau, "change", key=keys[0], fpyt="1", skssq=PERIOD)
        office.finish()
        item, row = office.room.ledger()[keys[0]], office.last()
        assert (item["state"], item["result_code"]) == ("failed", "USAGE_DIFFERS")
        assert item["result_text"].startswith("税局查询的发票用途状态与勾选结果不一致，请从税局下载更新（01 ")
        assert (row["status"], row["error_code"]) == ("failed", "USAGE_DIFFERS")
        assert (row["succeeded_count"], row["failed_count"]) == (2, 1)
        office.agree(keys[1:], keys[:1])


@pytest.mark.req("R185", "R190")
def test_a_table_that_somebody_else_made_is_found_by_the_query_and_nothing_is_uploaded(office: Office) -> None:
    first, late = office.documents(2)
    office.submit([first])
    office.finish()
    office.stand.table("make")
    office.room.later(3600)
    office.submit([late])
    assert (office.last()["status"], office.last()["error_message"]) == ("failed", LOCKED)
    assert len(office.stand.calls(office.stand.kind.upload)) == 1


def test_a_lock_that_came_after_the_query_is_the_bureaus_own_refusal(office: Office) -> None:
    first, late = office.documents(2)
    office.submit([first])
    office.finish()
    office.stand.table("make")
    office.submit([late])
    office.finish()
    assert office.last()["status"] == "failed"
    assert office.room.statuses()[late] == "0"
    assert office.room.pool.execute("SELECT count(*) FROM sync.statistics_state").fetchone() == {"count": 0}


@pytest.mark.req("R224", "R228")
def test_the_period_is_told_and_changed_and_a_refusal_is_told(office: Office) -> None:
    told = tax_period(office.room.session, GENERAL)
    assert (told.period, told.statistics) == (PERIOD, "01")
    assert change_period(office.room.session, GENERAL, "202611").period == "202611"
    assert office.room.pool.execute("SELECT count(*) FROM sync.statistics_state").fetchone() == {"count": 0}


@pytest.mark.req("R177", "R216")
def test_a_lost_login_is_waited_for_and_the_request_goes_on_after_it(
    monkeypatch: pytest.MonkeyPatch, pool_url: str
) -> None:
    kind = next(one for one in KINDS if one.channel == "etax")
    furnish: Callable[[SelectionRoom], object] = lambda room: room.company(GENERAL, channel="etax", account=ACCOUNT)  # noqa: E731
    with selecting(kind, monkeypatch) as stand, selecting_in(pool_url, furnish, {"etax": stand.hook}) as room:
        office = Office(room, stand)
        keys = office.documents(2)
        order(stand.bureau, "seed", companies=[company("etax", login="manual")], documents=[])
        order(stand.bureau, "session", account=ACCOUNT, state="lost")
        (line,) = preview(room.session, room.request(keys, taxpayer_no=GENERAL))
        assert not line.online
        office.submit(keys)
        stand.minutes(10)
        room.wait_over()
        room.work("etax")
        assert (office.last()["status"], office.last()["attempts"]) == ("processing", 0)
        assert office.last()["login_request_id"] is not None
        assert room.statuses() == {keys[0]: "0", keys[1]: "0"}
        order(stand.bureau, "session", account=ACCOUNT, state="online")
        (line,) = log_in(room.session, GENERAL, [line])
        assert line.online
        office.finish()
        assert len(stand.calls("invoiceSelect")) == 1
        office.agree(keys, [])
