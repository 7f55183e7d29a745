"""What `./fapiao run` prints of the rows of a run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from launcher.commands.run import log_name, print_outcome
from launcher.dag_runs import DagRun
from launcher.main import main
from task_rows import put

SINCE = datetime.now(UTC) - timedelta(hours=1)
BEFORE = SINCE - timedelta(hours=1)


def rows_of(pool: psycopg.Connection, url: str, dag_id: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """How many rows failed, and what was printed."""
    pool.commit()
    failed = print_outcome(url, DagRun(dag_id, "run-9", "success"), SINCE)
    return failed, capsys.readouterr().out


@pytest.mark.finding("F91")
def test_a_sweep_says_what_ended_and_what_is_still_open_in_every_dag(
    pool: psycopg.Connection, pool_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = {"claimed_by": "sweep_results/run-9/sweep"}
    put(pool, "succeeded", batch_no="earlier", invoice_type="01", finished_at=BEFORE, **mine)
    put(pool, "download_failed", batch_no="ended", invoice_type="02", finished_at=datetime.now(UTC), error_code="LEQI_99", error_message="x", **mine)  # fmt: skip
    put(pool, "downloading", batch_no="aside", invoice_type="03", not_before="infinity", error_code="SET_ASIDE", error_message="已搁置")  # fmt: skip
    failed, printed = rows_of(pool, pool_url, "sweep_results", capsys)
    assert failed == 1
    assert 'SET_ASIDE: the row ended its workers several times and is set aside ("已搁置")' in printed
    assert "LEQI_99: x" in printed and "succeeded" not in printed
    assert rows_of(pool, pool_url, "etax__compensation", capsys) == (
        0,
        "etax__compensation: success (run-9)\n  (nothing)\n",
    )


@pytest.mark.req("R141")
def test_a_row_that_a_rule_let_fail_is_shown_and_is_no_failure_of_the_run(
    pool: psycopg.Connection, pool_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(pool, "download_failed", batch_no="small", finished_at=datetime.now(UTC), error_code="SMALL_SCALE", error_message="小规模", claimed_by="sweep_results/run-9/sweep")  # fmt: skip
    failed, printed = rows_of(pool, pool_url, "sweep_results", capsys)
    assert failed == 0
    assert 'SMALL_SCALE: a small-scale taxpayer has no selection for deduction ("小规模")' in printed


@pytest.mark.finding("F91")
@pytest.mark.parametrize("owner", ["leqi__current_month/run-9/collect", "leqi__current_month/run-9"])
def test_rows_of_another_run_of_the_dag_that_works_at_the_same_time_are_not_shown(
    owner: str, pool: psycopg.Connection, pool_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    now = {"finished_at": datetime.now(UTC)}
    put(pool, "succeeded", batch_no="scheduled", run_id="run-90", claimed_by="leqi__current_month/run-90/collect", **now)  # fmt: skip
    put(pool, "succeeded", batch_no="taken over", run_id="run-8", claimed_by=owner, downloaded_count=7, ignored_count=7, **now)  # fmt: skip
    put(pool, "pending", batch_no="planned", run_id="run-9")
    _, printed = rows_of(pool, pool_url, "leqi__current_month", capsys)
    shown = [line.split()[-8:] for line in printed.splitlines()[2:]]
    assert [(line[1], line[2]) for line in shown if line[1] == "1"] == [("1", "0"), ("1", "7")], printed


@pytest.mark.finding("F41")
def test_a_run_that_was_refused_says_why(
    pool: psycopg.Connection, pool_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pool.commit()
    refused = DagRun("selection", "run-9", "failed", refusal="您没有该核算组织的权限。\n您没有该操作的权限。")
    print_outcome(pool_url, refused, SINCE)
    told = capsys.readouterr().out
    assert told == "selection: failed (run-9)\n  您没有该核算组织的权限。\n  您没有该操作的权限。\n"


@pytest.mark.parametrize("typed", ["../x", "x/../../../elsewhere/q", "a\nb", "x" * 300, "\x00"])
def test_the_log_of_a_run_lies_beside_the_others_whatever_was_typed_for_the_dag(typed: str) -> None:
    name = log_name(typed, SINCE)
    assert name.startswith("run-") and len(name) < 120
    assert not {"/", "\n", "\x00"} & {*name}


def test_a_day_is_given_once(fapiao_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "leqi__incremental", "--date", "2027-03-10", "--conf", '{"date": "2027-03-11"}']
    assert main(words) == 1
    assert capsys.readouterr().err == "the day stands in --date and in --conf: keep one of them\n"
