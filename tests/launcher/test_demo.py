"""The demo rehearses in a pool of its own, and what it shows fits a terminal."""

import argparse
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from rich.cells import cell_len

from fapiao.bureau_kind import REAL, REHEARSAL
from fapiao.downloads.protocol import Applied
from fapiao.errors import Unusable
from hooks.pool.bureau_kind import ask_anew, claim, kind_of
from hooks.queues.tasks import TaskTable
from launcher.airflow_env import METADATA
from launcher.commands import demo
from launcher.commands.supervise import _is_simulated
from launcher.connections import BUREAU_VARIABLES, LEQI_VARIABLE, POOL_VARIABLE
from launcher.dag_runs import DagRun
from launcher.demo_report import show
from launcher.main import main
from launcher.pool import embedded
from launcher.rehearsing import rehearsing
from task_rows import NOON, put, take_one, told

DAY = date(2027, 3, 10)
SLOT = (
    "INSERT INTO sync.quota_slot (taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day, state,"
    " task_id, settled_at) VALUES ('x', 'leqi', 'full', 'output', 'invoice', '81', '2027-03-01', '2027-03-10', 'consumed', %s,"
    " now())"
)


def asked(*words: str) -> argparse.Namespace:
    """The demo's arguments."""
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_it_never_takes_a_pool_that_was_given_by_connection_unless_told_to(
    fapiao_home: Path, monkeypatch: pytest.MonkeyPatch, pool_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    with demo._pool(asked("--given-pool")) as url:
        assert url == pool_url
    with demo._pool(asked()) as url:
        assert url != pool_url
    assert capsys.readouterr().err.startswith("The demo rehearses in the embedded pool, not in that of AIRFLOW_CONN_")


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_up_puts_no_simulator_beside_a_bureau_that_is_given_nor_into_the_real_bureaus_pool(
    fapiao_home: Path, monkeypatch: pytest.MonkeyPatch, pool_url: str, airflow_metadata: None
) -> None:
    from airflow.configuration import conf

    for name in BUREAU_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert not _is_simulated(pool_url, {LEQI_VARIABLE: "leqi://a:b@c"})
    with psycopg.connect(pool_url) as connection:
        assert kind_of(connection) is None
        claim(connection, REAL, "connection leqi")
        put(connection, "downloading")
    metadata = {METADATA: conf.get("database", "sql_alchemy_conn")}
    with pytest.raises(Unusable, match="This pool is filled by the real bureau"):
        _is_simulated(pool_url, os.environ | metadata)


@pytest.mark.parametrize("width", [80, 100])
def test_its_tables_fit_the_terminal_and_the_summary_comes_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pool_url: str, width: int
) -> None:
    with psycopg.connect(pool_url) as connection:
        for kind in ("81", "82"):
            put(connection, "succeeded", invoice_type=kind, downloaded_count=3, inserted_count=3)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    ended = [
        DagRun("soft_certificate__current_month", "run-1", "success"),
        DagRun("leqi__current_month", "run-1", "failed"),
    ]
    show(pool_url, DAY, [(one, datetime(2027, 1, 1, tzinfo=UTC)) for one in ended])
    lines = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()
    assert lines[0] == "2027-03-10: 2 DAG runs, not well: leqi__current_month."
    assert lines[1] == "任务 · tasks: 2 成功."
    assert max(map(cell_len, lines)) <= width
    assert any(line.startswith("  batch") for line in lines), "a table, and no record"


WITHOUT = "all well; 1 tasks without a result, the reasons stand below the runs"


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("succeeded", None, "all well"),
        ("download_failed", "LEQI_99", "not well: leqi__current_month"),
        ("download_failed", "SMALL_SCALE", WITHOUT),
        ("apply_failed", "NOT_OBTAINABLE", WITHOUT),
        ("downloading", None, WITHOUT),
    ],
)
def test_a_run_whose_rows_failed_is_not_well_although_airflow_calls_it_a_success(
    capsys: pytest.CaptureFixture[str], pool_url: str, status: str, code: str | None, said: str
) -> None:
    """A row that a rule forbids to ask for is no failure."""
    began = datetime(2027, 1, 1, tzinfo=UTC)
    with psycopg.connect(pool_url) as connection:
        put(connection, status, **({"error_code": code, "error_message": "x"} if code else {}))
    ended = [DagRun("leqi__current_month", "run-1", "success"), DagRun("leqi__incremental", "run-1", "success")]
    bad = show(pool_url, DAY, [(one, began) for one in ended])
    assert capsys.readouterr().out.splitlines()[0] == f"2027-03-10: 2 DAG runs, {said}."
    assert bad == (["leqi__current_month"] if "not well" in said else [])


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_a_given_pool_that_is_not_there_is_never_replaced_by_the_embedded_one(
    fapiao_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(POOL_VARIABLE, raising=False)
    with pytest.raises(Unusable, match=f"No pool is given to rehearse in: set {POOL_VARIABLE}"):
        demo.run(asked("--given-pool"))
    assert not embedded().data.exists()


@pytest.mark.finding("F59")
@pytest.mark.parametrize("command", ["demo", "up"])
def test_a_demo_stands_in_the_way_of_another_one_and_of_a_stack_in_its_home(
    command: str, fapiao_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with rehearsing():
        assert main([command]) == 1
    said = (
        f"In {fapiao_home} a demo is at work, or the stack is being started: wait for its end, then run this again.\n"
    )
    assert capsys.readouterr().err == said
    assert not embedded().data.exists()
    with rehearsing():
        """It is free again."""


@pytest.mark.finding("F59")
def test_what_waits_for_a_simulator_that_has_ended_applies_once_more_with_its_quota_given_back(
    pool: psycopg.Connection,
) -> None:
    claim(pool, REHEARSAL, "./fapiao demo", binding=True)
    asked, file = (
        put(pool, "downloading", generation=3, attempts=2, polls=4),
        put(pool, "downloading", job="bureau_file"),
    )
    voided = put(pool, "downloading", void_state="voided", voided_by="li", voided_at=NOON, void_reason="x")
    pool.execute(SLOT, [asked])
    pool.commit()
    assert (ask_anew(pool), ask_anew(pool)) == (1, 0)
    assert told(pool, asked, "status", "request_no", "generation", "attempts") == ("pending", None, 4, 0)
    assert pool.execute("SELECT state FROM sync.quota_slot").fetchall() == [("released",)]
    assert [told(pool, one, "status") for one in (file, voided)] == [("downloading",)] * 2
    reason = "SELECT reason FROM sync.task_event WHERE task_id = %s ORDER BY seq DESC LIMIT 1"
    assert pool.execute(reason, [asked]).fetchone() == ("受理此申请的模拟税局已结束，向新的模拟税局重新申请",)


@pytest.mark.finding("F59")
def test_in_the_pool_of_the_real_bureau_nothing_applies_once_more(pool: psycopg.Connection) -> None:
    claim(pool, REAL, "connection leqi")
    asked = put(pool, "downloading")
    assert ask_anew(pool) == 0
    assert told(pool, asked, "status") == ("downloading",)


@pytest.mark.finding("F59")
def test_a_row_that_applies_once_more_asks_the_questions_of_its_new_application(pool: psycopg.Connection) -> None:
    mine = take_one(pool)
    queue, first, then = TaskTable(pool), Applied("1", ({"number": "1"},), 0.0), Applied("2", ({"number": "2"},), 0.0)
    for application in (first, then):
        queue.accepted(mine, application, NOON)
        pool.execute("UPDATE sync.part SET stored = 1, done = true WHERE %s", [application is first])
    found = pool.execute("SELECT part_no, argument, stored, done FROM sync.part").fetchall()
    assert found == [(1, {"number": "2"}, 0, False)]
