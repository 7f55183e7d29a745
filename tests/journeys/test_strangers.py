"""An answer is held against its question, a document against its owner: what does not fit is failed, never merged."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from rehearsal import GENERAL, Rehearsal

OTHER, FEEDBACK, GATEWAY = "91440300MA2000002A", "PLFPXZSQFK", "ext.fullInvoiceDownQuery"


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A company of 电子税局 with one invoice of January."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-01-05") as found:
        found.company()
        found.scheme("81", downloads=["input_full"])
        found.paper("81", "2027-01-10")
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
