"""The control room: seeds checked whole, changes, clock, journal, reset."""

import pytest

from bureau_caller import Caller
from rehearsal_room import OURS, US, Room


def test_a_seed_names_the_key_of_every_document_in_order(room: Room):
    keys = room.seed(
        documents=[
            {"nsrsbh": OURS, "fplx": "81", "kprq": "2027-01-02", "payload": {"fphm": "27312000000000000001"}},
            {"nsrsbh": OURS, "fplx": "01", "kprq": "2027-01-02", "payload": {"fpdm": "3100271110", "fphm": "00000001"}},
            {
                "nsrsbh": OURS,
                "fplx": "03",
                "kprq": "2027-01-02",
                "payload": {"fpdm": "131002720001", "zzfphm": "00000002"},
            },
            {"nsrsbh": OURS, "fplx": "customs", "kprq": "2027-01-02", "payload": {"hgjkshm": "531020271123456789-L01"}},
            {"nsrsbh": OURS, "fplx": "withholding", "kprq": "2027-01-02", "payload": {"dkdjwspzh": "1" * 20}},
        ]
    )
    assert keys == [
        "27312000000000000001",
        "3100271110-00000001",
        "131002720001-00000002",
        "531020271123456789-L01",
        "1" * 20,
    ]


def test_the_documents_are_shown_with_the_codes_of_today(room: Room):
    key = room.document("81", "2027-01-02", rzzt="02")
    room.document("82", "2027-01-02")
    room.day("2027-01-05")
    room.change(key, fpyt="6", skssq="202612")

    (shown,) = room.get("documents", key=key)["documents"]

    assert (shown["key"], shown["nsrsbh"], shown["sjlx"], shown["fplx"]) == (key, OURS, "1", "81")
    assert {"rzzt": "02", "fpyt": "6", "skssq": "202612"}.items() <= shown["statuses"].items()
    assert len(room.get("documents")["documents"]) == 2


def test_the_same_seed_twice_is_the_same_documents_once(room: Room):
    document = {"nsrsbh": OURS, "fplx": "81", "kprq": "2027-01-02"}
    first, second = (room.seed(documents=[document, document]) for _ in range(2))
    assert first == second
    assert len(set(first)) == 2
    assert room.client.post("/_sim/seed", json={}).json()["held"] == 2


def test_seeding_again_keeps_what_changed_since(room: Room, caller: Caller):
    key = room.document("81", "2027-01-02")
    room.change(key, fpzt="7", recognised_on="2027-01-03")
    room.document("81", "2027-01-02")
    assert caller.call("FPZTXXCX", fplx="81", fphm=key, kprq="20270102").data["fpzt"] == "7"


def test_a_generated_range_twice_is_one_range(room: Room):
    for _ in range(2):
        room.generate("81", "2026-12", 10)
    assert room.client.post("/_sim/seed", json={}).json()["held"] == 10


def test_a_bad_seed_lists_every_problem_and_changes_nothing(room: Room):
    problems = room.problems(
        "seed",
        {
            "companies": [{**US, "nsrsbh": "NEW"}],
            "documents": [
                {"nsrsbh": OURS, "fplx": "81", "kprq": "2027-01-02"},
                {"nsrsbh": "nobody", "fplx": "99", "kprq": "yesterday", "fpzt": "5", "lines": 0},
                {"nsrsbh": OURS, "fplx": "customs", "kprq": "2027-01-02", "sjlx": "2", "recognised_on": "2027-01-01"},
                {"nsrsbh": OURS, "fplx": "81", "kprq": "2027-01-02", "payload": {"kprq": "2027-01-03 00:00:00"}},
            ],
            "generate": [{"nsrsbh": OURS, "fplx": "81", "month": "2027", "count": 0, "lag": -1}],
        },
    )
    assert problems == [
        "documents[1]: fpzt must be one of '0', '2', '3', '7', '8', not '5'",
        "documents[1]: nobody is no seeded company; seed it under companies first",
        "documents[1]: fplx '99' is unknown; known are " + KNOWN,
        "documents[1]: lines must be at least 1",
        "documents[1]: 'yesterday' is not a date: write YYYY-MM-DD or YYYY-MM-DD HH:mm:ss",
        'documents[2]: a customs document is always sjlx "1"',
        "documents[2]: recognised_on 2027-01-01 lies before its issue on 2027-01-02",
        "documents[2]: recognised_on needs what was recognised: fpzt, ycpzzt or hzsdbs",
        "documents[3]: give the date as kprq of the document, not inside payload",
        "generate[0]: count and lines must be at least 1",
        "generate[0]: lag must not be negative",
        "generate[0]: '2027' is not a month: write YYYY-MM",
    ]
    assert room.client.post("/_sim/seed", json={}).json()["held"] == 0
    assert room.problems("seed", {"documents": [{"nsrsbh": "NEW", "fplx": "81", "kprq": "2027-01-02"}]})


KNOWN = "01, 02, 03, 04, 08, 10, 11, 14, 15, 51, 61, 81, 82, 83, 84, 85, 86, 87, 88, 8208, customs, withholding"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"documents": [{"fplx": "81"}]}, "missing required field `nsrsbh`"),
        ({"documents": [{"nsrsbh": OURS, "fplx": "81", "kprq": "2027-01-02", "colour": 1}]}, "unknown field `colour`"),
        ({"companies": [{**US, "companyType": "01"}]}, "Invalid enum value '01'"),
        ([], "Expected `object`, got `array`"),
    ],
)
def test_a_body_of_another_shape_is_refused_with_its_place(room: Room, body: object, sentence: str):
    [problem] = room.problems("seed", body)
    assert sentence in problem


def test_one_document_in_two_hands_changes_in_both(room: Room, caller: Caller):
    document = {"fplx": "81", "kprq": "2027-01-02", "payload": {"fphm": "27312000000000000009"}}
    room.seed(documents=[{"nsrsbh": OURS, "sjlx": sjlx, **document} for sjlx in ("1", "2")])
    assert room.change("27312000000000000009", fpzt="7") == 2
    assert room.change("27312000000000000009", fpzt="8", sjlx="2") == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"key": "nothing", "fpzt": "7"}, "no document has the key nothing"),
        ({"key": "KEY"}, "a change needs at least one code"),
        ({"key": "KEY", "rzzt": "05"}, "rzzt must be one of '01', '02', '03', not '05'"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(room: Room, body: dict[str, str], sentence: str):
    key = room.document("81", "2027-01-02")
    assert any(
        sentence in problem for problem in room.problems("change", {**body, "key": body["key"].replace("KEY", key)})
    )


def test_the_clock_stands_where_it_is_put(room: Room):
    assert room.clock(date="2028-02-29")["now"] == "2028-02-29T09:00:00+08:00"
    assert room.clock(advance_seconds=90)["now"] == "2028-02-29T09:01:30+08:00"
    assert room.clock(set="2028-03-01T00:30:00Z")["now"] == "2028-03-01T08:30:00+08:00"
    assert room.clock(set="2028-03-01T00:30:00") == {"now": "2028-03-01T00:30:00+08:00", "frozen": True}


@pytest.mark.parametrize("order", [{}, {"date": "2027-01-01", "advance_seconds": 1}])
def test_the_clock_wants_exactly_one_order(room: Room, order: dict[str, object]):
    assert room.problems("clock", order) == ["give exactly one of set, date, advance_seconds"]


def test_nothing_may_be_ready_on_the_first_poll(room: Room):
    assert room.problems("settings", {"ready_after_polls": 1}) == [
        "ready_after_polls must be at least 2: nothing is ready on the first poll"
    ]


def test_the_journal_has_every_call_with_its_request_and_outcome_but_no_secret(room: Room, caller: Caller):
    secret = {"access_token": "s3cret", "access_signature": "s1gned", "clientTid": "T" * 32}
    caller.post("PLFPXZSQ", {"nsrsbh": OURS}, headers=secret)
    caller.post("FPCY_NEW", {})
    first, second = room.get("journal")["calls"]
    assert first["headers"] == {"jrdwptbh": "JR1", "sydwptbh": "SY1", "clienttid": "T" * 32}
    assert (first["number"], first["service"], first["ability"]) == (1, "PLFPXZSQ", "203067")
    assert (first["request"], first["returncode"], first["http_status_code"]) == ({"nsrsbh": OURS}, "01", 200)
    assert first["at"] == "2027-01-05T09:00:00+08:00"
    assert (second["request"], second["returncode"], second["http_status_code"]) == (None, None, 4049)
    assert not any(word in str((first, second)) for word in ("s3cret", "s1gned"))


def test_the_journal_can_be_read_from_a_call_on_and_for_one_service(room: Room, caller: Caller):
    for service in ("PLFPXZSQ", "FPZTXXCX", "FPZTXXCX"):
        caller.call(service)
    assert [call["number"] for call in room.get("journal", since="2")["calls"]] == [3]
    assert [call["number"] for call in room.get("journal", service="FPZTXXCX")["calls"]] == [2, 3]
    assert room.client.get("/_sim/journal", params={"since": "x"}).json()["problems"] == ["since must be a call number"]


def test_reset_forgets_everything(room: Room, caller: Caller):
    room.document("81", "2026-12-02")
    room.day("2027-03-01")
    room.settle(ready_after_polls=4)
    room.fault("slow", times="always")
    caller.call("PLFPXZSQ")
    assert room.client.post("/_sim/reset").json() == {"held": 0}
    assert room.get("journal")["calls"] == room.get("quota")["quota"] == room.get("fault")["faults"] == []
    assert room.client.get("/_sim/clock").json()["now"] == "2027-01-05T09:00:00+08:00"
    assert room.client.get("/_sim/settings").json()["readiness"] == {"polls": 2, "seconds": 0, "errand_seconds": 600}
    assert caller.call("PLFPXZSQ").http_status_code == 4054
