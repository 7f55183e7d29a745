"""L10: 海关缴款书 and invoices selected and withdrawn on plane L, each with the answer its state deserves."""

import pytest

from bureau_caller import Caller, Reply
from rehearsal_room import OURS, Room

DECEMBER = "2026-12-05"
UPLOAD, RESULT, HELD = "PLHGJKSDKGX", "CXHGJKSDKGXCLJG", "HQDQSKSSQHGJKSDKGXCLJG"
SELECT, WITHDRAW = "03", "04"


def document(room: Room, kprq: str = DECEMBER, **more: object) -> dict[str, str]:
    """A 缴款书 as an upload names it; bdklx only counts where it is selected."""
    key = room.document("customs", kprq, **more)
    return {"jkshm": key, "tfrq": kprq.replace("-", ""), "bdklx": "3"}


def upload(caller: Caller, rows: list[dict[str, str]], kind: str = SELECT) -> Reply:
    return caller.call(UPLOAD, gfsbh=OURS, gxlxDm=kind, hgjksmx=rows)


def answers(room: Room, caller: Caller, pclsh: str) -> list[dict[str, str]]:
    room.clock(advance_seconds=600)
    return caller.call(RESULT, pclsh=pclsh).data["hgjksmx"]


def select(room: Room, caller: Caller, rows: list[dict[str, str]], kind: str = SELECT) -> list[str]:
    return [row["cljg"] for row in answers(room, caller, upload(caller, rows, kind).data["pclsh"])]


def held(caller: Caller, page: int = 1) -> Reply:
    return caller.call(HELD, gfsbh=OURS, cxym=page)


def test_a_result_is_10_until_ten_minutes_have_passed_and_never_changes_then(room: Room, caller: Caller):
    row = document(room)
    pclsh = upload(caller, [row]).data["pclsh"]
    room.clock(advance_seconds=599)
    early = caller.call(RESULT, pclsh=pclsh).returncode
    nothing = held(caller).data["hgjksmx"]
    room.clock(advance_seconds=1)
    done = caller.call(RESULT, pclsh=pclsh)
    upload(caller, [row], WITHDRAW)
    room.clock(advance_seconds=600)
    assert (early, nothing, done.returncode) == ("10", [], "00")
    assert caller.call(RESULT, pclsh=pclsh).data == done.data
    assert done.data["hgjksmx"] == [
        {
            "jkshm": row["jkshm"],
            "ckznxzmbh": "",
            "tfrq": "20261205",
            "skssq": "202612",
            "cljg": "01",
            "gxsj": "20270105",
            "hxyt": "",
        }
    ]
    assert (done.data["pclsh"], done.data["gfsbh"]) == (pclsh, OURS)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "01"),
        ({"ycpzzt": "02"}, "03"),
        ({"kprq": "2016-12-31"}, "04"),
        ({"kprq": "2027-01-02"}, "07"),
        ({"payload": {"sfchsd": "Y"}}, "13"),
        ({"xfsyt": "01"}, "34"),
        ({"fpyt": "1", "skssq": "202612"}, "06"),
        ({"fpyt": "6", "skssq": "202611"}, "06"),
    ],
)
def test_each_document_gets_the_result_its_state_deserves(room: Room, caller: Caller, more: dict[str, str], code: str):
    assert select(room, caller, [document(room, **more)]) == [code]


def test_a_consumption_tax_twin_does_not_forbid_deduction(room: Room, caller: Caller):
    assert select(room, caller, [document(room, xfsyt="01")], "01") == ["01"]


def test_a_document_is_unknown_by_another_date_and_to_another_company(room: Room, caller: Caller):
    row = document(room)
    theirs = room.seed(documents=[{"nsrsbh": "91440300MA2000002A", "fplx": "customs", "kprq": DECEMBER}])[0]
    assert select(room, caller, [row | {"tfrq": "20261206"}, row | {"jkshm": theirs}]) == ["02", "02"]


def test_repeating_says_for_what_it_is_used_and_withdrawing_the_unselected_is_99(room: Room, caller: Caller):
    row = document(room)
    assert select(room, caller, [row]) == ["01"]
    [again] = answers(room, caller, upload(caller, [row]).data["pclsh"])
    assert (again["cljg"], again["hxyt"], again["skssq"]) == ("06", "6", "")
    assert select(room, caller, [row], "02") == ["99"]
    assert select(room, caller, [row], WITHDRAW) == ["01"]
    assert select(room, caller, [row], WITHDRAW) == ["99"]
    assert select(room, caller, [row]) == ["01"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"jkshm": ""}, "参数校验异常：jkshm不能为空"),
        ({"jkshm": "1234"}, "参数校验异常：jkshm应为22位"),
        ({"tfrq": "2026-12-05"}, "参数校验异常：tfrq应为YYYYMMDD格式的日期"),
        ({"bdklx": ""}, "申请不抵扣时，不抵扣类型不能为空"),
        ({"bdklx": "6"}, "不抵扣类型6不在代码表中"),
        ({"bdklx": "5"}, "不抵扣类型为其他时，需录入不抵扣原因"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_on_the_spot(
    room: Room, caller: Caller, wrong: dict[str, str], said: str
):
    good, other = document(room), document(room, seed="two")
    reply = upload(caller, [good, other | wrong])
    assert reply.returncode == "00"
    assert [row["sczt"] for row in reply.data["hgjksmx"]] == ["00", "01"]
    assert reply.data["hgjksmx"][1]["errormsg"] == said
    assert [row["jkshm"] for row in answers(room, caller, reply.data["pclsh"])] == [good["jkshm"]]


def test_an_upload_of_which_nothing_can_be_taken_has_no_number(room: Room, caller: Caller):
    row = document(room)
    reply = upload(caller, [row | {"bdklx": ""}])
    assert (reply.returncode, reply.sealed, "pclsh" in reply.data) == ("03", True, False)
    assert [one["sczt"] for one in upload(caller, [row, row]).data["hgjksmx"]] == ["00", "01"]


def test_an_upload_has_one_to_two_thousand_rows(room: Room, caller: Caller):
    row = document(room)
    rows = [row | {"jkshm": f"{number:022d}"} for number in range(2001)]
    codes = [upload(caller, some).returncode for some in ([], rows, rows[:2000])]
    assert codes == ["01", "01", "00"]
    assert upload(caller, [row], "09").returncode == "01"


def test_what_the_period_holds_comes_in_pages_of_two_hundred(room: Room, caller: Caller):
    seed = {"nsrsbh": OURS, "fplx": "customs", "kprq": DECEMBER, "fpyt": "6", "skssq": "202612"}
    room.seed(documents=[seed] * 201)
    document(room, fpyt="6", skssq="202611")
    room.document("81", DECEMBER, fpyt="6", skssq="202612")
    pages = [held(caller, page) for page in (1, 2)]
    assert [(page.data["zys"], page.data["dqym"], len(page.data["hgjksmx"])) for page in pages] == [
        (2, 1, 200),
        (2, 2, 1),
    ]
    keys = {row["jkshm"] for page in pages for row in page.data["hgjksmx"]}
    assert len(keys) == 201
    assert held(caller, 3).returncode == "01"
    assert set(pages[1].data["hgjksmx"][0]) == {
        *("jkshm", "ckznxzmbh", "tfrq", "skssq", "gxsj", "hxyt", "sfchsd", "xfshgjksygxdk"),
    }


def test_nothing_held_is_one_empty_page(room: Room, caller: Caller):
    assert (held(caller).data["zys"], held(caller).data["hgjksmx"]) == (0, [])


@pytest.mark.parametrize("fplx", ["81", "01", "85"])
def test_invoices_are_selected_by_their_own_numbers(room: Room, caller: Caller, fplx: str):
    key = room.document(fplx, DECEMBER)
    code, _, number = key.rpartition("-")
    row = {"fplx": fplx, "fpdm": code, "fphm": number, "kprq": "20261205"}
    pclsh = caller.call("PLFPDKGX", gfsbh=OURS, gxlxDm="01", fpmx=[row]).data["pclsh"]
    room.clock(advance_seconds=600)
    [done] = caller.call("CXFPDKGXCLJG", pclsh=pclsh).data["fpmx"]
    [shown] = caller.call("HQDQSKSSQFPDKGXCLJG", gfsbh=OURS).data["fpmx"]
    assert (done["cljg"], done["fphm"], done["fpdm"]) == ("01", number, code)
    assert (shown["fphm"], shown["hxyt"], shown["fplx"], shown["gxsj"]) == (number, "1", fplx, "20270105")
    asked = {"fplx": fplx, "fpdm": code, "fphm": number, "kprq": "20261205"}
    assert caller.call("FPZTXXCX", **asked).data["fpyt"] == "1"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"fpzt": "2"}, "03"),
        ({"fpzt": "8"}, "03"),
        ({"fpzt": "7"}, "01"),
        ({"cpyycbs": "1"}, "03"),
        ({"jdcycbs": "3"}, "12"),
        ({"red_of": "2" * 20}, "99"),
    ],
)
def test_an_invoice_gets_the_result_its_state_deserves(room: Room, caller: Caller, more: dict[str, str], code: str):
    row = {"fplx": "81", "fphm": room.document("81", DECEMBER, **more), "kprq": "20261205"}
    pclsh = caller.call("PLFPDKGX", gfsbh=OURS, gxlxDm="01", fpmx=[row]).data["pclsh"]
    room.clock(advance_seconds=600)
    [done] = caller.call("CXFPDKGXCLJG", pclsh=pclsh).data["fpmx"]
    assert done["cljg"] == code


def test_a_task_that_fails_does_nothing_and_says_so_for_every_row(room: Room, caller: Caller):
    pclsh = upload(caller, [document(room), document(room, seed="two")]).data["pclsh"]
    room.fault("task_fails", service=RESULT)
    caller.call(RESULT, pclsh=pclsh)
    assert [row["cljg"] for row in answers(room, caller, pclsh)] == ["99", "99"]
    assert held(caller).data["hgjksmx"] == []


def test_a_number_belongs_to_its_service(room: Room, caller: Caller):
    pclsh = upload(caller, [document(room)]).data["pclsh"]
    assert [caller.call(code, pclsh=pclsh).returncode for code in ("CXFPDKGXCLJG", "CXTJCLJG")] == ["04", "04"]


def test_the_wait_can_be_settled(room: Room, caller: Caller):
    room.settle(errand_seconds=0)
    pclsh = upload(caller, [document(room)]).data["pclsh"]
    assert caller.call(RESULT, pclsh=pclsh).returncode == "00"
    assert room.problems("settings", {"errand_seconds": -1}) == ["errand_seconds must not be negative"]
