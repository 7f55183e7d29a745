"""Who migrates, who works and who looks: in the embedded server, in homes of older versions, in a pool that is given."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from fapiao.errors import Unusable
from fapiao.paths import SQL
from hooks.pool.definitions import KINDS
from hooks.pool.migrations import migrate
from hooks.pool.roles import APPLICATION, READER, rights_are_given
from hooks.pool.start import bring_up_to_date
from launcher.airflow_env import DATABASE as METADATA
from launcher.airflow_env import ROLE, _hand_over, airflow_environment
from launcher.connections import OWNER_VARIABLE, POOL_VARIABLE, READER_VARIABLE
from launcher.main import main
from launcher.pool import DATABASE, embedded, embedded_pool_url, pool_url, reading_session, running_postgres
from launcher.postgres import EmbeddedPostgres
from temporary_postgres import ROOT

Capture = pytest.CaptureFixture[str]
Pool = psycopg.Connection[Any]


def ask(url: str, statement: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
    assert row
    return row[0]


@pytest.mark.finding("F78")
def test_a_home_of_an_older_version_gets_its_roles_where_it_stands(fapiao_home: Path) -> None:
    """Such a home has one role, its superuser, who owns the pool and Airflow's metadata."""
    with running_postgres() as server:
        server.ensure_database(DATABASE)
        with psycopg.connect(server.url(DATABASE), autocommit=True) as pool:
            bring_up_to_date(pool)
            pool.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('KEPT')")
            with pytest.raises(Unusable, match=r"knows no fapiao_reader yet: \./fapiao db migrate"):
                reading_session().__enter__()
        server.ensure_database(METADATA)
        with psycopg.connect(server.url(METADATA), autocommit=True) as metadata:
            metadata.execute(
                "CREATE TYPE state AS ENUM ('on'); CREATE TABLE dag (id serial, s state); CREATE SEQUENCE own"
            )
            metadata.execute("CREATE VIEW seen AS SELECT id FROM dag; INSERT INTO dag (s) VALUES ('on')")
        with pool_url() as url:
            assert ask(url, "SELECT current_user::text") == APPLICATION
            assert ask(url, "SELECT org_code FROM enterprise.organisation") == "KEPT"
            with reading_session() as reader:
                assert reader.execute("SELECT current_user::text").fetchone() == (READER,)
        _hand_over()
        _hand_over()
        theirs = server.url(METADATA, ROLE)
        assert ask(theirs, "SELECT count(*) FROM pg_class WHERE relowner <> to_regrole(current_user)::oid "
                           "AND relnamespace = 'public'::regnamespace") == 0  # fmt: skip
        with psycopg.connect(theirs, autocommit=True) as metadata:
            metadata.execute("ALTER TABLE dag ADD COLUMN x int")
            metadata.execute("ALTER TYPE state ADD VALUE 'off'")
            metadata.execute("INSERT INTO dag (s) VALUES ('off')")
        assert ask(theirs, "SELECT count(*) FROM seen") == 2
        for url in (server.url(METADATA, READER), server.url(METADATA, APPLICATION)):
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(url)


@pytest.mark.finding("F78")
def test_no_task_is_given_the_owner(fapiao_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AIRFLOW__")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(OWNER_VARIABLE, "postgresql://owner:hush-hush@db.example/invoice_pool")
    with embedded_pool_url() as url:
        _hand_over()
        environment = airflow_environment(url)
        password = (embedded().folder / "password").read_text(encoding="ascii")
        urls = [value for value in environment.values() if value.startswith("postgresql")]
        assert [value for value in environment.values() if password in value or "hush-hush" in value] == []
        plain = [one.replace("postgresql+psycopg2://", "postgresql://") for one in urls]
        assert {ask(one, "SELECT current_user::text") for one in plain} == {APPLICATION, ROLE}


@pytest.mark.finding("F78")
def test_psql_reads_by_the_url_that_is_printed(fapiao_home: Path, capsys: Capture) -> None:
    try:
        assert main(["db", "url"]) == 0
        reader = capsys.readouterr().out.strip()
        assert ask(reader, "SELECT count(*) FROM fapiao.sync_log") == 0
        assert ask(reader, "SELECT current_user::text") == READER
        for role, name in (("application", APPLICATION), ("owner", "fapiao")):
            assert main(["db", "url", "--role", role]) == 0
            assert ask(capsys.readouterr().out.strip(), "SELECT current_user::text") == name
        for file in embedded().folder.glob("*password"):
            assert file.stat().st_mode & 0o077 == 0, file
    finally:
        main(["down"])


@pytest.fixture
def team(maintenance: Pool, postgres: EmbeddedPostgres) -> Iterator[str]:
    """A platform team's database: one ordinary role that owns it and is everything."""
    maintenance.execute("CREATE ROLE team LOGIN PASSWORD 'team' NOSUPERUSER")
    maintenance.execute("CREATE DATABASE team_pool OWNER team")
    yield f"postgresql://team:team@127.0.0.1:{postgres.port}/team_pool"
    maintenance.execute("DROP DATABASE team_pool WITH (FORCE)")
    maintenance.execute("DROP ROLE team")


@pytest.mark.finding("F78")
def test_a_pool_with_one_role_for_everything_goes_on_working(
    team: str,
    postgres: EmbeddedPostgres,
    template: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, team)
    assert main(["params", "set", "rim_download", "open_replenish_last_month", "1"]) == 0
    assert main(["params", "list"]) == main(["log", "--xlsx", str(tmp_path / "log.xlsx")]) == 0
    assert ask(team, "SELECT count(*) FROM sync.log_export") == 1
    with psycopg.connect(team, autocommit=True) as owner:
        assert not rights_are_given(owner), "nobody asked for it"
        assert main(["db", "roles"]) == 0
        assert rights_are_given(owner)
    assert POOL_VARIABLE in capsys.readouterr().err
    monkeypatch.setenv(OWNER_VARIABLE, team)
    monkeypatch.setenv(POOL_VARIABLE, postgres.url("team_pool", APPLICATION))
    monkeypatch.setenv(READER_VARIABLE, postgres.url("team_pool", READER))
    assert main(["params", "set", "rim_download", "open_replenish_last_month", "0"]) == 0
    assert main(["params", "get", "rim_download", "open_replenish_last_month"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0"


@pytest.mark.finding("F78")
def test_the_passwords_of_the_connections_become_those_of_the_roles(
    fapiao_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As compose does at every start, on a server that knows neither of them."""
    with running_postgres() as server:
        server.ensure_database(DATABASE)
        place = server.url(DATABASE).partition("@")[2]
        monkeypatch.setenv(OWNER_VARIABLE, server.url(DATABASE))
        monkeypatch.setenv(POOL_VARIABLE, f"postgresql://{APPLICATION}:a%2Fb@{place}")
        monkeypatch.setenv(READER_VARIABLE, f"postgresql://{READER}:c@{place}")
        assert main(["db", "migrate"]) == 0
        assert main(["db", "roles"]) == main(["db", "roles"]) == 0
        assert main(["params", "list"]) == 0
        assert ask(f"postgresql://{APPLICATION}:a%2Fb@{place}", "SELECT current_user::text") == APPLICATION
        assert "a/b" not in server.log.read_text(encoding="utf-8")


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
