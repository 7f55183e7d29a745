"""Nothing vanishes between a reply and the counts: every row ends in one counter, what is left out with its reason."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from rehearsal import GENERAL, Rehearsal

CHANNELS = {
    "etax": ("etax__history_input", "2027-02-06"),
    "soft_certificate": ("soft_certificate__history_input", "2027-02-06"),
    "tax_disk": ("tax_disk__history_input", "2027-02-06"),
    "aisino": ("aisino__current_month", "2027-01-20"),
}


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A pool and a bureau on 5 January 2027, with nobody in them."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-01-05") as found:
        yield found


def rows_sent(room: Rehearsal) -> dict[str, int]:
    """How many rows the kept replies carry, by task."""
    counted = "SELECT batch_no, sum(row_count)::integer AS n FROM sync.reply JOIN sync.task USING (task_id) GROUP BY 1"
    return {row["batch_no"]: row["n"] for row in room.pool.execute(counted).fetchall()}


def left_out(room: Rehearsal) -> list[tuple[str, str]]:
    """Counter and code of every row that is not stored."""
    rows = room.pool.execute("SELECT fate, code, reason FROM pool.rejected_row ORDER BY 1, 2").fetchall()
    assert all(row["reason"] for row in rows)
    return [(row["fate"], row["code"]) for row in rows]


def balanced(room: Rehearsal) -> list[dict[str, Any]]:
    """The tasks, of which each counts as many rows as came."""
    sent, tasks = rows_sent(room), room.tasks()
    assert {task["batch_no"]: task["downloaded_count"] for task in tasks if task["downloaded_count"]} == sent
    return tasks


@pytest.mark.finding("F01")
@pytest.mark.req("R056", "A-48")
@pytest.mark.parametrize("types", [("8208",), ("82", "8208"), ("82",)], ids="+".join)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_scheme_gets_exactly_its_types_of_what_one_number_answers(
    room: GatewayRehearsal, channel: str, types: tuple[str, ...]
) -> None:
    room.company(channel=channel)
    room.scheme(*types, downloads=["input_full"])
    documents = {
        room.bought("8208", "2027-01-10", fpyt="1", skssq="202701"): "8208",
        room.bought("82", "2027-01-11"): "82",
    }

    room.run(*CHANNELS[channel])

    stored = {key: row["invoice_type"] for key, row in room.invoices().items()}
    assert stored == {key: kind for key, kind in documents.items() if kind in types}
    (task,) = balanced(room)
    assert (task["status"], task["downloaded_count"], task["ignored_count"]) == ("succeeded", 2, 2 - len(types))
    assert left_out(room) == [("ignored", "OTHER_TYPE")] * (2 - len(types))


@pytest.mark.finding("F01")
@pytest.mark.req("R056", "A-48")
@pytest.mark.parametrize("types", [("8208",), ("82", "8208"), ("82",)], ids="+".join)
def test_leqi_answers_both_under_82_and_a_scheme_gets_its_own(rehearsal: Rehearsal, types: tuple[str, ...]) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme(*types, downloads=["input_full"])
    documents = {
        rehearsal.document(fplx=kind, nsrsbh=GENERAL, sjlx="1", kprq="2027-01-10"): kind for kind in ("82", "8208")
    }

    rehearsal.run("leqi__history_input", "2027-02-06")

    assert {key: row["invoice_type"] for key, row in rehearsal.invoices().items()} == {
        key: kind for key, kind in documents.items() if kind in types
    }
    task = next(task for task in balanced(rehearsal) if task["download_type"] == "input_full")
    assert (task["downloaded_count"], task["inserted_count"], task["ignored_count"]) == (2, len(types), 2 - len(types))
    months = rehearsal.pool.execute(
        "SELECT invoice_type, level, bureau_count, pool_count FROM fapiao.month_completeness ORDER BY 1"
    ).fetchall()
    assert [tuple(row.values()) for row in months] == [(kind, "swept", 1, 1) for kind in sorted(types)]


@pytest.mark.finding("F01")
@pytest.mark.req("R056")
def test_a_risk_that_names_no_element_reaches_a_toll_invoice_of_the_pool(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("8208", downloads=["input_full", "input_status"])
    toll = rehearsal.document(fplx="8208", nsrsbh=GENERAL, sjlx="1", kprq="2027-01-10", fpyt="0")
    rehearsal.run("leqi__history_input", "2027-02-06")
    rehearsal.post("change", key=toll, ycpzzt="02", recognised_on="2027-02-08")

    rehearsal.run("leqi__risk_status", "2027-02-09")

    assert rehearsal.invoices()[toll]["risk_status"] == "02"


@pytest.mark.finding("F01")
@pytest.mark.req("R056")
@pytest.mark.parametrize("types", [("8208",), ("82", "8208")], ids="+".join)
@pytest.mark.parametrize("channel", ["etax", "soft_certificate", "tax_disk"])
def test_a_status_update_brings_toll_invoices_too(room: GatewayRehearsal, channel: str, types: tuple[str, ...]) -> None:
    room.company(channel=channel)
    room.scheme(*types, downloads=["input_full", "input_status"])
    toll = room.bought("8208", "2027-01-10", fpyt="1", skssq="202701")
    room.run(*CHANNELS[channel])
    room.post("change", key=toll, fpzt="8", recognised_on="2027-02-06")

    room.run(f"{channel}__status_update", "2027-02-08")

    assert room.invoices()[toll]["status"] == "8"
    (update,) = [task for task in balanced(room) if task["job"] == "status_update"]
    assert (update["status"], update["updated_count"]) == ("succeeded", 1)


@pytest.mark.finding("F01")
@pytest.mark.req("A-48")
@pytest.mark.parametrize("types", [("04",), ("04", "86")], ids="+".join)
def test_two_types_of_one_number_are_each_stored_once_and_ignored_by_the_other(
    room: GatewayRehearsal, types: tuple[str, ...]
) -> None:
    room.company()
    room.scheme(*types, downloads=["input_full"])
    documents = {room.bought(kind, "2027-01-10"): kind for kind in ("04", "86")}

    room.run("etax__history_input", "2027-02-06")

    stored = {key: row["invoice_type"] for key, row in room.invoices().items()}
    assert stored == {key: kind for key, kind in documents.items() if kind in types}
    assert [(task["downloaded_count"], task["inserted_count"], task["ignored_count"]) for task in balanced(room)] == [
        (2, 1, 1)
    ] * len(types)


@pytest.mark.finding("F01")
@pytest.mark.req("A-48")
def test_the_rows_of_an_answer_about_every_type_end_in_each_tasks_own_counters(room: GatewayRehearsal) -> None:
    room.company(channel="tax_disk")
    room.scheme("81", "01", downloads=["input_status"])
    for kind in ("81", "01", "10"):
        room.bought(kind, "2027-01-10")

    room.run("tax_disk__status_update", "2027-01-20")

    assert [(task["downloaded_count"], task["ignored_count"]) for task in balanced(room)] == [(3, 3)] * 2
    assert left_out(room) == [("ignored", "NOT_IN_POOL")] * 2 + [("ignored", "OTHER_TYPE")] * 4


@pytest.mark.finding("F01")
@pytest.mark.req("A-48")
def test_a_row_that_the_bureau_failed_to_deliver_is_a_failed_row_in_its_words(room: GatewayRehearsal) -> None:
    room.company()
    room.scheme("81", downloads=["input_full"])
    for day in range(10, 16):
        room.bought("81", f"2027-01-{day}")
    room.fault("task_ends", service="ext.fullInvoiceDownQuery", code="4")

    room.run("etax__history_input", "2027-02-06")

    (task,) = balanced(room)
    assert (task["downloaded_count"], task["inserted_count"], task["failed_count"]) == (6, 4, 2)
    assert left_out(room) == [("failed", "BUREAU")] * 2
    (month,) = room.pool.execute("SELECT level FROM fapiao.month_completeness").fetchall()
    assert month["level"] == "unproven"
