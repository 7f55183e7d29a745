"""`--limit` of every command that has it: a number of rows, or a sentence."""

from pathlib import Path

import psycopg
import pytest

from launcher.connections import POOL_VARIABLE
from launcher.main import main
from task_rows import put

LISTINGS = {
    "log": ["log"],
    "backfill list": ["backfill", "list"],
    "backfill missing": ["backfill", "missing"],
    "select list": ["select", "list"],
    "select log": ["select", "log"],
    "export log": ["export", "log", "--out", "log.xlsx"],
}


@pytest.mark.parametrize("typed", ["-1", "-20", "0", "many", "2.5", ""])
@pytest.mark.parametrize("listing", LISTINGS)
def test_what_is_no_number_of_rows_is_refused_with_a_sentence(
    listing: str, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main([*LISTINGS[listing], "--limit", typed])
    assert refused.value.code == 2
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert complaint.endswith(f"--limit: {typed!r} is no number of rows: write a whole number from 1 on")


@pytest.mark.parametrize("listing", ["log", "backfill list", "backfill missing", "select list", "select log"])
def test_more_rows_than_can_be_are_all_of_them(
    listing: str, pool: psycopg.Connection, pool_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    put(pool, batch_no="B123")
    pool.commit()
    assert main([*LISTINGS[listing], "--limit", "9" * 30]) == 0
    assert ("B123" in capsys.readouterr().out) is (listing == "log")
