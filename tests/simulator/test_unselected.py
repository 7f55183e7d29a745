"""L6: what may still be deducted, in short rows, three times a month."""

from dataclasses import replace

import pytest

from bureau_caller import Caller, Reply
from rehearsal_room import OURS, SHOPS, Room

COLUMNS = [
    *("fphm", "zzfpDm", "zzfphm", "kprq", "gfsbh", "fplx", "fpzt", "ycpzzt", "hzsdbs", "cpyycbs", "jdcycbs"),
    *("yxdkse", "jjkcehj", "jjkcsye"),
]
SERVICE, RESULT = "WGXSJCSHQDXZSQDKGX", "WGXSJCSHQDXZSQFKDKGX"


def apply(caller: Caller, **more: str) -> Reply:
    return caller.call(SERVICE, **{"gfsbh": OURS, "ywlx": "01", "pzzl": "01", **more})


def rows(caller: Caller, **more: str) -> list[dict[str, str]]:
    reply = caller.fetch(RESULT, "pclsh", apply(caller, **more).data["pclsh"])
    return reply.rows if reply.data["cljg"] == "1" else []


def test_without_months_the_last_three_before_this_one_are_meant(room: Room, caller: Caller):
    for month in ("2026-09", "2026-10", "2026-11", "2026-12", "2027-01"):
        room.document("81", f"{month}-02")
    assert [row["kprq"] for row in rows(caller)] == ["20261002", "20261102", "20261202"]


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ({"kpyf": "202611"}, ["20261102", "20261202", "20270102"]),
        ({"jskpyf": "202611"}, ["20260902", "20261002", "20261102"]),
        ({"kpyf": "202609", "jskpyf": "202609"}, ["20260902"]),
    ],
)
def test_one_month_given_decides_the_other(room: Room, caller: Caller, months: dict[str, str], expected: list[str]):
    for month in ("2026-09", "2026-10", "2026-11", "2026-12", "2027-01"):
        room.document("81", f"{month}-02")
    assert [row["kprq"] for row in rows(caller, **months)] == expected


def test_a_digital_row_has_the_twenty_digits_and_a_tax_control_row_joins_code_and_number(room: Room, caller: Caller):
    digital, legacy = room.document("81", "2026-12-02"), room.document("01", "2026-12-03")
    document = room.document("85", "2026-12-04")
    by_type = {row["fplx"]: row for row in rows(caller)}
    code, number = legacy.split("-")
    assert by_type["81"]["fphm"] == digital
    assert (by_type["01"]["fphm"], by_type["01"]["zzfpDm"], by_type["01"]["zzfphm"]) == (code + number, code, number)
    assert (by_type["85"]["fphm"], by_type["85"]["zzfphm"]) == (document, document[-8:])
    assert list(by_type["81"]) == COLUMNS


def test_used_red_sold_and_undeductible_documents_are_not_listed(room: Room, caller: Caller):
    room.document("81", "2026-12-02", fpyt="1")
    room.document("81", "2026-12-02", red_of="26312000000000000000")
    room.document("81", "2026-12-02", sjlx="2")
    room.document("82", "2026-12-02")
    room.document("81", "2026-12-02", unselected=False)
    forced = room.document("81", "2026-12-02", fpyt="6", unselected=True)
    assert [row["fphm"] for row in rows(caller)] == [forced]


def test_an_invoice_used_later_leaves_the_list(room: Room, caller: Caller):
    room.generate("81", "2026-12", 3)
    first = rows(caller)
    assert room.change(first[1]["fphm"], fpyt="1", skssq="202701") == 1
    assert [row["fphm"] for row in rows(caller)] == [first[0]["fphm"], first[2]["fphm"]]


def test_lists_reach_back_before_the_authorisation(room: Room, caller: Caller):
    key = room.document("81", "2024-06-02")
    assert [row["fphm"] for row in rows(caller, kpyf="202401", jskpyf="202412")] == [key]


def test_customs_and_withholding_documents_have_lists_of_their_own(room: Room, caller: Caller):
    customs, withheld = room.document("customs", "2026-12-02"), room.document("withholding", "2026-12-03")
    [document] = rows(caller, pzzl="03")
    [receipt] = rows(caller, pzzl="05")
    assert (document["hgjkshm"], document["tfrq"], document["jkdwrnsrsbh"]) == (customs, "20261202", OURS)
    assert (receipt["dkdjwspzh"], receipt["tfrq"], receipt["kjywrsbh"]) == (withheld, "20261203", OURS)


def test_packages_have_exactly_5000_rows(room: Room, caller: Caller):
    room.generate("81", "2026-12", 5001)
    pclsh = apply(caller).data["pclsh"]
    packages = [caller.fetch(RESULT, "pclsh", pclsh, number) for number in (1, 2)]
    assert [(reply.data["packagecount"], len(reply.rows)) for reply in packages] == [("2", 5000), ("2", 1)]


def test_the_effective_tax_of_farm_products_is_nine_per_cent(room: Room, caller: Caller):
    room.document("82", "2026-12-02", tdys="12", payload={"hjje": "1000.00"})
    room.document("81", "2026-12-03", payload={"yxdkse": "12.34"})
    assert [row["yxdkse"] for row in rows(caller)] == ["12.34", "90.00"]


def test_a_month_may_be_asked_for_three_times_a_calendar_month(room: Room, caller: Caller):
    codes = [apply(caller, kpyf="202612", jskpyf="202612").returncode for _ in range(4)]
    refused = apply(caller, kpyf="202610", jskpyf="202612")
    room.day("2027-02-01")
    assert codes == ["00", "00", "00", "03"]
    assert refused.returncode == "03"
    assert apply(caller, kpyf="202612", jskpyf="202612").returncode == "00"


def test_only_the_first_request_of_a_calendar_month_may_span_more_than_three(room: Room, caller: Caller):
    wide, narrow = {"kpyf": "202601", "jskpyf": "202612"}, {"kpyf": "202609", "jskpyf": "202611"}
    codes = [apply(caller, **months).returncode for months in (wide, wide, narrow)]
    assert codes == ["00", "03", "00"]
    assert apply(caller, pzzl="03", **wide).returncode == "00"


@pytest.mark.parametrize(
    "wrong",
    [{"ywlx": "09"}, {"pzzl": "02"}, {"kpyf": "2026-12"}, {"kpyf": "202701", "jskpyf": "202612"}, {"jskpyf": "202702"}],
)
def test_a_wrong_parameter_is_01(room: Room, caller: Caller, wrong: dict[str, str]):
    assert apply(caller, **wrong).returncode == "01"


def test_small_scale_taxpayers_are_not_entitled(room: Room, caller: Caller):
    assert apply(replace(caller, sydwptbh="SY3"), gfsbh=SHOPS).returncode == "11"
