"""An answer is held against its question, a document against its owner: what does not fit is failed, never merged."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from rehearsal import AT_ONCE, GENERAL, Rehearsal

OTHER, FEEDBACK, GATEWAY = "91440300MA2000002A", "PLFPXZSQFK", "ext.fullInvoiceDownQuery"


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A company of 电子税局 with one invoice of January."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-01-05") as found:
        found.company()
        found.scheme("81", downloads=["input_full"])
        found.bought("81", "2027-01-10")
        yield found


def refused(rehearsal: Rehearsal, code: str) -> None:
    """The one download has one failed row with this reason, and the pool nothing."""
    task = next(task for task in rehearsal.tasks() if task["download_type"].endswith("_full"))
    counts = (task["downloaded_count"], task["inserted_count"], task["failed_count"])
    assert counts == (1, 0, 1), task
    rows = rehearsal.pool.execute("SELECT fate, code, reason, payload FROM pool.rejected_row").fetchall()
    assert [(row["fate"], row["code"]) for row in rows] == [("failed", code)]
    assert all(row["reason"] and row["payload"] for row in rows)
    assert rehearsal.invoices() == {}
    levels = rehearsal.pool.execute("SELECT level FROM fapiao.month_completeness").fetchall()
    assert {row["level"] for row in levels} == {"unproven"}


@pytest.mark.finding("F04")
@pytest.mark.req("A-51", "R063")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "other_head", "field": "taxNo", "to": OTHER}, "WRONG_TAXPAYER"),
        ({"kind": "other_value", "field": "buyerTaxNo", "to": "91110000MA3000003B"}, "WRONG_PARTY"),
        ({"kind": "other_value", "field": "govInvoiceType", "to": "01"}, "WRONG_TYPE"),
        ({"kind": "other_value", "field": "invoiceDate", "to": "2026-12-31"}, "OUTSIDE_WINDOW"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["field"],
)
def test_what_the_gateway_says_about_somebody_else_is_not_merged(
    room: GatewayRehearsal, fault: dict[str, Any], code: str
) -> None:
    room.fault(**fault, service=GATEWAY, times="always")
    room.run("etax__history_input", "2027-02-06")
    refused(room, code)


@pytest.mark.finding("F04")
@pytest.mark.req("A-51", "R062")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "other_head", "field": "nsrsbh", "to": OTHER}, "WRONG_TAXPAYER"),
        ({"kind": "other_head", "field": "fplx", "to": "01"}, "WRONG_TYPE"),
        ({"kind": "other_head", "field": "sjlx", "to": "1"}, "WRONG_PARTY"),
        ({"kind": "other_value", "field": "xsfnsrsbh", "to": OTHER}, "WRONG_PARTY"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["field"],
)
def test_what_leqi_says_about_somebody_else_is_not_merged(
    rehearsal: Rehearsal, fault: dict[str, Any], code: str
) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["output_full"])
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15")
    rehearsal.fault(**fault, service=FEEDBACK, times="always")
    rehearsal.run("leqi__history_output", "2027-02-02")
    refused(rehearsal, code)


NOTHING = base64.b64encode(f'"{OTHER}"'.encode()).decode()


@pytest.mark.finding("F04", "F16")
@pytest.mark.req("A-51")
def test_nothing_about_somebody_else_is_no_word_about_us_at_the_gateway(room: GatewayRehearsal) -> None:
    room.fault("raw_field", service=GATEWAY, field="taxNo", text=NOTHING, times="always")
    room.run("etax__history_input", "2027-03-06", patience=AT_ONCE)
    nothing = [task for task in room.tasks() if task["window_start"].month == 2]
    assert [(task["status"], task["error_code"]) for task in nothing] == [("downloading", "WRONG_TAXPAYER")]
    assert OTHER in nothing[0]["error_message"]


@pytest.mark.finding("F04", "F16")
@pytest.mark.req("A-51")
@pytest.mark.parametrize("times", [1, "always"])
def test_nothing_about_somebody_else_is_asked_again_while_the_ticket_lives(rehearsal: Rehearsal, times: object) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["output_full"])
    rehearsal.fault("raw_field", service=FEEDBACK, field="nsrsbh", text=NOTHING, match={"packageno": "1"}, times=times)
    rehearsal.run("leqi__history_output", "2027-02-02", patience=AT_ONCE)
    (task,) = rehearsal.tasks()
    expected = ("no_data", None) if times == 1 else ("downloading", "WRONG_TAXPAYER")
    assert (task["status"], task["error_code"]) == expected
    kept = rehearsal.pool.execute("SELECT code FROM sync.unused_answer").fetchall()
    assert [row["code"] for row in kept] == ([] if times == 1 else ["WRONG_TAXPAYER"])


@pytest.mark.finding("F04")
@pytest.mark.req("A-51")
def test_an_increment_of_another_day_is_not_merged(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["input_incremental"])
    rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2027-01-04", collected_on="2027-01-05")
    other = base64.b64encode(b'"20270101"').decode()
    rehearsal.fault("raw_field", service="CXZLXZFPXX", field="gjrq", text=other, times="always")
    rehearsal.run("leqi__incremental", "2027-01-07")
    rows = rehearsal.pool.execute("SELECT fate, code, reason FROM pool.rejected_row").fetchall()
    assert [(row["fate"], row["code"]) for row in rows] == [("failed", "WRONG_DAY")]
    assert "20270101" in rows[0]["reason"]
    assert rehearsal.invoices() == {}


@pytest.mark.finding("F04")
@pytest.mark.req("A-51")
def test_an_unselected_list_of_another_month_is_not_merged(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["unselected_init"])
    rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2026-12-15", unselected=True)
    rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2026-10-01", unselected=True)
    day = base64.b64encode(b'"20250301"').decode()
    rehearsal.fault("raw_value", service="WGXSJCSHQDXZSQFKDKGX", field="kprq", text=day, times="always")
    rehearsal.run("leqi__unselected_init", "2027-01-01")
    rows = rehearsal.pool.execute("SELECT fate, code FROM pool.rejected_row").fetchall()
    assert [(row["fate"], row["code"]) for row in rows] == [("failed", "OUTSIDE_WINDOW")]
    assert len(rehearsal.invoices()) == 1


@pytest.mark.finding("F04", "F02")
@pytest.mark.req("A-51")
def test_the_usage_of_a_document_with_our_number_and_another_code_is_not_ours(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("04", downloads=["input_full"])
    document = rehearsal.document(fplx="04", nsrsbh=GENERAL, sjlx="1", kprq="2027-01-04", fpyt="1", rzzt="02")
    other = base64.b64encode(b'"044009999999"').decode()
    rehearsal.fault("raw_field", service="FPZTXXCX", field="fpdm", text=other, times="always")
    rehearsal.run("leqi__history_input", "2027-02-06")
    (usage,) = rehearsal.tasks(job="usage_status")
    assert (usage["downloaded_count"], usage["failed_count"], usage["updated_count"]) == (1, 1, 0)
    rows = rehearsal.pool.execute("SELECT code, reason FROM pool.rejected_row").fetchall()
    assert [row["code"] for row in rows] == ["NOT_KNOWN"]
    assert "044009999999" in rows[0]["reason"]
    assert rehearsal.invoices()[document]["vat_usage"] is None


@pytest.mark.finding("F04")
@pytest.mark.req("A-51")
def test_a_total_that_does_not_add_up_is_stored_and_said_in_the_log_and_the_month(room: GatewayRehearsal) -> None:
    room.fault("other_value", service=GATEWAY, field="totalAmount", to="999.00", times="always")
    room.run("etax__history_input", "2027-02-06")
    (task,) = room.tasks()
    assert (task["status"], task["inserted_count"]) == ("succeeded", 1)
    (warning,) = task["warnings"]
    assert warning.startswith("金额与税额之和不等于价税合计")
    (month,) = room.pool.execute("SELECT level, warnings FROM fapiao.month_completeness").fetchall()
    assert month["warnings"] == [warning]
