"""Selections and logins: the sheet, one login for many tax numbers, and requests that wait and go on by themselves."""

from collections.abc import Iterator

import psycopg
import pytest

from fapiao.errors import BadInput, LoginLost, TryLater
from fapiao.selection.chosen import RequestedDocument, SelectionRequest
from hooks.queues.login_requests import LoginRequests
from operators.leased_queue.logins import recheck_logins
from operators.selections.preview import accounts, log_in, preview
from operators.selections.submit import submit
from selection_room import OWNER, SMALL, SelectionRoom, selecting_in

LOST = LoginLost("GATEWAY_91300", "登录失效，请重新登录", "log in", 60.0)
OTHER = "91310000MA1EXAMPBB"


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """Two companies of the bureau's web with one account between them, and one of another channel."""
    with selecting_in(pool_url, lambda room: room.company(channel="etax")) as made:
        made.company(OTHER, channel="etax")
        made.company(SMALL, channel="tax_disk")
        made.documents("A")
        made.documents("B", taxpayer_no=OTHER)
        made.documents("C", taxpayer_no=SMALL)
        yield made


WISH = SelectionRequest(
    "not_deduct",
    "interactive",
    [RequestedDocument(OWNER, "A", "1"), RequestedDocument(OTHER, "B", "1"), RequestedDocument(SMALL, "C", "1")],
)


def wait_behind(room: SelectionRoom, *keys: tuple[str, str]) -> None:
    """Requests whose upload finds nobody logged in."""
    room.bureau.logged_in = "manual"
    room.bureau.raises["upload"] = [LOST] * len(keys)
    for taxpayer_no, key in keys:
        submit(room.another_run(), room.request([key], taxpayer_no=taxpayer_no), "tester")
    room.work("etax")


@pytest.mark.req("R152", "R176")
def test_the_sheet_shows_where_each_tax_numbers_documents_go_and_as_whom(room: SelectionRoom) -> None:
    lines = {line.taxpayer_no: line for line in preview(room.session, WISH)}
    mine = lines[OWNER]
    assert (mine.channel_label, mine.bureau_city, mine.account, mine.account_type) == (
        "电子税局", "上海", "13800000000", "receive"
    )  # fmt: skip
    assert (mine.online, mine.documents, mine.objections) == (True, 1, [])
    refused = lines[SMALL]
    assert (refused.online, refused.login) == (False, None)
    assert [one.text for one in refused.objections] == [
        "该税号的勾选通道不是乐企或电子税局，不支持海关缴款书不抵扣勾选"
    ]
    assert room.rows() == []


@pytest.mark.req("R176")
def test_a_channel_that_cannot_be_asked_says_so_on_its_line(room: SelectionRoom) -> None:
    room.bureau.raises["login"] = [TryLater("GATEWAY_95001", "税局请求异常，请稍后再试", "later")]
    lines = {line.taxpayer_no: line for line in preview(room.session, WISH)}
    told = sorted((line.login_text or "", line.online) for line in lines.values() if line.taxpayer_no != SMALL)
    assert told == [("", True), ("税局请求异常，请稍后再试", False)]


@pytest.mark.req("R177")
def test_one_login_brings_every_tax_number_of_the_account_and_bureau_online(room: SelectionRoom) -> None:
    room.bureau.logged_in = "manual"
    lines = preview(room.session, WISH)
    assert [line.online for line in lines if line.taxpayer_no != SMALL] == [False, False]
    room.bureau.logged_in = "online"
    after = {line.taxpayer_no: line.online for line in log_in(room.session, OWNER, lines)}
    assert after == {OWNER: True, OTHER: True, SMALL: False}


@pytest.mark.req("R177")
def test_another_account_or_city_stays_as_it_is(room: SelectionRoom) -> None:
    room.bureau.logged_in = "manual"
    lines = preview(room.session, WISH, accounts={OTHER: "13900000000"})
    room.bureau.logged_in = "online"
    after = {line.taxpayer_no: line.online for line in log_in(room.session, OWNER, lines)}
    assert after == {OWNER: True, OTHER: False, SMALL: False}


def test_nobody_logs_in_on_a_channel_that_does_not_select(room: SelectionRoom) -> None:
    with pytest.raises(BadInput, match="不支持海关缴款书不抵扣勾选"):
        log_in(room.session, SMALL)


@pytest.mark.req("R178")
def test_the_accounts_to_switch_to_may_receive_and_the_default_one_comes_first(
    room: SelectionRoom, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM enterprise.account WHERE taxpayer_no = %s", [OWNER])
    owner.commit()
    room.add_account(OWNER, "1", "receive")
    room.add_account(OWNER, "2", "both", is_default=True)
    room.add_account(OWNER, "3", "issue", is_default=False)
    assert [(one.account, one.account_type, one.is_default) for one in accounts(room.session, OWNER)] == [
        ("2", "both", True),
        ("1", "receive", False),
    ]


@pytest.mark.req("R178")
@pytest.mark.parametrize(("account_type", "offered"), [("receive", True), ("both", True), ("issue", False)])
def test_only_an_account_whose_business_is_receiving_is_the_default(
    room: SelectionRoom, owner: psycopg.Connection, account_type: str, offered: bool
) -> None:
    owner.execute("DELETE FROM enterprise.account WHERE taxpayer_no = %s", [OWNER])
    owner.commit()
    room.add_account(OWNER, "1", account_type, is_default=True)
    room.add_account(OWNER, "2", "receive")
    found = [(one.account, one.is_default) for one in accounts(room.session, OWNER)]
    assert found == ([("1", True), ("2", False)] if offered else [("2", False)])


@pytest.mark.req("R178")
def test_the_account_switched_to_goes_with_the_request(room: SelectionRoom) -> None:
    submit(room.another_run(), room.request(["A"]), "tester", accounts={OWNER: "13900000000"})
    assert (room.row()["account"], room.row()["city_code"]) == ("13900000000", "3100")


@pytest.mark.req("R210", "R216")
def test_a_request_waits_for_its_account_costs_no_attempt_and_goes_on_by_itself(room: SelectionRoom) -> None:
    wait_behind(room, (OWNER, "A"), (OTHER, "B"))
    assert [(row["status"], row["attempts"], row["sent_at"]) for row in room.rows()] == [("unprocessed", 0, None)] * 2
    assert len({row["login_request_id"] for row in room.rows()}) == 1
    (asked,) = room.pool.execute(
        "SELECT account, city_code, waiting_selections, taxpayers FROM fapiao.login_request"
    ).fetchall()
    assert asked == {
        "account": "13800000000", "city_code": "3100", "waiting_selections": 2, "taxpayers": [OWNER, OTHER]
    }  # fmt: skip
    assert room.work("etax") == 0
    room.bureau.logged_in = "online"
    assert recheck_logins(room.session, "etax", at_once=True) == 2
    room.work("etax")
    assert {row["status"] for row in room.rows()} == {"succeeded"}
    assert room.bureau.asked().count("statistics") == 2


@pytest.mark.req("R177", "R216")
def test_the_login_on_the_sheet_sets_waiting_requests_going(room: SelectionRoom) -> None:
    wait_behind(room, (OWNER, "A"), (OTHER, "B"))
    room.bureau.logged_in = "online"
    log_in(room.session, OTHER)
    room.work("etax")
    assert {row["status"] for row in room.rows()} == {"succeeded"}


@pytest.mark.req("R212", "R216")
def test_a_task_that_only_seems_to_be_processed_is_found_to_wait_for_its_login(room: SelectionRoom) -> None:
    room.bureau.wait = 99
    submit(room.another_run(), room.request(["A"]), "tester")
    room.work("etax")
    room.bureau.logged_in = "manual"
    for _ in range(3):
        room.wait_over()
        room.work("etax")
    assert (room.row()["status"], room.row()["login_request_id"] is not None) == ("processing", True)
    assert "登录地址：https://bureau.example/login；登录后自动继续" in room.row()["advice"]
    room.bureau.logged_in, room.bureau.wait = "online", 0
    recheck_logins(room.session, "etax", at_once=True)
    room.work("etax")
    assert room.row()["status"] == "succeeded"
    assert len(room.bureau.uploads()) == 1


def test_a_request_whose_account_is_logged_in_after_all_comes_back_soon(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [LOST]
    submit(room.another_run(), room.request(["A"]), "tester")
    room.work("etax")
    assert (room.row()["login_request_id"], room.row()["attempts"]) == (None, 0)
    room.wait_over()
    room.work("etax")
    assert room.row()["status"] == "succeeded"


def test_a_login_serves_downloads_and_selections_alike(room: SelectionRoom) -> None:
    wait_behind(room, (OWNER, "A"))
    with room.session.transaction() as tables:
        assert LoginRequests(tables.connection).open_request("etax", "13800000000", "3100") is not None
        assert tables.queue.next_due(["etax"])[0] == 1
        assert tables.queue.open_channels() == ["etax"]
