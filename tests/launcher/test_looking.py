"""Commands that look only look: no migration, no change, no Airflow, and a sentence where the pool is not as it should be."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from fapiao.paths import SQL
from hooks.pool.definitions import KINDS
from hooks.pool.migrations import migrate
from hooks.pool.roles import APPLICATION, READER
from launcher.connections import POOL_VARIABLE, READER_VARIABLE
from launcher.main import main
from launcher.postgres import EmbeddedPostgres
from temporary_postgres import ROOT

Capture = pytest.CaptureFixture[str]
Pool = psycopg.Connection[Any]


def ask(url: str, statement: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
    assert row
    return row[0]


def older(folder: Path, upto: int) -> Path:
    """include/sql as it was before the newest migrations."""
    (folder / "schema").mkdir(parents=True)
    for file in sorted((SQL / "schema").glob("*.sql"))[:upto]:
        (folder / "schema" / file.name).write_bytes(file.read_bytes())
    for kind in KINDS:
        (folder / kind).mkdir()
    return folder / "schema"


@pytest.mark.finding("F60")
@pytest.mark.parametrize("upto", [0, 2, -1])
def test_a_reading_command_migrates_nothing_and_says_the_next_step(
    upto: int, empty_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    seen = (
        "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    with psycopg.connect(empty_url, autocommit=True) as owner:
        if upto:
            migrate(owner, older(tmp_path / "sql", upto))
        before = ask(empty_url, seen)
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, empty_url)
    assert main(["log"]) == 1
    said = capsys.readouterr().err
    assert "./fapiao db migrate" in said
    assert ("older than this program" in said) is bool(upto)
    assert said.count("\n") == 1
    assert ask(empty_url, seen) == before


@pytest.mark.finding("F60")
def test_a_pool_of_a_newer_version_is_not_read_by_an_older_program(
    owner_url: str, pool_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO public.fapiao_migration (number, name, sha256) VALUES (9000, 'ahead', '')")
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    assert main(["taxpayers", "list"]) == 1
    assert "9000_ahead, which these files do not have" in capsys.readouterr().err


@pytest.mark.finding("F60")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "DELETE FROM public.fapiao_migration WHERE number = (SELECT max(number) FROM public.fapiao_migration)",
            "is older",
        ),
        ("UPDATE sync.quota_limit SET daily = daily + 1", "knows other rules"),
        ("DELETE FROM sync.code_label WHERE code = 'leqi'", "knows other rules"),
    ],
)
def test_where_the_role_may_not_migrate_the_owner_is_asked_for(
    change: LiteralString, said: str, owner: Pool, pool_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    owner.execute(change)
    owner.commit()
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    assert main(["params", "set", "rim_download", "open_replenish_last_month", "1"]) == 1
    assert f"The pool {said}" in (complaint := capsys.readouterr().err)
    assert "./fapiao db migrate, as its owner" in complaint


@pytest.mark.finding("F60")
def test_a_reader_who_acts_is_told_what_is_missing(
    pool_url: str, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    monkeypatch.setenv(POOL_VARIABLE, postgres.url(pool_url.rpartition("/")[2], READER))
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    assert main(["params", "set", "rim_download", "open_replenish_last_month", "1"]) == 1
    said = capsys.readouterr().err
    assert f"permission denied for table parameter): name a member of {APPLICATION}" in said
    assert not (tmp_path / "home" / "logs").exists()


@pytest.mark.finding("F60")
def test_an_embedded_pool_that_was_never_made_is_a_sentence(fapiao_home: Path, capsys: Capture) -> None:
    assert main(["log"]) == 1
    assert "There is no pool in" in capsys.readouterr().err
    assert main(["status"]) == 3
    assert list(fapiao_home.iterdir()) == []


LOOKING = """
import sys
sys.path[:0] = [{root!r}, {plugins!r}]
from launcher.main import main
for words in {commands!r}:
    code = main(words)
    assert code in (0, 1, 3), (words, code)
    assert "airflow" not in sys.modules, words
"""
LOOKS: tuple[list[str], ...] = (
    ["log"],
    ["log", "--counts"],
    ["log", "--quota", "--json"],
    ["log", "--skipped"],
    ["log", "--batch", "B", "--events"],
    ["log", "--batch", "B", "--attempts"],
    ["log", "--reply", "1"],
    ["export", "log", "--out", "log.xlsx"],
    ["export", "pool", "--out", "pool.xlsx"],
    ["select", "list"],
    ["select", "log", "--ledger"],
    ["select", "show", "1"],
    ["select", "export", "--out", "select.xlsx"],
    ["select", "auto", "--picks"],
    ["backfill", "list"],
    ["backfill", "show", "B"],
    ["backfill", "missing"],
    ["backfill", "auto"],
    ["backfill", "--taxpayers", "91310000MA1EXAMP07", "--years", "2026", "--types", "81", "--dry-run"],
    ["import", "--quarantine"],
    ["files", "1"],
    ["taxpayers", "list"],
    ["schemes", "list"],
    ["params", "list"],
    ["params", "get", "rim_download", "open_replenish_last_month"],
    ["rights", "list"],
    ["calendar", "--from", "2027-01-01", "--to", "2027-01-02"],
    ["template"],
    ["status"],
)


@pytest.mark.finding("F60")
def test_a_reader_looks_by_every_command_and_neither_airflow_nor_a_folder_comes_of_it(
    pool: Pool, pool_url: str, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """The only role that is known here may do nothing but read."""
    url = postgres.url(pool_url.rpartition("/")[2], READER)
    home, work = tmp_path / "user", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    script = LOOKING.format(root=str(ROOT), plugins=str(ROOT / "plugins"), commands=LOOKS)
    here = {"PATH": os.defpath, "HOME": str(home), "FAPIAO_HOME": str(tmp_path / "data"), READER_VARIABLE: url}
    done = subprocess.run(
        [sys.executable, "-c", script], env=here, cwd=work, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "permission denied" not in done.stderr
    assert list(home.iterdir()) == []
    assert not (tmp_path / "data").exists()
    noted = pool.execute("SELECT filter ->> 'view', count(*) FROM sync.log_export GROUP BY 1 ORDER BY 1").fetchall()
    assert ("rows", 1) in noted
    assert ("pool", 1) in noted


@pytest.mark.finding("F60")
def test_an_import_loads_no_airflow_either(pool_url: str, tmp_path: Path) -> None:
    (sample,) = list((ROOT / "tests" / "samples" / "bureau_files").glob("*202009*"))[:1]
    script = LOOKING.format(root=str(ROOT), plugins=str(ROOT / "plugins"), commands=[["import", str(sample)]])
    here = {"PATH": os.defpath, "HOME": str(tmp_path), "FAPIAO_HOME": str(tmp_path / "data"), POOL_VARIABLE: pool_url}
    done = subprocess.run([sys.executable, "-c", script], env=here, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "airflow").exists()
