"""进项发票关键要素同步 through real runs of its DAG: asked by a form, collected, captured 未验, verified, never twice."""

from collections.abc import Iterator

import pytest

from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from rehearsal import GENERAL

DAG = "key_element_sync"
DAY = "2027-01-20"
collected = pytest.mark.skipif("etax" not in DOWNLOAD_CHANNELS, reason="电子税局 is not among hooks.channels.BUREAUS")


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A pool and a bureau on 20 January 2027, with nobody in them."""
    with gateway_rehearsing(pool_url, monkeypatch, DAY) as found:
        yield found


def press(room: GatewayRehearsal, day: str, **form: object) -> None:
    """Fills the form in for ORG1 and presses it; all of it, as dag.test() keeps the parameters of the run before."""
    lists = {"invoice_types": [], "deduction_statuses": [], "invoice_statuses": []}
    blank = {"taxpayer_no": None, "document": "invoice", **lists, "date_from": None, "date_to": None}
    room.run(DAG, day, org="ORG1", **blank | form)


def refused(room: GatewayRehearsal) -> None:
    """A run of the form that Airflow calls failed."""
    with pytest.raises(AssertionError, match="failed"):
        press(room, DAY)


@pytest.mark.req("R033", "R036")
def test_a_form_becomes_a_row_of_the_sync_log_with_what_was_chosen(room: GatewayRehearsal) -> None:
    room.company()
    press(room, DAY, invoice_types=["81"], invoice_statuses=["0"], date_from="2027-01-01")
    (task,) = room.tasks()
    assert (task["dag_id"], task["job"], task["download_type"]) == (DAG, "key_element_sync", "input_status")
    assert (task["taxpayer_no"], task["invoice_types"]) == (GENERAL, ["81"])
    assert (str(task["window_start"]), str(task["window_end"])) == ("2027-01-01", DAY)
    assert task["sync_type"] == "current_period_input"


@pytest.mark.req("R037", "A-17")
def test_a_small_scale_company_gets_no_task_and_the_bureau_no_call(room: GatewayRehearsal) -> None:
    room.company(company_type="small_scale")
    refused(room)
    assert (room.tasks(), room.calls("invoiceDown")) == ([], [])


@pytest.mark.req("R010")
def test_a_company_on_leqi_is_refused_without_a_task_or_an_application(room: GatewayRehearsal) -> None:
    room.taxpayer()
    refused(room)
    assert room.tasks() == []
    assert room.pool.execute("SELECT count(*) AS n FROM sync.quota_slot").fetchone()["n"] == 0


@collected
@pytest.mark.finding("F03")
@pytest.mark.req("A-08", "R008", "R028", "R029", "R031", "R040", "R042")
def test_headers_are_captured_unverified_then_verified_and_later_only_their_status_changes(
    room: GatewayRehearsal,
) -> None:
    room.company()
    special, car = room.bought("81", "2027-01-04"), room.bought("83", "2027-01-05")
    press(room, DAY)
    (task,) = room.tasks()
    assert (task["status"], task["inserted_count"]) == ("headers_only", 2)
    assert [call["request"]["searchOpt"]["startTime"] for call in room.calls("invoiceDown")] == ["2027-01-01"]
    assert {row["verification_status"] for row in room.invoices().values()} == {"3"}
    assert {row["document_key"] for row in room.verifications(state="waiting")} == {special, car}

    room.verify(DAY)
    assert room.tasks()[0]["status"] == "succeeded"
    first = room.invoices()
    assert {(row["verification_status"], row["detail_level"]) for row in first.values()} == {("1", "full")}

    room.post("change", key=special, fpzt="8")
    press(room, "2027-01-21", date_from="2027-01-01")
    again = room.invoices()
    assert (again[special]["status"], again[special]["verification_status"]) == ("8", "1")
    assert again[car] == first[car]
    assert room.verifications(state="waiting") == []


@collected
@pytest.mark.req("R013", "R024", "R034")
def test_filters_reach_the_bureau_and_customs_payments_come_by_their_own_row(room: GatewayRehearsal) -> None:
    room.company()
    paid = room.document(nsrsbh=GENERAL, fplx="customs", kprq="2027-01-04")
    room.bought("81", "2027-01-04")
    press(room, DAY, document="customs", deduction_statuses=["0"])
    (asked,) = [call["request"]["searchOpt"] for call in room.calls("invoiceDown")]
    assert (asked["invoiceType"], asked["authenticateFlags"], asked["invoiceStatus"]) == ("21", "0", "")
    assert list(room.invoices()) == [paid]
    assert room.verifications() == []


@collected
@pytest.mark.req("R030")
def test_a_soft_certificate_needs_no_account(room: GatewayRehearsal) -> None:
    room.company(channel="soft_certificate")
    key = room.bought("81", "2027-01-04")
    press(room, DAY)
    assert list(room.invoices()) == [key]
