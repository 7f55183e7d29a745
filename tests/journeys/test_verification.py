"""查验 through real runs of verify_invoices: five a day, mismatch and not found told apart, the answer in the pool."""

from collections.abc import Iterator

import pytest

from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from rehearsal import GENERAL

DAY = "2027-01-05"


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A pool and a bureau with one company of 电子税局."""
    with gateway_rehearsing(pool_url, monkeypatch, DAY) as found:
        found.company()
        yield found


TYPES = ("01", "04", "08", "10", "11", "14", "81", "82", "61", "51", "03", "15", "83", "84", "85", "86", "87", "88")


@pytest.mark.req("R129")
def test_every_type_is_verified_by_its_own_key_and_enters_the_pool(room: GatewayRehearsal) -> None:
    keys = {fplx: room.bought(fplx) for fplx in TYPES}
    assert {room.receive(key) for key in keys.values()} == {"queued"}
    assert room.invoices() == {}
    room.verify()
    found = {row["invoice_type"]: (row["state"], row["result_text"], row["calls"]) for row in room.verifications()}
    assert found == dict.fromkeys(TYPES, ("verified", None, 1))
    pool = room.invoices()
    for key in keys.values():
        face = pool[key]
        assert (face["verification_status"], face["verify_source"], face["detail_level"]) == ("1", "VERIFY_API", "full")
    assert {room.receive(key) for key in keys.values()} == {"known"}


def test_the_change_log_and_the_raw_answer_name_the_verification(room: GatewayRehearsal) -> None:
    key = room.bought("81")
    room.receive(key)
    room.verify()
    (row,) = room.verifications()
    (call,) = room.pool.execute("SELECT * FROM sync.verification_call").fetchall()
    assert b'"checkStatus":"1"' in bytes(call["body"])
    assert call["counted"]
    (seen,) = room.pool.execute("SELECT * FROM pool.sighting").fetchall()
    assert (seen["batch_no"], seen["reply_id"]) == (row["batch_no"], call["reply_id"])


def test_a_wrong_amount_is_a_mismatch_and_the_document_in_the_pool_is_not_passed(room: GatewayRehearsal) -> None:
    key = room.bought("81")
    room.pool.execute(
        "INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, verification_status,"
        " detail_level, first_collected_at, channel, batch_no)"
        " VALUES ('input', %s, %s, 'invoice', '81', '3', 'header', now(), 'etax', 'B')",
        [GENERAL, key],
    )
    room.receive(key, total_amount="1.00")
    room.verify()
    (row,) = room.verifications()
    assert (row["state"], row["result_code"]) == ("mismatch", "VERIFY_MISMATCH")
    assert room.invoices()[key]["verification_status"] == "2"
    (change,) = room.pool.execute("SELECT * FROM pool.change WHERE column_name = 'verification_status'").fetchall()
    assert (change["old_value"], change["new_value"], change["batch_no"]) == ("3", "2", row["batch_no"])


def test_an_invoice_the_bureau_does_not_know_is_not_found_and_stays_unverified(room: GatewayRehearsal) -> None:
    key = room.bought("81")
    number = "27" + "9" * 18
    room.receive(key, document_key=number, invoice_no=number, etax_invoice_no=number)
    room.verify()
    (row,) = room.verifications()
    assert (row["state"], row["state_label"], row["result_code"]) == ("not_found", "查无此票", "VERIFY_NOT_FOUND")
    assert room.invoices() == {}


def test_the_sixth_call_of_a_day_waits_for_the_next_day(room: GatewayRehearsal) -> None:
    key = room.bought("81")
    for _ in range(5):
        room.receive(key, total_amount="1.00")
        room.verify()
    room.receive(key)
    room.verify()
    states = [row["state"] for row in room.verifications()]
    assert states == ["mismatch"] * 5 + ["limit"]
    assert len(room.calls("invoiceCheck")) == 5
    waiting = room.verifications(state="limit")[0]
    assert (str(waiting["not_before_day"]), waiting["calls"]) == ("2027-01-06", 0)
    room.verify("2027-01-06")
    assert room.verifications()[-1]["state"] == "verified"
    assert room.invoices()[key]["verification_status"] == "1"


def test_the_limit_the_bureau_names_itself_waits_for_the_next_day_too(room: GatewayRehearsal) -> None:
    key = room.bought("81")
    room.fault("error_code", code="P2303", service="invoiceCheck")
    room.receive(key)
    room.verify()
    (row,) = room.verifications()
    assert (row["state"], str(row["not_before_day"]), row["calls"]) == ("limit", "2027-01-06", 1)
    room.verify("2027-01-06")
    assert room.verifications()[0]["state"] == "verified"
