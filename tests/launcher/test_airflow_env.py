"""The environment of our Airflow: complete, private to this home, and safe from the user's other Airflow."""

import base64
import json
import os
from pathlib import Path

import psycopg
import pytest

from launcher import airflow_env as airflow
from launcher.airflow_env import airflow_environment, airflow_home, ensure_metadata, login_password
from launcher.connections import POOL_VARIABLE
from launcher.pool import running_postgres
from temporary_postgres import ROOT

POOL = "postgresql://u:p@127.0.0.1:5432/invoice_pool"


@pytest.fixture
def environment(fapiao_home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "SomebodyElsesExecutor")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "of.another.Airflow")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("NO_PROXY", "example.org")
    with running_postgres():
        return airflow_environment(POOL, port=8123)


def test_it_names_our_folders_and_needs_no_pythonpath(environment, fapiao_home):
    assert environment["AIRFLOW_HOME"] == str(fapiao_home / "airflow")
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"] == str(ROOT / "dags")
    assert environment["AIRFLOW__CORE__PLUGINS_FOLDER"] == str(ROOT / "plugins")
    assert "PYTHONPATH" not in environment


def test_settings_of_another_airflow_do_not_reach_it(environment):
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW__SECRETS__BACKEND" not in environment


def test_every_address_of_the_api_server_has_the_chosen_port(environment):
    addresses = {
        name: value for name, value in environment.items() if name.startswith("AIRFLOW__") and "http:" in value
    }
    assert set(addresses) == {"AIRFLOW__API__BASE_URL", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"}
    assert all(value.startswith("http://127.0.0.1:8123") for value in addresses.values())
    assert environment["AIRFLOW__API__PORT"] == "8123"
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"


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
    assert os.environ["AIRFLOW__CORE__EXECUTOR"] == "SomebodyElsesExecutor"
