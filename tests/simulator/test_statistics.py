"""L9 and L11: the tax period, moving it, and the statistics table with its codes; one truth with plane O."""

from dataclasses import replace

import httpx
import pytest

from bureau_caller import Caller, Reply
from gateway_caller import GatewayCaller
from rehearsal_room import OURS, SHOPS, US, Room
from simulator.running import RunningSimulator

ETAX = {"bureau_city_code": "310000", "bureau_city": "上海市", "accounts": [{"account": "sim-both"}]}


def period(caller: Caller) -> tuple[str, str]:
    data = caller.call("HQDQSKSSQYDQSKSSQTJZT", gfsbh=OURS).data
    return data["skssq"], data["zt"]


def told(room: Room, caller: Caller, apply: str, result: str, sqbz: str) -> Reply:
    pclsh = caller.call(apply, gfsbh=OURS, sqbz=sqbz).data["pclsh"]
    assert caller.call(result, pclsh=pclsh).returncode == "10"
    room.clock(advance_seconds=600)
    return caller.call(result, pclsh=pclsh)


def count(room: Room, caller: Caller, sqbz: str = "1") -> str:
    return told(room, caller, "SQCXDKTJ", "CXTJCLJG", sqbz).data["code"]


def confirm(room: Room, caller: Caller, sqbz: str = "1") -> str:
    return told(room, caller, "SQQRDKTJ", "CXQRTJCLJG", sqbz).data["jgzt"]


def used(room: Room, fplx: str = "customs", fpyt: str = "6", **more: object) -> str:
    return room.document(fplx, "2026-12-05", fpyt=fpyt, skssq="202612", **more)


def test_the_codes_of_a_table_from_nothing_to_confirmed(room: Room, caller: Caller):
    used(room)
    assert (period(caller), count(room, caller, "2"), confirm(room, caller)) == (("202612", "0"), "05", "07")
    assert (count(room, caller), period(caller)) == ("01", ("202612", "1"))
    assert (count(room, caller), confirm(room, caller, "2")) == ("02", "07")
    assert (count(room, caller, "2"), period(caller)) == ("01", ("202612", "0"))
    assert (count(room, caller), confirm(room, caller), period(caller)) == ("01", "01", ("202612", "2"))
    assert (confirm(room, caller), confirm(room, caller, "2")) == ("08", "10")
    assert (count(room, caller), count(room, caller, "2")) == ("03", "10")


def test_a_table_locks_selection_and_withdrawal(room: Room, caller: Caller):
    used(room)
    count(room, caller)
    rows = [{"jkshm": used(room, seed="other"), "tfrq": "20261205", "bdklx": "3"}]
    refused = [caller.call("PLHGJKSDKGX", gfsbh=OURS, gxlxDm=kind, hgjksmx=rows) for kind in ("03", "04")]
    assert {(reply.returncode, reply.text) for reply in refused} == {("03", "拒绝处理：当期已锁定（已申请统计）")}


def test_a_table_made_after_an_upload_makes_it_05(room: Room, caller: Caller):
    used(room)
    free = room.document("customs", "2026-12-05", seed="free")
    table = caller.call("SQCXDKTJ", gfsbh=OURS, sqbz="1").data["pclsh"]
    room.clock(advance_seconds=1)
    rows = [{"jkshm": free, "tfrq": "20261205", "bdklx": "3"}]
    pclsh = caller.call("PLHGJKSDKGX", gfsbh=OURS, gxlxDm="03", hgjksmx=rows).data["pclsh"]
    room.clock(advance_seconds=600)
    assert caller.call("CXTJCLJG", pclsh=table).data["code"] == "01"
    assert [row["cljg"] for row in caller.call("CXHGJKSDKGXCLJG", pclsh=pclsh).data["hgjksmx"]] == ["05"]


def test_an_abnormal_document_is_11_and_the_running_month_09(room: Room, caller: Caller):
    bad = used(room, "81", "1", ycpzzt="02")
    assert (count(room, caller), period(caller)[1]) == ("11", "0")
    room.change(bad, ycpzzt="01")
    assert count(room, caller) == "01"
    room.client.post("/_sim/period", json={"taxNo": OURS, "skssq": "202701"})
    room.document("customs", "2026-12-06", fpyt="6", skssq="202701")
    assert (count(room, caller), confirm(room, caller), period(caller)) == ("01", "09", ("202701", "1"))


def test_a_table_of_nothing_locks_nothing(room: Room, caller: Caller):
    reply = told(room, caller, "SQCXDKTJ", "CXTJCLJG", "1")
    assert (reply.data["code"], reply.data["gxtjjg"][0]["tjjg"], period(caller)[1]) == ("01", [], "0")


def test_a_table_counts_what_is_deducted_by_group(room: Room, caller: Caller):
    for fplx in ("81", "01", "customs", "51", "61", "83"):
        used(room, fplx, "1", payload={"yxdkse": "10.00"})
    used(room, "customs", "6", seed="not deducted")
    used(room, "82", "1", tdys="16", payload={"yxdkse": "10.00"})
    [table] = told(room, caller, "SQCXDKTJ", "CXTJCLJG", "1").data["gxtjjg"]
    rows = {row["fplx"]: (row["hjfs"], row["hjyxdkse"]) for row in table["tjjg"]}
    single = (1, "10.00")
    assert rows == {
        "0": (2, "20.00"),
        "1": single,
        "5": single,
        "6": single,
        "21": single,
        "22": single,
        "8": (7, "70.00"),
    }


def test_a_table_that_fails_is_99_and_stays_as_it_was(room: Room, caller: Caller):
    used(room)
    pclsh = caller.call("SQCXDKTJ", gfsbh=OURS, sqbz="1").data["pclsh"]
    room.fault("task_fails", service="CXTJCLJG")
    caller.call("CXTJCLJG", pclsh=pclsh)
    room.clock(advance_seconds=600)
    assert (caller.call("CXTJCLJG", pclsh=pclsh).data["code"], period(caller)[1]) == ("99", "0")


def moved(caller: Caller, wanted: str) -> str:
    data = caller.call("SQSKSSQBG", gfsbh=OURS, bgsq=wanted).data
    return data["bgsq"] if data["sfbgcg"] == "01" else data["errormsg"]


def test_a_period_goes_back_a_month_at_a_time_at_most_twelve(room: Room, caller: Caller):
    assert moved(caller, "202610") == "税款所属期每次只能变更一个月，最多向前12个月"
    months = ["202611", "202610", "202609", "202608", "202607", "202606", "202605", "202604", "202603", "202602"]
    assert [moved(caller, month) for month in [*months, "202601"]] == [*months, "202601"]
    assert moved(caller, "202512") == "税款所属期每次只能变更一个月，最多向前12个月"
    assert caller.call("SXSKSSQ", gfsbh=OURS).data["skssq"] == period(caller)[0] == "202601"
    assert caller.call("SQSKSSQBG", gfsbh=OURS, bgsq="2026-01").returncode == "01"


def test_a_period_that_is_used_or_counted_stays(room: Room, caller: Caller):
    used(room)
    assert moved(caller, "202611") == "当前属期已勾选或已统计，不能变更税款所属期"
    count(room, caller)
    assert moved(caller, "202611") == "当前属期已勾选或已统计，不能变更税款所属期"


def test_a_confirmed_period_is_not_gone_back_to(room: Room, caller: Caller):
    used(room)
    count(room, caller)
    confirm(room, caller)
    room.client.post("/_sim/period", json={"taxNo": OURS, "skssq": "202701"})
    assert moved(caller, "202612") == "该属期已申报，不能变更"


def test_only_a_quarterly_filer_goes_forward_within_the_quarter(room: Room, caller: Caller):
    refusal = "只有按季申报的纳税人可以向后变更税款所属期，且不能跨季"
    moved(caller, "202611")
    assert moved(caller, "202612") == refusal
    room.seed(companies=[US | {"quarterly": True}])
    assert (moved(caller, "202612"), moved(caller, "202701")) == ("202612", refusal)


@pytest.mark.parametrize(
    "service",
    ["HQDQSKSSQYDQSKSSQTJZT", "SQSKSSQBG", "SXSKSSQ", "PLHGJKSDKGX", "PLFPDKGX", "HQDQSKSSQHGJKSDKGXCLJG", "SQCXDKTJ"],
)
def test_small_scale_taxpayers_are_not_entitled(room: Room, caller: Caller, service: str):
    assert replace(caller, sydwptbh="SY3").call(service, gfsbh=SHOPS).returncode == "11"


def test_what_one_plane_does_the_other_shows(served: RunningSimulator, room: Room, caller: Caller, http: httpx.Client):
    room.seed(companies=[US | {"channels": ["leqi", "etax"], **ETAX}])
    gateway = GatewayCaller(served.url, http)
    gateway.sign_in()
    key = room.document("customs", "2026-12-05")
    rows = [{"jkshm": key, "tfrq": "20261205", "bdklx": "2"}]
    caller.call("PLHGJKSDKGX", gfsbh=OURS, gxlxDm="03", hgjksmx=rows)
    room.clock(advance_seconds=600)
    [item] = gateway.headers(OURS, startTime="2026-12-01", endTime="2026-12-31", invoiceType="21")
    assert [item[name] for name in ("authenticateFlag", "deductionPurpose", "notDeductibleType", "taxPeriod")] == [
        *("1", "2", "2", "202612"),
    ]
    task = gateway.apply("statisticCreate", taxNo=OURS, operateType="1")
    assert gateway.fetch("statisticCreateQuery", OURS, task).data["createTjbbStatus"] == "02"
    assert period(caller) == ("202612", "1")
    assert caller.call("PLHGJKSDKGX", gfsbh=OURS, gxlxDm="04", hgjksmx=rows).returncode == "03"
    assert count(room, caller, "2") == "01"
    assert gateway.call("taxperiodQuery", taxNo=OURS).data["createTjbbStatus"] == "01"
    ask = {"taxNo": OURS, "authenticateFlag": 0, "deductionPurpose": 2, "billType": 1}
    task = gateway.apply("invoiceSelect", **ask, invoices=[{"invoiceNo": key, "invoiceDate": "2026-12-05"}])
    assert gateway.fetch("invoiceSelectQuery", OURS, task).data["success"][0]["selectResult"] == "1"
    assert caller.call("HQDQSKSSQHGJKSDKGXCLJG", gfsbh=OURS).data["hgjksmx"] == []
