"""L1 to L3: apply, wait, take packages; what a full download shows and what it refuses."""

from dataclasses import replace

import pytest

from bureau_caller import Caller
from rehearsal_room import OTHER, OTHERS, OURS, Room

DECEMBER = {"nsrsbh": OURS, "kprqq": "20261201", "kprqz": "20261231", "fplx": "81", "sjlx": "1"}
JANUARY = {**DECEMBER, "kprqq": "20270101", "kprqz": "20270104"}


def apply(caller: Caller, **request: str) -> str:
    reply = caller.call("PLFPXZSQ", **{**DECEMBER, **request})
    assert reply.returncode == "00", reply
    return reply.data["lsh"]


def numbers(caller: Caller, **request: str) -> list[str]:
    reply = caller.fetch("PLFPXZSQFK", "lsh", apply(caller, **request))
    return [row["fphm"] for row in reply.rows] if reply.data["cljg"] == "1" else []


def test_the_first_poll_says_10_and_the_second_brings_the_rows(room: Room, caller: Caller):
    key = room.document("81", "2026-12-10")
    lsh = apply(caller)
    assert len(lsh) == 32
    first, second = (caller.call("PLFPXZSQFK", lsh=lsh, packageno="1") for _ in range(2))
    assert (first.returncode, first.data.keys()) == ("10", {"returncode", "returnmsg"})
    assert {name: second.data[name] for name in ("packagecount", "nsrsbh", "fplx", "sjlx", "cljg")} == {
        "packagecount": "1",
        "nsrsbh": OURS,
        "fplx": "81",
        "sjlx": "1",
        "cljg": "1",
    }
    assert [row["fphm"] for row in second.rows] == [key]


def test_readiness_may_need_more_polls_and_time_on_the_simulators_clock(room: Room, caller: Caller):
    room.settle(ready_after_polls=3, ready_after_seconds=600)
    room.document("81", "2026-12-10")
    lsh = apply(caller)
    codes = [caller.call("PLFPXZSQFK", lsh=lsh, packageno="1").returncode for _ in range(4)]
    room.clock(advance_seconds=600)
    assert [*codes, caller.call("PLFPXZSQFK", lsh=lsh, packageno="1").returncode] == ["10", "10", "10", "10", "00"]


def test_packages_have_exactly_2000_rows_and_never_reshuffle(room: Room, caller: Caller):
    room.generate("81", "2026-12", 4001)
    lsh = apply(caller)
    sizes, seen = [], []
    for package in (1, 2, 3):
        reply = caller.fetch("PLFPXZSQFK", "lsh", lsh, package)
        assert reply.data["packagecount"] == "3"
        sizes.append(len(reply.rows))
        seen += [row["fphm"] for row in reply.rows]
    assert sizes == [2000, 2000, 1]
    assert len(set(seen)) == 4001
    assert [row["fphm"] for row in caller.fetch("PLFPXZSQFK", "lsh", lsh, 2).rows] == seen[2000:4000]


def test_a_package_past_the_last_is_01(room: Room, caller: Caller):
    room.document("81", "2026-12-10")
    reply = caller.fetch("PLFPXZSQFK", "lsh", apply(caller), 2)
    assert (reply.returncode, reply.text) == ("01", "参数校验异常：packageno超出总包数1")


def test_an_application_without_documents_ends_cljg_2_without_rows(room: Room, caller: Caller):
    reply = caller.fetch("PLFPXZSQFK", "lsh", apply(caller))
    assert (reply.returncode, reply.data["cljg"], reply.data["packagecount"]) == ("00", "2", "0")
    assert "sjl" not in reply.data


def test_an_invented_number_and_somebody_elses_are_04(room: Room, caller: Caller):
    lsh = apply(caller)
    assert caller.call("PLFPXZSQFK", lsh="0" * 32, packageno="1").returncode == "04"
    assert replace(caller, sydwptbh="SY2").call("PLFPXZSQFK", lsh=lsh, packageno="1").returncode == "04"
    assert caller.call("PLHGJKSXZSQFK", pclsh=lsh, packageno="1").returncode == "04"


def test_a_result_does_not_change_after_it_was_applied_for(room: Room, caller: Caller):
    room.document("81", "2026-12-10")
    lsh = apply(caller)
    room.document("81", "2026-12-11")
    room.day("2027-01-06")
    assert len(caller.fetch("PLFPXZSQFK", "lsh", lsh).rows) == 1


def test_an_invoice_is_seen_from_the_day_after_its_issue_and_not_before_its_collection(room: Room, caller: Caller):
    room.document("81", "2027-01-05", collected_on="2027-01-05")
    late = room.document("81", "2027-01-02", collected_on="2027-01-06")
    early = room.document("81", "2027-01-04")
    assert numbers(caller, **JANUARY) == [early]
    room.day("2027-01-06")
    assert numbers(caller, **JANUARY) == [late, early]


def test_directions_types_and_owners_do_not_mix(room: Room, caller: Caller):
    bought, sold = room.document("81", "2026-12-15"), room.document("81", "2026-12-15", sjlx="2")
    room.document("82", "2026-12-15")
    room.seed(documents=[{"nsrsbh": OTHERS, "fplx": "81", "kprq": "2026-12-15"}])
    assert numbers(caller) == [bought]
    assert numbers(caller, sjlx="2") == [sold]


def test_nothing_issued_before_the_authorisation_is_shown(room: Room, caller: Caller):
    kept = room.seed(documents=[{"nsrsbh": OTHERS, "fplx": "81", "kprq": day} for day in ("2026-12-09", "2026-12-10")])[
        1
    ]
    theirs = replace(caller, sydwptbh="SY2")
    assert numbers(theirs, nsrsbh=OTHERS) == [kept]


def test_data_migration_shows_purchases_of_two_years_before_but_no_sales(room: Room, caller: Caller):
    room.seed(companies=[{**OTHER, "authorised_on": "2027-01-01", "migrated": True}])
    documents = [{"nsrsbh": OTHERS, "fplx": "81", "kprq": "2026-12-15", "sjlx": sjlx} for sjlx in ("1", "2")]
    bought, _sold = room.seed(documents=documents)
    theirs = replace(caller, sydwptbh="SY2")
    assert numbers(theirs, nsrsbh=OTHERS) == [bought]
    assert numbers(theirs, nsrsbh=OTHERS, sjlx="2") == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kprqq": "20261131"}, "kprqq应为YYYYMMDD格式的日期"),
        ({"kprqq": "2026121"}, "kprqq应为YYYYMMDD格式的日期"),
        ({"kprqz": ""}, "kprqz不能为空"),
        ({"kprqz": "20270101"}, "kprqq与kprqz不能跨月"),
        ({"kprqq": "20261231", "kprqz": "20261201"}, "kprqq不能晚于kprqz"),
        ({"kprqq": "20270106", "kprqz": "20270107"}, "kprqq不能晚于当前日期"),
        ({"fplx": "99"}, "fplx的值99不在代码表中"),
        ({"sjlx": "3"}, "sjlx的值3不在代码表中"),
        ({"nsrsbh": ""}, "nsrsbh不能为空"),
    ],
)
def test_a_wrong_parameter_is_01_and_names_it(room: Room, caller: Caller, wrong: dict[str, str], sentence: str):
    reply = caller.call("PLFPXZSQ", **{**DECEMBER, **wrong})
    assert (reply.returncode, reply.text) == ("01", f"参数校验异常：{sentence}")
    assert room.get("quota")["quota"] == []


@pytest.mark.parametrize("nsrsbh", [OTHERS, "91310000MA9999999X"])
def test_a_foreign_tax_number_is_11(room: Room, caller: Caller, nsrsbh: str):
    assert caller.call("PLFPXZSQ", **{**DECEMBER, "nsrsbh": nsrsbh}).returncode == "11"


def test_customs_documents_are_asked_for_by_type_1_only(room: Room, caller: Caller):
    key = room.document("customs", "2026-12-20", lines=2)
    request = {"nsrsbh": OURS, "hgjkslx": "1", "tfrqq": "20261201", "tfrqz": "20261231"}
    pclsh = caller.call("PLHGJKSXZSQ", **request).data["pclsh"]
    reply = caller.fetch("PLHGJKSXZSQFK", "pclsh", pclsh)
    assert [(row["hgjkshm"], len(row["hwxx"])) for row in reply.rows] == [(key, 2)]
    assert reply.data["nsrsbh"] == OURS
    assert caller.call("PLHGJKSXZSQ", **{**request, "hgjkslx": "2"}).returncode == "01"


def test_withholding_documents_are_asked_for_by_the_withholding_agent(room: Room, caller: Caller):
    key = room.document("withholding", "2026-12-20")
    pclsh = caller.call("PLZZSDKDJWSPZXZSQ", kjywrsbh=OURS, tfrqq="20261201", tfrqz="20261231").data["pclsh"]
    reply = caller.fetch("PLZZSDKDJWSPZXZSQFK", "pclsh", pclsh)
    assert [row["dkdjwspzh"] for row in reply.rows] == [key]
    assert reply.data["kjywrsbh"] == OURS


def test_a_cancelled_tax_control_invoice_shows_it_on_its_face(room: Room, caller: Caller):
    key = room.document("01", "2026-12-20")
    room.change(key, fpzt="2", recognised_on="2026-12-28")
    lsh = apply(caller, fplx="01")
    [row] = caller.fetch("PLFPXZSQFK", "lsh", lsh).rows
    assert (row["fpztbz"], row["zfrq"]) == ("3", "2026-12-28 09:00:00")


def test_a_million_invoices_cost_nothing_until_they_are_looked_at(room: Room, caller: Caller):
    room.generate("82", "2026-12", 1_000_000)
    lsh = apply(caller, fplx="82")
    last = caller.fetch("PLFPXZSQFK", "lsh", lsh, 500)
    assert (last.data["packagecount"], len(last.rows), last.rows[-1]["kprq"][:10]) == ("500", 2000, "2026-12-31")
