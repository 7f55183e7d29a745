"""The environment of our Airflow: complete, private to this home, and safe from the user's other Airflow."""

import base64
import json
import os
from pathlib import Path

import psycopg
import pytest

from fapiao.errors import Unusable
from launcher import airflow_env as airflow
from launcher.airflow_env import airflow_environment, airflow_home, ensure_metadata, login_password
from launcher.connections import POOL_VARIABLE
from launcher.guard import start
from launcher.pool import running_postgres
from temporary_postgres import ROOT

POOL = "postgresql://u:p@127.0.0.1:5432/invoice_pool"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the Airflow that the tests run in are no user's."""
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        monkeypatch.delenv(name)


@pytest.fixture
def environment(fapiao_home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("NO_PROXY", "example.org")
    with running_postgres():
        return airflow_environment(POOL, port=8123)


def test_it_names_our_folders_and_needs_no_pythonpath(environment, fapiao_home):
    assert environment["AIRFLOW_HOME"] == str(fapiao_home / "airflow")
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"] == str(ROOT / "dags")
    assert environment["AIRFLOW__CORE__PLUGINS_FOLDER"] == str(ROOT / "plugins")
    assert "PYTHONPATH" not in environment


def environment_of(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, str]:
    """What Airflow gets of a user who set this as AIRFLOW__…"""
    for name, value in settings.items():
        monkeypatch.setenv(f"AIRFLOW__{name}", value)
    with running_postgres():
        return airflow_environment(POOL, port=8123)


@pytest.mark.finding("F54")
def test_what_the_user_sets_wins_over_what_we_would(fapiao_home, monkeypatch):
    mine = {
        "CORE__EXECUTOR": "KubernetesExecutor", "CORE__PARALLELISM": "2", "CORE__DEFAULT_TIMEZONE": "UTC",
        "CORE__AUTH_MANAGER": "my.Manager", "CORE__FERNET_KEY": "k", "API__HOST": "::", "API__BASE_URL": "https://a/b",
        "SECRETS__BACKEND": "my.Backend", "SECRETS__BACKEND_KWARGS": '{"x": 1}', "METRICS__OTEL_ON": "True",
        "DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://me:s3cret@db/meta", "LOGGING__REMOTE_LOGGING": "True",
    }  # fmt: skip
    found = environment_of(monkeypatch, **mine)
    assert {name: found[f"AIRFLOW__{name}"] for name in mine} == mine
    assert not airflow.login_is_ours(found)
    told = "\n".join(airflow.settings_of_the_user(8123))
    assert all(f"AIRFLOW__{name}" in told for name in mine)
    assert "not used" not in told
    assert "s3cret" not in told


@pytest.mark.finding("F54")
@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ("DATABASE__SQL_ALCHEMY_CONN_CMD", "DATABASE__SQL_ALCHEMY_CONN"),
        ("DATABASE__SQL_ALCHEMY_CONN_SECRET", "DATABASE__SQL_ALCHEMY_CONN"),
        ("CORE__FERNET_KEY_CMD", "CORE__FERNET_KEY"),
        ("API__SECRET_KEY_SECRET", "API__SECRET_KEY"),
        ("WEBSERVER__SECRET_KEY", "API__SECRET_KEY"),
        ("WEBSERVER__BASE_URL", "API__BASE_URL"),
        ("SCHEDULER__DAG_DIR_LIST_INTERVAL", "DAG_PROCESSOR__REFRESH_INTERVAL"),
    ],
)
def test_a_setting_is_given_by_command_secret_or_older_name_too(given, ours, fapiao_home, monkeypatch):
    found = environment_of(monkeypatch, **{given: "x"})
    assert (found[f"AIRFLOW__{given}"], f"AIRFLOW__{ours}" in found) == ("x", False), "ours would hide it"


@pytest.mark.finding("F54")
def test_what_must_be_ours_is_ours_and_said_without_its_value(fapiao_home, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", "/home/of/another")
    found = environment_of(
        monkeypatch, CORE__DAGS_FOLDER="/theirs", CORE__PLUGINS_FOLDER="/theirs", API__PORT="1",
        WEBSERVER__WEB_SERVER_PORT="1", WORKERS__EXECUTION_API_SERVER_URL="http://x", CORE__PARALLELISM="3",
    )  # fmt: skip
    assert found["AIRFLOW__CORE__DAGS_FOLDER"] == str(ROOT / "dags")
    assert found["AIRFLOW__API__PORT"] == "8123"
    assert not [name for name in found if "WEB_SERVER_PORT" in name or "AIRFLOW__WORKERS" in name]
    *unused, used = airflow.settings_of_the_user(8123)
    assert used == "Used as you set them: AIRFLOW__CORE__PARALLELISM."
    assert [sentence.split()[0] for sentence in unused] == [
        "AIRFLOW_HOME", "AIRFLOW__API__PORT", "AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__CORE__PLUGINS_FOLDER",
        "AIRFLOW__WEBSERVER__WEB_SERVER_PORT", "AIRFLOW__WORKERS__EXECUTION_API_SERVER_URL",
    ]  # fmt: skip
    assert {sentence.partition(" ")[2] for sentence in unused} == {
        "is not used: fapiao sets it itself (docs/platform.md)."
    }


@pytest.mark.finding("F54")
def test_every_setting_of_ours_stands_in_the_platform_teams_page(environment):
    page = (ROOT / "docs" / "platform.md").read_text()
    ours = [name for name in environment if name.startswith("AIRFLOW__")]
    assert [name for name in ours if name.removeprefix("AIRFLOW__") not in page] == []


@pytest.mark.finding("F54")
def test_a_rehearsal_reaches_neither_a_secrets_backend_nor_another_airflow(fapiao_home, monkeypatch):
    for name in ("SECRETS__BACKEND", "SECRETS__BACKEND_KWARGS", "WORKERS__SECRETS_BACKEND", "CORE__PARALLELISM"):
        monkeypatch.setenv(f"AIRFLOW__{name}", "x")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD", "cat secret")
    told = airflow.rehearse_apart()
    assert len(told) == 4
    found = environment_of(monkeypatch)
    assert not [name for name in found if "SECRETS" in name]
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql+psycopg2://")
    assert found["AIRFLOW__CORE__PARALLELISM"] == "x"


@pytest.mark.slow
@pytest.mark.finding("F54")
def test_metadata_of_the_user_are_made_where_nothing_is_and_anothers_are_left_alone(fapiao_home, monkeypatch):
    with running_postgres() as server:
        server.ensure_database("mine")
        url = server.url("mine")
        monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", url.replace("postgresql", "postgresql+psycopg2", 1))
        ensure_metadata()
        assert airflow.dag_files() == (0, [])
        with psycopg.connect(server.url("postgres")) as look:
            assert ("airflow",) not in look.execute("SELECT datname FROM pg_database").fetchall()
        (airflow_home() / "migrated").unlink()
        ensure_metadata()
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("UPDATE alembic_version SET version_num = 'e39a26ac59f6'")
        (airflow_home() / "migrated").unlink()
        with pytest.raises(
            Unusable, match=r"is not that of this Airflow, or is not up to date; .*Run `airflow db migrate`"
        ):
            ensure_metadata()


def test_every_address_of_the_api_server_has_the_chosen_port(environment):
    addresses = {
        name: value for name, value in environment.items() if name.startswith("AIRFLOW__") and "http:" in value
    }
    assert set(addresses) == {"AIRFLOW__API__BASE_URL", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"}
    assert all(value.startswith("http://127.0.0.1:8123") for value in addresses.values())
    assert environment["AIRFLOW__API__PORT"] == "8123"
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"


@pytest.mark.finding("F61")
def test_connections_may_be_tested(environment):
    assert environment["AIRFLOW__CORE__TEST_CONNECTION"] == "Enabled"


def test_a_proxy_for_the_world_is_not_used_within_the_machine(environment):
    assert environment["NO_PROXY"] == "example.org,127.0.0.1,localhost"


def test_its_metadata_lie_in_the_embedded_postgres_by_the_driver_that_is_named(environment):
    url = environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert url.startswith("postgresql+psycopg2://")
    assert url.endswith("/airflow")
    assert environment[POOL_VARIABLE] == POOL


def test_a_pool_that_the_user_gave_is_kept_as_he_wrote_it(fapiao_home, monkeypatch):
    monkeypatch.setenv(POOL_VARIABLE, '{"conn_type": "postgres", "host": "db"}')
    with running_postgres():
        assert airflow_environment(POOL)[POOL_VARIABLE] == '{"conn_type": "postgres", "host": "db"}'


def test_secrets_are_made_once_and_only_their_owner_reads_them(environment, fapiao_home):
    with running_postgres():
        again = airflow_environment(POOL)
    for name in ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY"):
        assert environment[name] == again[name]
    assert len(base64.urlsafe_b64decode(environment["AIRFLOW__CORE__FERNET_KEY"])) == 32
    assert len(environment["AIRFLOW__API_AUTH__JWT_SECRET"]) >= 64
    kept = [file for file in (fapiao_home / "secrets").iterdir() if file.suffix != ".lock"]
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}


def test_the_login_is_the_one_that_is_shown(environment):
    file = Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert json.loads(file.read_text()) == {"admin": login_password()}
    assert file.stat().st_mode & 0o777 == 0o600
    assert airflow.login_is_ours(environment)


@pytest.mark.slow
def test_metadata_are_migrated_once_and_again_when_the_database_is_gone(fapiao_home, monkeypatch):
    calls: list[str] = []
    migrate = airflow._migrate
    monkeypatch.setattr(airflow, "_migrate", lambda: (calls.append("migrate"), migrate()))
    with running_postgres() as server:
        ensure_metadata()
        ensure_metadata()
        assert calls == ["migrate"]
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE airflow")
        ensure_metadata()
        assert calls == ["migrate", "migrate"]
        assert airflow.dag_files() == (0, [])
    assert (airflow_home() / "migrated").exists()


def test_the_environment_of_this_process_is_left_alone(environment):
    assert not [name for name in os.environ if name.startswith("AIRFLOW")]


@pytest.mark.parametrize(
    ("program", "says"),
    [("exit('No alive jobs found.')", False), ("print('Found one alive job.')", True), ("exit('no such table')", None)],
)
def test_a_failure_to_ask_for_a_scheduler_is_not_taken_for_none(
    program: str, says: bool | None, fapiao_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow, "airflow_environment", lambda **_: dict(os.environ))
    monkeypatch.setattr(airflow, "start", lambda command, *rest: start([command[0], "-c", program], *rest))
    if says is None:
        log = fapiao_home / "logs" / "airflow-scheduler-asked.log"
        with pytest.raises(Unusable, match=f"cannot be asked: {log} has what Airflow says"):
            airflow.scheduler_at_work()
    else:
        assert airflow.scheduler_at_work() is says
