"""A company that comes to 乐企 in the middle of a month: what it has of the month, what it lacks, and who says so."""

from collections.abc import Iterator

import pytest

from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from rehearsal import GENERAL, Rehearsal

SKIPPED = "SELECT reason_code, window_start::text, window_end::text FROM fapiao.plan_skip ORDER BY 2, 1"


def skipped(room: Rehearsal) -> list[tuple[str, ...]]:
    """(reason, first day, last day) of what was left out."""
    return [tuple(row.values()) for row in room.pool.execute(SKIPPED).fetchall()]


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """A pool and a bureau with both planes."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-01-05") as found:
        yield found


@pytest.mark.finding("F07")
@pytest.mark.req("A-50", "R268")
def test_the_month_is_asked_for_from_the_authorisation_on_and_is_never_complete(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer(authorised_on="2027-01-15")
    rehearsal.scheme("81", downloads=["input_full"])
    before = rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2027-01-10")
    after = rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2027-01-20")

    rehearsal.run("leqi__history_input", "2027-02-06")

    assert (before in rehearsal.invoices(), after in rehearsal.invoices()) == (False, True)
    assert {task["job"]: task["schemes"] for task in rehearsal.tasks()} == {
        "history_input": ["全量"],
        "usage_status": ["全量"],
    }
    (task,) = rehearsal.tasks(job="history_input")
    assert (str(task["window_start"]), str(task["window_end"])) == ("2027-01-15", "2027-01-31")
    assert skipped(rehearsal) == [("before_authorisation", "2027-01-01", "2027-01-14")]
    levels = rehearsal.pool.execute("SELECT level FROM fapiao.month_completeness").fetchall()
    assert [row["level"] for row in levels] == ["unproven"]

    rehearsal.run("leqi__back_check", "2027-03-12")

    assert len(rehearsal.tasks(job="back_check")) == 0
    assert skipped(rehearsal)[1:] == [
        ("before_authorisation", "2027-01-01", "2027-01-14"),
        ("part_complete", "2027-01-15", "2027-01-31"),
    ]


@pytest.mark.finding("F07")
@pytest.mark.req("A-25", "G6")
def test_what_the_web_did_before_the_company_moved_to_leqi_is_not_asked_for_again(room: GatewayRehearsal) -> None:
    room.company()
    room.scheme("81", downloads=["input_full", "output_full"])
    bought = room.bought("81", "2027-01-10")
    room.run("etax__history_output", "2027-02-02")
    room.run("etax__history_input", "2027-02-06")
    assert set(room.invoices()) == {bought}

    room.pool.execute("UPDATE enterprise.taxpayer SET channel = 'leqi', leqi_authorised_on = '2027-02-10'")
    room.run("leqi__back_check", "2027-03-12")

    assert room.tasks(channel="leqi") == []
    assert skipped(room) == [("already_complete", "2027-01-01", "2027-01-31")] * 2
