"""A ticket is kept as long as the bureau keeps results: only its own word ends an accepted row (ADR 0042)."""

import base64
import json
import os
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from gateway_rehearsal import SELLER, GatewayRehearsal, gateway_rehearsing
from hooks.queues.leased_table import MOST_WAITS
from operators.downloads.actions import poll_now
from raw_http import Behaviour, RawServer, answers, head, raw_http, repeats, resets, sends
from rehearsal import GENERAL, Rehearsal, leqi_connection

POLL_SECONDS = 0.05
DAG, DAY = "leqi__history_output", "2027-02-02"
APPLY, FEEDBACK = "PLFPXZSQ/", "PLFPXZSQFK"
RESULT = "ext.fullInvoiceDownQuery"
TOO_LARGE = head(200, "Content-Length: 209715200")
BARRED = [300, 302, 307, 401, 403, 404, 405, 408, 410, 413, 418, 421, 429, 451, 499, 500, 502, 503, 504, 507, 599]
BROKEN: dict[str, Behaviour] = {
    "reset before a byte": resets(),
    "reset in the body": resets(head(200, "Content-Length: 100") + b"x"),
    "cut": sends([head(200, "Content-Length: 100"), b"x" * 50]),
    "no HTTP": sends([b"SSH-2.0-OpenSSH_9.7\r\n"]),
    "HTML": answers(b"<html>Wartung</html>"),
    "empty": answers(b""),
    "no content": answers(b"", 204),
    "another JSON": answers(b'{"httpStatusCode":200,"body":{"Response":{"Data":[]}}}'),
    "the platform's 4057": answers(b'{"httpStatusCode":4057,"body":"\xe6\x8a\xa5\xe6\x96\x87"}'),
    "a status nobody knows": answers(b'{"httpStatusCode":7777,"body":"?"}'),
    "200 MB announced": sends([TOO_LARGE, b"x" * 1000]),
    "a body without end": repeats(head(200), b"x" * 65536),
    "a head without end": repeats(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"x" * 4000 + b"\r\n"),
    "brotli": answers(b"\x0b\x02\x80abc\x03", 200, "Content-Encoding: br"),
}


@pytest.fixture
def barred(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    """What stands between us and the bureau, of which a company has two sales invoices of January."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    for day in ("2027-01-15", "2027-01-16"):
        rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq=day)
    with raw_http(rehearsal.simulator.url) as way:
        monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection(way.url, timeout_seconds=2, poll_seconds=POLL_SECONDS))
        yield way


def the_task(room: Rehearsal) -> dict[str, Any]:
    """The only row."""
    (task,) = room.tasks()
    return task


def applications(room: Rehearsal) -> int:
    """How many the bureau counted."""
    return len([call for call in room.calls("PLFPXZSQ") if call["returncode"] == "00"])


def fetch(room: Rehearsal) -> None:
    """A person asks for the result."""
    with psycopg.connect(room.pool_url, autocommit=True) as connection:
        poll_now(connection, "li", [the_task(room)["batch_no"]])
    for _ in range(3):
        room.run("sweep_results", None, batches=[the_task(room)["batch_no"]])


def is_whole(room: Rehearsal) -> bool:
    """Whether both invoices came, by one application."""
    task = the_task(room)
    return (task["status"], task["inserted_count"], task["error_code"], applications(room)) == ("succeeded", 2, None, 1)


@pytest.mark.finding("F22")
@pytest.mark.parametrize("statuses", [BARRED[start::6] for start in range(6)], ids=str)
def test_a_status_of_http_costs_an_accepted_row_nothing_but_time(
    rehearsal: Rehearsal, barred: RawServer, statuses: list[int]
) -> None:
    for status in statuses:
        barred.strike(answers(b"", status), on=FEEDBACK, times=1)
    rehearsal.run(DAG, DAY)
    assert len(barred.struck) == len(statuses)
    assert is_whole(rehearsal)
    assert the_task(rehearsal)["attempts"] == 0


@pytest.mark.finding("F22", "F24")
@pytest.mark.parametrize("kind", BROKEN)
def test_an_answer_that_is_none_costs_an_accepted_row_nothing_but_time(
    rehearsal: Rehearsal, barred: RawServer, kind: str
) -> None:
    barred.strike(BROKEN[kind], on=FEEDBACK, times=4)
    rehearsal.run(DAG, DAY)
    assert len(barred.struck) == 4
    assert is_whole(rehearsal)
    assert the_task(rehearsal)["attempts"] == 0


@pytest.mark.finding("F22")
def test_a_bureau_that_stays_barred_is_asked_ever_more_seldom_and_a_fetch_brings_everything(
    rehearsal: Rehearsal, barred: RawServer
) -> None:
    barred.strike(answers(b"", 403), on=FEEDBACK)
    rehearsal.run(DAG, DAY)

    task = the_task(rehearsal)
    assert (task["status"], task["error_code"], task["attempts"]) == ("downloading", "LEQI_HTTP_403", 0)
    (row,) = rehearsal.pool.execute("SELECT waits, not_before FROM sync.task").fetchall()
    assert row["waits"] == len(barred.struck)
    assert MOST_WAITS <= row["waits"] <= MOST_WAITS + 3, "then no run stays for it"
    asked_at = time.time() - time.monotonic() + barred.struck[-1][0]
    assert row["not_before"].timestamp() - asked_at >= POLL_SECONDS * 2 ** (row["waits"] - 1)

    barred.relent()
    fetch(rehearsal)
    assert is_whole(rehearsal)


@pytest.mark.finding("F22")
def test_after_the_bureaus_days_the_row_ends_with_a_sentence(rehearsal: Rehearsal, barred: RawServer) -> None:
    barred.strike(answers(b"", 403), on=FEEDBACK)
    rehearsal.run(DAG, DAY)
    rehearsal.pool.execute("UPDATE sync.task SET applied_at = applied_at - interval '6 days', not_before = now()")
    rehearsal.run("sweep_results", DAY)
    assert the_task(rehearsal)["status"] == "downloading"

    rehearsal.pool.execute("UPDATE sync.task SET applied_at = applied_at - interval '2 days', not_before = now()")
    rehearsal.run("sweep_results", DAY)

    task = the_task(rehearsal)
    assert (task["status"], task["error_code"]) == ("download_failed", "TICKET_LAPSED")
    assert "7 天" in task["error_message"]
    assert "LEQI_HTTP_403" in task["error_message"]
    assert task["advice"]


@pytest.mark.finding("F22")
@pytest.mark.parametrize("status", [403, 429])
def test_before_acceptance_a_barred_way_costs_no_attempt_and_no_slot(
    rehearsal: Rehearsal, barred: RawServer, status: int
) -> None:
    barred.strike(answers(b"", status), on=APPLY)
    rehearsal.run(DAG, DAY)
    task = the_task(rehearsal)
    assert (task["status"], task["error_code"], task["attempts"]) == ("pending", f"LEQI_HTTP_{status}", 0)
    assert len(barred.struck) <= 10
    slots = rehearsal.pool.execute("SELECT DISTINCT state FROM sync.quota_slot").fetchall()
    assert slots == [{"state": "released"}]

    barred.relent()
    rehearsal.pool.execute("UPDATE sync.task SET not_before = now()")
    rehearsal.run("sweep_results", DAY)
    assert is_whole(rehearsal)


@pytest.mark.finding("F22")
@pytest.mark.parametrize("service", [APPLY, FEEDBACK])
@pytest.mark.parametrize("status", [408, 429, 503])
def test_retry_after_is_obeyed(rehearsal: Rehearsal, barred: RawServer, service: str, status: int) -> None:
    barred.strike(answers(b"", status, "Retry-After: 2"), on=service, times=1)
    barred.strike(answers(b"", 500), on=service, times=1)
    rehearsal.run(DAG, DAY)
    assert is_whole(rehearsal)
    (first, _), (second, _) = barred.struck
    assert second - first >= 2


@pytest.mark.finding("F94", "F03")
@pytest.mark.parametrize("times", [1, 2])
def test_a_package_count_that_is_one_too_high_is_asked_again(
    rehearsal: Rehearsal, barred: RawServer, times: int
) -> None:
    rehearsal.fault("raw_field", service=FEEDBACK, times=times, field="packagecount", text="Mg==")
    rehearsal.run(DAG, DAY)
    assert is_whole(rehearsal)


@pytest.mark.finding("F94", "F03")
def test_a_package_count_that_stays_too_high_is_incomplete_and_never_failed(
    rehearsal: Rehearsal, barred: RawServer
) -> None:
    rehearsal.fault("raw_field", service=FEEDBACK, times="always", field="packagecount", text="Mg==")
    rehearsal.run(DAG, DAY)
    assert the_task(rehearsal)["status"] == "incomplete"
    assert len(rehearsal.invoices()) == 2


@pytest.mark.finding("F24")
@pytest.mark.parametrize("count", [99_999, 10**9])
def test_a_count_beyond_bounds_is_no_answer_and_nobody_counts_up_to_it(
    rehearsal: Rehearsal, barred: RawServer, count: int
) -> None:
    written = base64.b64encode(str(count).encode()).decode()
    rehearsal.fault("raw_field", service=FEEDBACK, times=3, field="packagecount", text=written)
    rehearsal.run(DAG, DAY)
    assert is_whole(rehearsal)
    assert len(rehearsal.calls(FEEDBACK)) < 10


# The gateway


@pytest.fixture
def buyer(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A company of 电子税局 with two purchases, and what stands before its gateway (`room.way`)."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-02-06") as room:
        room.company()
        room.scheme("81", downloads=["input_full"])
        for day in ("2027-01-15", "2027-01-16"):
            room.document(nsrsbh=GENERAL, fplx="81", kprq=day, other=SELLER)
        yield room


@pytest.fixture
def way(buyer: GatewayRehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    """What stands before the gateway."""
    with raw_http(buyer.simulator.url) as found:
        known = json.loads(os.environ["AIRFLOW_CONN_BUREAU_GATEWAY"])
        extra = json.dumps(json.loads(known["extra"]) | {"timeout_seconds": 2})
        changed = json.dumps(known | {"host": found.url, "extra": extra})
        monkeypatch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", changed)
        yield found


def came(room: GatewayRehearsal) -> tuple[Any, ...]:
    """What became of the only row, and how often was applied."""
    task = the_task(room)
    return task["status"], task["inserted_count"], task["attempts"], len(room.calls("ext.fullInvoiceDown"))


@pytest.mark.finding("F22")
@pytest.mark.parametrize("status", [302, 401, 403, 429, 503])
def test_a_page_that_cannot_be_had_now_is_asked_for_later(buyer: GatewayRehearsal, way: RawServer, status: int) -> None:
    way.strike(answers(b"", status), on=RESULT, times=4)
    buyer.run("etax__history_input", "2027-02-06")
    assert came(buyer) == ("succeeded", 2, 0, 1)


@pytest.mark.finding("F96", "F22")
@pytest.mark.parametrize("step", ["getAppToken", "login.do"])
@pytest.mark.parametrize(
    "behaviour",
    [answers(b'{"data":{"app_tok'), answers(b"", 429), answers(b"", 500), answers(b"", 403), resets()],
    ids=["cut", "429", "500", "403", "reset"],
)
def test_a_sign_in_that_does_not_work_just_now_costs_no_attempt(
    buyer: GatewayRehearsal, way: RawServer, step: str, behaviour: Behaviour
) -> None:
    way.strike(behaviour, on=step, times=4)
    buyer.run("etax__history_input", "2027-02-06")
    assert came(buyer) == ("succeeded", 2, 0, 1)


@pytest.mark.finding("F96")
def test_a_sign_in_that_stays_away_says_so_and_never_that_an_account_is_logged_out(
    buyer: GatewayRehearsal, way: RawServer
) -> None:
    way.strike(answers(b"", 500), on="getAppToken")
    buyer.run("etax__history_input", "2027-02-06")
    task = the_task(buyer)
    assert (task["status"], task["error_code"], task["attempts"]) == ("pending", "GATEWAY_SIGN_IN", 0)
    assert buyer.pool.execute("SELECT count(*) AS n FROM fapiao.login_request").fetchone() == {"n": 0}
