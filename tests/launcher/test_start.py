"""A command that only reads answers at once: it imports neither Airflow nor what Airflow or the bench drags along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asked_of_leqi import UNIT
from launcher.connections import BUREAU_VARIABLES, POOL_VARIABLE
from launcher.main import COMMANDS, HIDDEN
from selection_room import SelectionRoom
from selection_stands import KINDS, Kind, selecting
from temporary_postgres import ROOT

SLOW_TO_IMPORT = ("airflow", "pandas", "sqlalchemy", "httpx", "openpyxl", "rich.console")
RUNS_A_COMMAND = """
import atexit, runpy, sys
unwanted = sys.argv.pop(1).split(",")
atexit.register(lambda: print("imported:", *[name for name in unwanted if name in sys.modules], file=sys.stderr))
sys.argv.pop(0)
runpy.run_path(sys.argv[0] + "/__main__.py", run_name="__main__")
"""
NUMBER = "91310000MA1EXAMP07"
READING = (
    "backfill list", "backfill missing", "backfill auto", "calendar --from 2027-01-01 --to 2027-01-01",
    "entries load nowhere.csv", "export log --out log.xlsx", "export pool --out pool.xlsx", "export batch B --out b.xlsx",
    "files 12345678", "import --quarantine", "key-elements --reset", "log", "log --attempts --batch B", "log --batches",
    "log --counts", "log --events --batch B", "log --invoices --batch B", "log --json", "log --quota", "log --reply 1",
    "log --skipped", "log --xlsx x.xlsx", "params get rim_download open_replenish_last_month", "params list",
    "rights list", "schemes list", "select auto", "select auto --picks", "select export --out s.xlsx", "select list",
    "select log", "select log --ledger", "select show 1", "status", "taxpayers list", "template",
    "template taxpayers", f"backfill --taxpayers {NUMBER} --years 2025 --dry-run",
)  # fmt: skip
ASKING = ("select login", "select period", "select statistics")
"""They ask the bureau; without one they say so at once."""


def imported(words: str, folder: Path, **variables: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Runs a command line in a process of its own; what it imported of the list above."""
    environment = os.environ | {"FAPIAO_HOME": str(folder / "home")} | dict.fromkeys(BUREAU_VARIABLES, "") | variables
    command = [sys.executable, "-c", RUNS_A_COMMAND, ",".join(SLOW_TO_IMPORT), ROOT / "launcher", *words.split()]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    told, _, found = done.stderr.rpartition("imported:")
    assert "failed unexpectedly" not in told
    return done, found.strip()


@pytest.mark.parametrize("command", [*COMMANDS, *HIDDEN])
def test_no_help_waits_for_airflow(command: str, tmp_path: Path) -> None:
    done, found = imported(f"{command} --help", tmp_path)
    assert (done.returncode, found) == (0, ""), done.stderr
    assert done.stdout.startswith("usage: ./fapiao")


@pytest.mark.parametrize("words", READING)
def test_no_command_that_only_reads_the_pool_imports_airflow(words: str, pool_url: str, tmp_path: Path) -> None:
    done, found = imported(words, tmp_path, **{POOL_VARIABLE: pool_url})
    assert found == ""
    assert done.returncode != 2, done.stderr


@pytest.mark.parametrize("words", ASKING)
def test_a_question_to_the_bureau_without_a_bureau_is_refused_without_airflow(
    words: str, pool_url: str, tmp_path: Path
) -> None:
    done, found = imported(f"{words} {NUMBER}", tmp_path, **{POOL_VARIABLE: pool_url})
    assert (done.returncode, found) == (1, "")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_question_to_the_bureau_is_asked_without_airflow(
    kind: Kind, monkeypatch: pytest.MonkeyPatch, pool_url: str, tmp_path: Path
) -> None:
    with selecting(kind, monkeypatch) as stand:
        room = SelectionRoom(pool_url, stand.hook)
        room.company(NUMBER, kind.channel, account="receiver@example")
        room.pool.execute("UPDATE enterprise.taxpayer SET leqi_id = %s", [UNIT])
        room.close()
        given = {kind.variable: os.environ[kind.variable], POOL_VARIABLE: pool_url}
        for words in ASKING:
            done, found = imported(f"{words} {NUMBER}", tmp_path, **given)
            assert (done.returncode, found.split()[0]) == (0, "httpx"), done.stderr
            assert set(found.split()) <= {"httpx", "rich.console"}, "httpx brings rich along"
