"""O14 to O20: tax period, selection row by row, the statistics table and its lock."""

import pytest

from gateway_caller import GatewayCaller
from gateway_room import CERTIFIED, LEQI, MAKER, SISTER, STALL, naming
from rehearsal_room import Room

EVERYTHING = {"startTime": "2026-12-01", "endTime": "2026-12-31"}
SMALL = "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"


def row(room: Room, fplx: str = "81", **more: object) -> dict[str, str]:
    """A purchase of December, named as a selection names it."""
    seed = {"nsrsbh": MAKER, "fplx": fplx, "kprq": "2026-12-05", **more}
    return {"invoiceType": "27", "invoiceNo": room.seed(documents=[seed])[0], "invoiceDate": "2026-12-05"}


def select(gateway: GatewayCaller, rows: list[dict[str, str]], flag: int = 1, purpose: int = 1, **more: object):
    ask = {"taxNo": MAKER, "authenticateFlag": flag, "deductionPurpose": purpose, "invoices": rows}
    task = gateway.apply("invoiceSelect", **ask, **more)
    return gateway.fetch("invoiceSelectQuery", MAKER, task).data


def statistics(gateway: GatewayCaller, operate: str) -> dict[str, object]:
    task = gateway.apply("statisticCreate", taxNo=MAKER, operateType=operate)
    return gateway.fetch("statisticCreateQuery", MAKER, task).data


def test_the_period_is_last_months_until_the_15th_and_can_be_set(gateway: GatewayCaller, room: Room):
    room.day("2027-01-15")
    gateway.sign_in()
    period = gateway.call("taxperiodQuery", taxNo=MAKER).data
    assert period == {
        "taxPeriod": "202612",
        "skssq": "202612;20270115;202701",
        "gxrqfw": "20170101-20261231",
        "createTjbbStatus": "01",
    }
    assert room.client.post("/_sim/period", json={"taxNo": MAKER, "skssq": "202611"}).status_code == 200
    assert gateway.call("taxLogin", taxNo=MAKER).data["skssq"] == "202611;20261215;202612"
    assert gateway.call("taxperiodQuery", taxNo=SISTER).data["taxPeriod"] == "202612"


def test_a_period_moves_by_one_month_and_not_into_the_future(gateway: GatewayCaller):
    change = {"taxNo": MAKER, "status": 1}
    assert gateway.call("taxperiodChange", **change, taxPeriod="202702").code == "P4001"
    assert gateway.call("taxperiodChange", **change, taxPeriod="202611").code == "P4001"
    assert gateway.call("taxperiodChange", **change, taxPeriod="202612").data == {"taxPeriod": "202612"}
    refused = gateway.call("taxperiodChange", taxNo=CERTIFIED, taxPeriod="202612", status=1)
    assert (refused.code, refused.text) == ("0201", "非新电子平台或者乐企通道，不支持变更属期。")
    assert gateway.call("taxperiodChange", taxNo=LEQI, taxPeriod="202612", status=1).code == "0000"


def test_a_selection_shows_in_the_header_and_withdrawing_takes_it_back(gateway: GatewayCaller, room: Room):
    rows = [row(room)]
    [good] = select(gateway, rows, purpose=2)["success"]
    assert (good["selectResult"], good["taxPeriod"], good["selectTime"]) == ("1", "202701", "2027-01-20 09:00:00")
    [item] = gateway.headers(MAKER, **EVERYTHING)
    named = [item[n] for n in ("authenticateFlag", "deductionPurpose", "notDeductibleType", "taxPeriod", "selectTime")]
    assert named == ["1", "2", "5", "202701", "2027-01-20 09:00:00"]
    assert select(gateway, rows, flag=0)["fail"] == []
    assert select(gateway, rows, flag=0)["success"][0]["selectResult"] == "1"
    room.clock(advance_seconds=180)
    assert gateway.headers(MAKER, **EVERYTHING)[0]["authenticateFlag"] == "0"


@pytest.mark.parametrize(
    ("fplx", "more", "result"),
    [
        ("81", {}, "1"),
        ("81", {"fpzt": "7"}, "1"),
        ("81", {"fpyt": "1", "skssq": "202701"}, "1"),
        ("81", {"fpzt": "2"}, "11"),
        ("81", {"fpzt": "3"}, "12"),
        ("81", {"fpzt": "8"}, "12"),
        ("81", {"ycpzzt": "02"}, "3"),
        ("81", {"ycpzzt": "03"}, "1"),
        ("82", {}, "8-[001]"),
        ("82", {"tdys": "08"}, "1"),
        ("81", {"red_of": "2" * 20}, "8-[001]"),
        ("81", {"kprq": "2016-12-31"}, "8-[001]"),
        ("81", {"kprq": "2027-01-20"}, "2"),
        ("81", {"sjlx": "2"}, "2"),
        ("81", {"nsrsbh": SISTER}, "2"),
        ("81", {"fpyt": "1", "skssq": "202611"}, "8-[001]"),
    ],
)
def test_each_row_gets_the_result_its_state_deserves(
    gateway: GatewayCaller, room: Room, fplx: str, more: dict[str, str], result: str
):
    found = select(gateway, [row(room, fplx, **more)])
    assert [item["selectResult"] for item in found["success"] + found["fail"]] == [result]
    assert [len(found[part]) for part in ("success", "fail")] == ([1, 0] if result == "1" else [0, 1])


def test_every_kind_is_named_by_its_own_numbers(gateway: GatewayCaller, room: Room):
    for fplx in ("81", "01", "85", "03"):
        row(room, fplx)
    items = gateway.full(MAKER, "", *EVERYTHING.values())
    assert len(select(gateway, [naming(item) for item in items])["success"]) == 4
    document = row(room, "customs")
    assert select(gateway, [document])["fail"][0]["selectResult"] == "2"
    assert select(gateway, [document], billType=1)["success"][0]["invoiceNo"] == document["invoiceNo"]


def test_repetitions_are_successes_that_say_so_and_another_use_is_refused(gateway: GatewayCaller, room: Room):
    rows = [row(room, "customs")]
    customs = {"purpose": 2, "billType": 1}
    [never] = select(gateway, rows, flag=0, **customs)["success"]
    select(gateway, rows, **customs)
    [again] = select(gateway, rows, **customs)["success"]
    assert [(one["selectResult"], one["description"]) for one in (never, again)] == [
        ("1", "该发票未勾选，无需撤销"),
        ("1", "该发票已勾选，无需重复勾选"),
    ]
    [refused] = select(gateway, rows, purpose=1, billType=1)["fail"]
    assert (refused["selectResult"], refused["description"]) == ("8-[001]", "该发票已用于其他用途，请先撤销勾选")
    [item] = gateway.headers(MAKER, **EVERYTHING, invoiceType="21")
    assert (item["customDeclarationNo"], item["deductionPurpose"]) == (rows[0]["invoiceNo"], "2")


def test_a_use_of_another_period_is_not_withdrawn(gateway: GatewayCaller, room: Room):
    rows = [row(room, "customs", fpyt="6", skssq="202611")]
    [refused] = select(gateway, rows, flag=0, billType=1)["fail"]
    assert refused["selectResult"] == "8-[001]"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"xfsyt": "01"}, "增值税海关缴款书不允许用于退税用途、不抵扣用途"),
        ({"payload": {"sfchsd": "Y"}}, "缴款书重号，已锁定"),
        ({"kprq": "2016-12-31"}, "发票已逾期，不允许勾选"),
    ],
)
def test_a_customs_document_that_does_not_fit_is_refused_with_its_reason(
    gateway: GatewayCaller, room: Room, more: dict[str, object], said: str
):
    [refused] = select(gateway, [row(room, "customs", **more)], purpose=2, billType=1)["fail"]
    assert (refused["selectResult"], refused["description"]) == ("8-[001]", said)


def test_a_table_made_while_a_selection_waits_makes_it_20(gateway: GatewayCaller, room: Room):
    select(gateway, [row(room)])
    room.settle(gateway={"task_seconds": 60})
    gateway.apply("statisticCreate", taxNo=MAKER, operateType="1")
    ask = {"taxNo": MAKER, "authenticateFlag": 1, "deductionPurpose": 2, "billType": 1}
    task = gateway.apply("invoiceSelect", **ask, invoices=[row(room, "customs")])
    confirming = gateway.call("statisticConfirm", taxNo=MAKER, asyncFlag="1")
    room.clock(advance_seconds=120)
    [refused] = gateway.fetch("invoiceSelectQuery", MAKER, task).data["fail"]
    assert (refused["selectResult"], refused["description"]) == ("20", "请撤销统计表")
    assert confirming.code == "P6901"


def test_a_table_that_another_task_confirmed_first_is_not_withdrawn(gateway: GatewayCaller, room: Room):
    room.client.post("/_sim/period", json={"taxNo": MAKER, "skssq": "202612"})
    select(gateway, [row(room)])
    statistics(gateway, "1")
    room.settle(gateway={"task_seconds": 60})
    gateway.apply("statisticConfirm", taxNo=MAKER)
    withdrawing = gateway.apply("statisticCreate", taxNo=MAKER, operateType="2")
    room.clock(advance_seconds=120)
    refused = gateway.fetch("statisticCreateQuery", MAKER, withdrawing)
    assert (refused.code, refused.text) == ("P6901", "统计表已确认签名")


def test_what_was_done_to_rows_is_told_of_every_row(gateway: GatewayCaller, room: Room):
    rows = [row(room, seed=str(number)) for number in range(3)]
    ask = {"taxNo": MAKER, "authenticateFlag": 1, "deductionPurpose": 1, "invoices": rows}
    task = gateway.apply("invoiceSelect", **ask)
    room.fault("task_ends", service="invoiceSelectQuery", code="4")
    assert len(gateway.fetch("invoiceSelectQuery", MAKER, task).data["success"]) == 3


def test_a_synchronous_selection_answers_at_once(gateway: GatewayCaller, room: Room):
    ask = {"taxNo": MAKER, "authenticateFlag": 1, "deductionPurpose": 1, "billType": 0}
    data = gateway.call("invoiceSelect", **ask, invoices=[row(room)]).data
    assert (len(data["success"]), data["fail"], data["asyncFlag"]) == (1, [], "0")


def test_a_statistics_table_locks_until_withdrawn_and_confirming_certifies(gateway: GatewayCaller, room: Room):
    room.client.post("/_sim/period", json={"taxNo": MAKER, "skssq": "202612"})
    rows = [row(room), row(room, "customs")]
    select(gateway, rows[:1])
    made = statistics(gateway, "1")
    assert (made["createTjbbStatus"], made["isAllowQxTj"], made["isAllowQrtj"]) == ("02", True, True)
    [group, total] = made["tjInfoArr"]
    assert (group["invoiceType"], total["invoiceType"], group["deductibleNum"]) == ("27", "99", 1)
    assert len(group) == 7
    ask = {"taxNo": MAKER, "authenticateFlag": 0, "deductionPurpose": 1, "asyncFlag": "1", "invoices": rows[:1]}
    locked = gateway.call("invoiceSelect", **ask)
    assert (locked.code, locked.text) == (
        "P1301",
        "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计",
    )
    assert statistics(gateway, "2")["createTjbbStatus"] == "01"
    assert gateway.call("invoiceSelect", **ask).code == "0000"
    select(gateway, rows[:1])
    statistics(gateway, "1")
    task = gateway.apply("statisticConfirm", taxNo=MAKER, password="")
    assert gateway.fetch("ext.statisticConfirmQuery", MAKER, task).data["createTjbbStatus"] == "05"
    assert gateway.headers(MAKER, **EVERYTHING, invoiceType="27")[0]["authenticateFlag"] == "2"
    assert gateway.call("statisticCreate", taxNo=MAKER, operateType="2", asyncFlag="1").code == "P6901"


def test_a_table_of_the_running_month_is_a_forecast_and_an_empty_one_says_so(gateway: GatewayCaller, room: Room):
    assert statistics(gateway, "1")["createTjbbStatus"] == "22"
    select(gateway, [row(room)])
    assert statistics(gateway, "1")["createTjbbStatus"] == "03"
    assert gateway.call("statisticConfirm", taxNo=MAKER, asyncFlag="1").code == "P6901"
    assert gateway.call("statisticQuery", taxNo=MAKER).data["createTjbbStatus"] == "03"


def test_the_result_of_a_confirmation_is_not_asked_for_with_the_other_query(gateway: GatewayCaller, room: Room):
    task = gateway.apply("statisticCreate", taxNo=MAKER, operateType="1")
    assert gateway.poll("ext.statisticConfirmQuery", MAKER, task).code == "2002"


@pytest.mark.parametrize(
    "code",
    ["taxperiodQuery", "taxperiodChange", "invoiceSelect", "statisticQuery", "statisticCreate", "statisticConfirm"],
)
def test_small_scale_companies_are_refused_with_the_exact_text_and_no_task(
    gateway: GatewayCaller, room: Room, code: str
):
    reply = gateway.call(code, taxNo=STALL, asyncFlag="1")
    assert (reply.code, reply.text) == ("P1201", SMALL)
    assert room.get("tasks")["tasks"] == []


def test_more_than_two_thousand_rows_are_refused(gateway: GatewayCaller):
    ask = {"taxNo": MAKER, "authenticateFlag": 1, "deductionPurpose": 1, "asyncFlag": "1"}
    assert gateway.call("invoiceSelect", **ask, invoices=[{"invoiceNo": "1"}] * 2001).code == "P4001"
    assert gateway.call("invoiceSelect", **ask, invoices=[{"invoiceNo": "1"}] * 2000).code == "0000"
