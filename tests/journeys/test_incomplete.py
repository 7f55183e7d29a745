"""进销项数据不全 and 已下载表头, reached through the bureau's own answers: giving up is never accepting."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from fapiao.tasks import SHANGHAI
from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from operators.downloads import actions
from rehearsal import GENERAL, Rehearsal

FULL, RISK = "PLFPXZSQFK", "FPTSTXXXCX"
GATEWAY = "ext.fullInvoiceDownQuery"


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A company of 电子税局 with twelve invoices of January."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-01-05") as found:
        found.company()
        found.scheme("81", downloads=["input_full"])
        for day in range(10, 22):
            found.bought("81", f"2027-01-{day}")
        yield found


@pytest.fixture
def seller(rehearsal: Rehearsal) -> Rehearsal:
    """One company of 乐企 with two sales invoices of January."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    for day in ("2027-01-15", "2027-01-16"):
        rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq=day)
    return rehearsal


def the_task(rehearsal: Rehearsal, **where: Any) -> dict[str, Any]:
    """The one row there is."""
    (task,) = rehearsal.tasks(**where)
    return task


def level(rehearsal: Rehearsal) -> str:
    """What the month view says of the one month there is."""
    (row,) = rehearsal.pool.execute("SELECT level FROM fapiao.month_completeness").fetchall()
    return str(row["level"])


@pytest.mark.finding("F03")
@pytest.mark.req("A-08", "R294")
def test_a_page_that_is_shifted_is_asked_again_then_incomplete_and_a_fetch_completes_it(room: GatewayRehearsal) -> None:
    room.fault("shifted_page", service=GATEWAY, times="always")

    room.run("etax__history_input", "2027-02-06")

    task = the_task(room)
    assert (task["status"], task["announced_count"], task["received_count"]) == ("incomplete", 12, 11)
    assert (task["inserted_count"], task["ignored_count"], task["finished_at"]) == (11, 1, None)
    assert task["missing"] == [
        {"direction": "input", "invoice_type": "81", "issue_month": "2027-01", "announced": 12, "received": 11, "what": "documents"}
    ]  # fmt: skip
    assert task["error_code"] == "INCOMPLETE"
    assert "12" in task["error_message"]
    assert "11" in task["error_message"]
    assert level(room) == "unproven"
    room.admin.delete("/_sim/fault")

    room.run("sweep_results", "2027-02-07")
    assert the_task(room)["status"] == "incomplete"

    actions.poll_now(room.pool, "li", [task["batch_no"]])
    room.run("sweep_results", "2027-02-08", batches=[task["batch_no"]])

    task = the_task(room)
    assert (task["status"], task["missing"], task["error_message"]) == ("succeeded", [], None)
    assert (task["inserted_count"], task["unchanged_count"], len(room.invoices())) == (1, 11, 12)
    assert level(room) == "swept"


@pytest.mark.finding("F22", "F94")
@pytest.mark.req("A-08")
def test_what_is_incomplete_is_asked_for_again_by_itself_while_its_ticket_lives(
    room: GatewayRehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.fault("rows_missing", service=GATEWAY, times="always")
    room.run("etax__history_input", "2027-02-06")
    applications = room.calls("ext.fullInvoiceDown")
    ticket = the_task(room)["request_no"]
    assert the_task(room)["status"] == "incomplete"
    room.admin.delete("/_sim/fault")
    later = datetime.now(SHANGHAI) + timedelta(minutes=11)
    monkeypatch.setenv("PGOPTIONS", f"-c fapiao.now={later.isoformat()}")

    room.run("sweep_results", "2027-02-06")

    task = the_task(room)
    assert (task["status"], task["missing"], len(room.invoices())) == ("succeeded", [], 12)
    assert (task["request_no"], room.calls("ext.fullInvoiceDown")) == (ticket, applications)


@pytest.mark.finding("F03")
@pytest.mark.req("A-08")
@pytest.mark.parametrize(("fault", "announced", "received"), [("total_changes", 13, 12), ("rows_missing", 12, 11)])
def test_a_page_that_lacks_a_row_of_its_total_is_incomplete_and_what_came_is_kept(
    room: GatewayRehearsal, fault: str, announced: int, received: int
) -> None:
    room.fault(fault, service=GATEWAY, times="always")

    room.run("etax__history_input", "2027-02-06")

    task = the_task(room)
    assert (task["status"], task["announced_count"], task["received_count"]) == ("incomplete", announced, received)
    assert (task["inserted_count"], len(room.invoices())) == (received, received)
    actions.poll_now(room.pool, "li", [task["batch_no"]])
    for _ in range(3):
        room.run("sweep_results", "2027-02-07", batches=[task["batch_no"]])
    again = the_task(room)
    assert (again["status"], again["error_message"]) == ("incomplete", task["error_message"])
    assert again["unchanged_count"] == received


@pytest.mark.finding("F03")
@pytest.mark.req("A-08")
def test_more_than_was_announced_is_no_whole_either(room: GatewayRehearsal) -> None:
    room.fault("total_of_one", service=GATEWAY, times="always")

    room.run("etax__history_input", "2027-02-06")

    task = the_task(room)
    assert (task["status"], task["announced_count"], task["received_count"]) == ("incomplete", 1, 12)
    assert len(room.invoices()) == 12


@pytest.mark.finding("F03")
@pytest.mark.req("A-08")
@pytest.mark.parametrize(
    ("fault", "announced", "received", "stored"),
    [({"kind": "empty_package"}, 1, 0, 0), ({"kind": "says_empty"}, 0, 1, 2)],
    ids=["cljg 1 without sjl", "cljg 2 with rows"],
)
def test_a_result_that_contradicts_itself_is_incomplete_and_never_no_data(
    seller: Rehearsal, fault: dict[str, str], announced: int, received: int, stored: int
) -> None:
    seller.fault(**fault, service=FULL, times="always")

    seller.run("leqi__history_output", "2027-02-02")

    task = the_task(seller)
    ((missing),) = task["missing"]
    assert (task["status"], missing["what"], missing["announced"], missing["received"]) == (
        "incomplete",
        "packages",
        announced,
        received,
    )
    assert len(seller.invoices()) == stored
    kept = seller.pool.execute("SELECT max(generation) AS last FROM sync.reply").fetchone()
    assert kept == {"last": 3}
    assert level(seller) == "unproven"


@pytest.mark.finding("F03")
def test_a_result_that_contradicts_itself_once_is_asked_again_and_whole(seller: Rehearsal) -> None:
    seller.fault("empty_package", service=FULL)

    seller.run("leqi__history_output", "2027-02-02")

    assert (the_task(seller)["status"], the_task(seller)["inserted_count"]) == ("succeeded", 2)


@pytest.mark.finding("F03", "F94")
@pytest.mark.req("A-08")
@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        ({"kind": "empty_package", "match": {"packageno": "3"}}, 4000),
        ({"kind": "rows_missing", "match": {"packageno": "2"}}, 4499),
        ({"kind": "packagecount_changes", "match": {"packageno": "2"}}, 2000),
    ],
    ids=lambda fault: fault["kind"] if isinstance(fault, dict) else None,
)
def test_packages_that_stay_away_leave_what_came_and_a_later_equal_download_supersedes_it(
    rehearsal: Rehearsal, fault: dict[str, Any], stored: int
) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    generate = {"nsrsbh": GENERAL, "sjlx": "2", "fplx": "81", "month": "2027-01", "count": 4500, "seed": 7}
    rehearsal.post("seed", companies=[], documents=[], generate=[generate])
    rehearsal.fault(**fault, service=FULL, times="always")

    rehearsal.run("leqi__history_output", "2027-02-02")

    task = the_task(rehearsal)
    assert (task["status"], task["received_count"], len(rehearsal.invoices())) == ("incomplete", stored, stored)
    assert task["missing"]


@pytest.mark.finding("F03")
@pytest.mark.req("A-08")
def test_a_risk_list_that_ends_before_its_count_is_incomplete(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    key = rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="1", kprq="2027-01-04")
    rehearsal.post("change", key=key, ycpzzt="02", recognised_on="2027-01-09")
    rehearsal.fault("empty_page", service=RISK, times="always")

    rehearsal.run("leqi__risk_status", "2027-01-10")

    task = the_task(rehearsal, job="risk_status")
    assert (task["status"], task["announced_count"], task["received_count"]) == ("incomplete", 1, 0)


@pytest.mark.finding("F16")
def test_a_usage_task_with_nothing_to_ask_says_so_and_never_no_data(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["input_full"])
    blue = rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="1", kprq="2026-12-04")
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="1", kprq="2027-01-04", red_of=blue)

    rehearsal.run("leqi__history_input", "2027-02-06")
    rehearsal.run("sweep_results", "2027-02-06")

    task = the_task(rehearsal, job="usage_status")
    assert (task["status"], task["error_code"], task["request_no"]) == ("succeeded", "NOTHING_TO_ASK", None)
    assert "未向税局查询" in task["error_message"]
    assert rehearsal.calls("FPZTXXCX") == []


@pytest.mark.finding("F03")
@pytest.mark.req("A-08", "R294")
def test_headers_wait_for_their_lines_and_a_full_download_completes_the_collection(
    pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None
) -> None:
    with gateway_rehearsing(pool_url, monkeypatch, "2027-01-20") as room:
        room.company()
        room.scheme("81", downloads=["input_full"])
        room.bought("81", "2027-01-04")
        room.fault("http_500", service="invoiceCheck", times="always")
        lists: dict[str, Any] = {"invoice_types": ["81"], "deduction_statuses": [], "invoice_statuses": []}
        form = {"taxpayer_no": None, "document": "invoice", **lists, "date_from": "2027-01-01", "date_to": None}
        room.run("key_element_sync", "2027-01-20", org="ORG1", **form)
        collected = the_task(room, job="key_element_sync")
        assert (collected["status"], collected["finished_at"]) == ("headers_only", None)
        assert (collected["inserted_count"], collected["failed_count"]) == (1, 0)

        room.run("etax__history_input", "2027-02-06")

        assert the_task(room, job="key_element_sync")["status"] == "succeeded"
        assert the_task(room, job="history_input")["status"] == "succeeded"
