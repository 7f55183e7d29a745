"""Who migrates, who works and who looks: in the embedded server, in homes of older versions, in a pool that is given."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fapiao.errors import Unusable
from hooks.pool.roles import APPLICATION, READER, rights_are_given
from hooks.pool.start import bring_up_to_date
from launcher.airflow_env import DATABASE as METADATA
from launcher.airflow_env import ROLE, _hand_over, airflow_environment
from launcher.connections import OWNER_VARIABLE, POOL_VARIABLE, READER_VARIABLE
from launcher.main import main
from launcher.pool import DATABASE, embedded, embedded_pool_url, pool_url, reading_session, running_postgres
from launcher.postgres import EmbeddedPostgres

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


@pytest.mark.finding("F78")
def test_an_owner_who_makes_roles_and_is_no_superuser_gives_them_their_logins(
    fapiao_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """As on a managed server, where nobody is a superuser."""
    with running_postgres() as server:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE team LOGIN PASSWORD 'team' CREATEROLE NOSUPERUSER")
            connection.execute("CREATE DATABASE team_pool OWNER team")
        place = f"127.0.0.1:{server.port}/team_pool"
        monkeypatch.setenv(OWNER_VARIABLE, f"postgresql://team:team@{place}")
        monkeypatch.setenv(READER_VARIABLE, f"postgresql://{READER}:c@{place}")
        for password in ("first", "second"):
            application = f"postgresql://{APPLICATION}:{password}@{place}"
            monkeypatch.setenv(POOL_VARIABLE, application)
            assert main(["db", "roles"]) == 0, capsys.readouterr().err
            assert ask(application, "SELECT current_user::text") == APPLICATION
        assert main(["params", "list"]) == 0
    assert "superuser" not in capsys.readouterr().err


@pytest.mark.finding("F78")
def test_a_login_that_the_owner_may_not_give_is_left_to_a_superuser_and_the_rights_are_given(
    team: str, postgres: EmbeddedPostgres, template: str, fapiao_home: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: Capture
) -> None:  # fmt: skip
    monkeypatch.setenv(OWNER_VARIABLE, team)
    monkeypatch.setenv(POOL_VARIABLE, postgres.url("team_pool", APPLICATION))
    assert main(["db", "roles"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"team may not change {APPLICATION} (permission denied to alter role): let a superuser")
    assert POOL_VARIABLE in said
    with psycopg.connect(team, autocommit=True) as owner:
        assert rights_are_given(owner)
