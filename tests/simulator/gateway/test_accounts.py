"""Bureau accounts: one works on one task at a time, sessions end, tasks wait and resume in the order of priority."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway_caller import GatewayCaller
from gateway_room import AEROSPACE, CERTIFIED, LEQI, MAKER, PERSON, SHARED, SISTER, STALL
from rehearsal_room import Room

FULL, FULL_QUERY = "ext.fullInvoiceDown", "ext.fullInvoiceDownQuery"


def apply(gateway: GatewayCaller, owner: str, day: int = 1, kind: str = FULL) -> str:
    """One data or file task; another day makes another task."""
    if kind == "ext.layoutFileDown":
        rows = [{"invoiceType": "27", "invoiceNo": str(day), "invoiceDate": "2027-01-01"}]
        return gateway.apply(kind, taxNo=owner, fileTypes="pdf", invoices=rows)
    if kind == "invoiceSelect":
        rows = [{"invoiceNo": str(day)}]
        return gateway.apply(kind, taxNo=owner, authenticateFlag=1, deductionPurpose=1, invoices=rows)
    days = {"startTime": f"2027-01-{day:02d}", "endTime": "2027-01-19"}
    return gateway.apply(kind, taxNo=owner, inout="1", invoiceTypes="27", **days)


def log(room: Room, account: str, state: str) -> None:
    reply = room.client.post("/_sim/session", json={"account": account, "state": state})
    assert reply.status_code == 200, reply.text


def session(room: Room, account: str) -> dict[str, object]:
    return next(row for row in room.get("session")["sessions"] if row["account"] == account)


def test_nothing_is_ready_at_the_first_question(gateway: GatewayCaller):
    task = apply(gateway, MAKER)
    first, second = (gateway.poll(FULL_QUERY, MAKER, task) for _ in range(2))
    assert (first.code, first.text) == ("6910", f"异步任务处理中，请稍后再查询。[{task}]")
    assert second.code == "0000"
    assert len(task) == 32


def test_two_tax_numbers_of_one_account_are_worked_on_one_after_another(gateway: GatewayCaller, room: Room):
    room.settle(gateway={"task_seconds": 60})
    tasks = [(owner, apply(gateway, owner, day)) for day in (1, 2) for owner in (MAKER, SISTER)]
    for done in range(5):
        codes = [gateway.fetch_code(FULL_QUERY, owner, task) for owner, task in tasks]
        assert codes == ["0000"] * done + ["6910"] * (4 - done)
        room.clock(advance_seconds=60)
    shown = session(room, SHARED)
    assert sorted(shown["taxNos"]) == [MAKER, SISTER]
    assert (shown["max_running"], [run[0] for run in shown["runs"]]) == (1, [task for _, task in tasks])
    assert all(before[2] <= after[1] for before, after in zip(shown["runs"], shown["runs"][1:], strict=False))


def test_channels_without_accounts_work_at_once_and_know_no_login(gateway: GatewayCaller, room: Room):
    room.settle(gateway={"task_seconds": 60})
    tasks = [(CERTIFIED, apply(gateway, CERTIFIED, day)) for day in (1, 2)] + [(AEROSPACE, apply(gateway, AEROSPACE))]
    room.clock(advance_seconds=60)
    assert [gateway.fetch_code(FULL_QUERY, owner, task) for owner, task in tasks] == ["0000"] * 3
    assert gateway.call("taxLogin", taxNo=CERTIFIED).code == "P2101"


def test_tasks_of_a_lost_login_wait_and_resume_once_somebody_logs_in(gateway: GatewayCaller, room: Room):
    log(room, PERSON, "offline")
    task = apply(gateway, STALL)
    waiting = [gateway.poll(FULL_QUERY, STALL, task) for _ in range(3)]
    assert {(reply.code, reply.text) for reply in waiting} == {("6910", "任务处理中")}
    login = gateway.call("taxLogin", taxNo=STALL).data
    assert (login["loginType"], login["needAuth"]) == ("2", True)
    assert gateway.call("ext.etaxLoginCheck", taxNo=STALL).data["loginStatus"] == "manual"
    assert "offline" in gateway.client.get(login["loginWebUrl"]).text
    assert "online" in gateway.client.post(login["loginWebUrl"]).text
    assert gateway.poll(FULL_QUERY, STALL, task).code == "0000"
    login = gateway.call("taxLogin", taxNo=STALL).data
    assert (login["loginType"], login["needAuth"], login["loginWebUrl"]) == ("1", False, "")


def test_fifty_tasks_of_three_kinds_resume_in_the_order_of_priority_none_twice(gateway: GatewayCaller, room: Room):
    log(room, SHARED, "lost")
    kinds = ("ext.layoutFileDown", FULL, "invoiceSelect")
    asked = [
        (kinds[n % 3], apply(gateway, (MAKER, SISTER)[n % 2], n % 19 + 1 if n % 3 == 1 else n, kinds[n % 3]))
        for n in range(50)
    ]
    assert len(session(room, SHARED)["waiting"]) == 50
    log(room, SHARED, "online")
    ran = [run[0] for run in session(room, SHARED)["runs"]]
    expected = [task for kind in ("invoiceSelect", FULL, "ext.layoutFileDown") for k, task in asked if k == kind]
    assert ran == expected
    assert {task["state"] for task in room.get("tasks")["tasks"]} == {1}


def test_an_auto_account_that_is_offline_logs_in_by_itself(gateway: GatewayCaller, room: Room):
    log(room, SHARED, "offline")
    assert gateway.call("ext.etaxLoginCheck", taxNo=MAKER).data["loginStatus"] == "auto"
    task = apply(gateway, MAKER)
    assert gateway.fetch_code(FULL_QUERY, MAKER, task) == "0000"
    assert gateway.call("ext.etaxLoginCheck", taxNo=MAKER).data["loginStatus"] == "online"


def test_one_login_serves_every_tax_number_of_the_account(gateway: GatewayCaller, room: Room):
    log(room, SHARED, "lost")
    tasks = [(owner, apply(gateway, owner)) for owner in (MAKER, SISTER)]
    assert [gateway.fetch_code(FULL_QUERY, owner, task) for owner, task in tasks] == ["6910", "6910"]
    assert gateway.call("taxLogin", taxNo=SISTER).data["loginType"] == "1"
    assert [gateway.fetch_code(FULL_QUERY, owner, task) for owner, task in tasks] == ["0000", "0000"]


def test_a_persons_session_ends_by_itself_and_stops_the_task_it_was_on(gateway: GatewayCaller, room: Room):
    room.settle(gateway={"session_seconds": 100, "task_seconds": 60})
    tasks = [apply(gateway, STALL, day) for day in (1, 2)]
    room.clock(advance_seconds=3600)
    assert [gateway.fetch_code(FULL_QUERY, STALL, task) for task in tasks] == ["0000", "6910"]
    assert session(room, PERSON)["state"] == "offline"
    log(room, PERSON, "online")
    room.clock(advance_seconds=60)
    assert gateway.fetch_code(FULL_QUERY, STALL, tasks[1]) == "0000"


def test_synchronous_calls_and_header_applications_show_91300(gateway: GatewayCaller, room: Room):
    log(room, SHARED, "lost")
    header = gateway.call("invoiceDown", taxNo=MAKER, asyncFlag="1", searchOpt={})
    assert (header.code, header.text) == ("91300", "请核对用户信息或重新调用登录接口")
    period = gateway.call("taxperiodQuery", taxNo=MAKER)
    assert (period.code, period.text) == ("91300", "电子税局登录失效，请重新进行业务操作")
    assert room.get("tasks")["tasks"] == []


def test_the_same_task_within_three_minutes_is_refused(gateway: GatewayCaller, room: Room):
    apply(gateway, MAKER)
    days = {"startTime": "2027-01-01", "endTime": "2027-01-19"}
    again = {"taxNo": MAKER, "inout": "1", "invoiceTypes": "27", "asyncFlag": "1", **days}
    reply = gateway.call(FULL, **again)
    assert (reply.code, reply.text) == ("P6912", "相同的任务重复请求过于频繁，请3分钟后再重试。")
    room.clock(advance_seconds=179)
    assert gateway.call(FULL, **again).code == "P6912"
    room.clock(advance_seconds=1)
    assert gateway.call(FULL, **again).code == "0000"


@pytest.mark.parametrize(("owner", "query"), [(SISTER, FULL_QUERY), (MAKER, "invoiceDownQuery")])
def test_a_task_is_known_only_to_its_taxpayer_and_its_query(gateway: GatewayCaller, owner: str, query: str):
    task = apply(gateway, MAKER)
    reply = gateway.poll(query, owner, task)
    assert (reply.code, reply.text) == ("0201", "未查询到相关任务，请确认请求税号或任务号是否正确")


def test_accounts_are_listed_with_their_business(gateway: GatewayCaller):
    reply = gateway.call("ALLE.ACCOUNT.CHECK", taxno=MAKER)
    assert reply.data == [{"etaxAccount": SHARED, "etaxAccountType": "2", "defaultFlag": "1", "defaultType": "2"}]
    assert gateway.call("ALLE.ACCOUNT.CHECK", taxno=CERTIFIED).data == []


def test_the_login_reply_says_who_and_which_period(gateway: GatewayCaller):
    data = gateway.call("taxLogin", taxNo=MAKER).data
    assert data == {
        "loginType": "1",
        "needAuth": False,
        "loginWebUrl": "",
        "companyType": "03",
        "companyName": "示例制造有限公司",
        "etaxAccountType": "2",
        "taxNo": MAKER,
        "skssq": "202701;20270215;202702",
        "gxrqfw": "20170101-20270131",
        "city": "330100",
    }


def test_a_company_on_leqi_may_have_an_account_for_its_files(gateway: GatewayCaller):
    assert gateway.call("taxLogin", taxNo=LEQI).data["loginType"] == "1"


def test_calls_of_one_account_at_the_same_time_are_counted(gateway: GatewayCaller, room: Room):
    gateway.sign_in()
    room.settle(gateway={"latency_seconds": 0.2})
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda owner: gateway.call("taxLogin", taxNo=owner), (MAKER, SISTER, MAKER)))
    room.settle(gateway={"latency_seconds": 0})
    assert session(room, SHARED)["max_in_flight"] > 1
