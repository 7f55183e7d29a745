"""Workers × slots × sessions fit the server: in compose for as many workers as docs/platform.md promises, in Helm too."""

import re

import pytest

from deployment import a_compose_worker, airflow_defaults, compose, compose_besides, helm_sessions, helm_values
from temporary_postgres import ROOT

pytestmark = pytest.mark.finding("F61")
GUIDE = (ROOT / "docs" / "platform.md").read_text(encoding="utf-8")


def _limit() -> int:
    command = " ".join(compose()["services"]["postgres"]["command"])
    found = re.search(r"max_connections=(\d+)", command)
    assert found, command
    return int(found[1])


def test_one_worker_of_compose_opens_what_the_guide_says():
    settings = airflow_defaults()
    assert f"{compose_besides(settings)} + workers × {a_compose_worker(settings)}" in GUIDE


def test_the_workers_that_the_guide_promises_fit_the_server_of_compose_and_one_more_does_not():
    settings, limit = airflow_defaults(), _limit()
    promised = (limit - compose_besides(settings)) // a_compose_worker(settings)
    assert promised >= 3, "the guide scales to three workers"
    assert f"{promised} workers fit `max_connections={limit}`" in GUIDE


def test_the_rows_of_the_guide_come_to_its_sum():
    section = GUIDE.partition("## How many connections")[2].partition("on Kubernetes")[0]
    worker, *besides = [int(number) for number in re.findall(r"^\| .+ \| (\d+) \|$", section, re.MULTILINE)]
    settings = airflow_defaults()
    assert worker == a_compose_worker(settings)
    assert sum(besides) == compose_besides(settings)


def test_the_numbers_that_the_guide_takes_from_the_values_are_theirs():
    bouncer, core = helm_values()["pgbouncer"], helm_values()["config"]["core"]
    celery = helm_values("celery")
    workers, slots = celery["workers"]["celery"]["replicas"], celery["config"]["celery"]["worker_concurrency"]
    assert f"pgbouncer's {bouncer['metadataPoolSize']} + {bouncer['resultBackendPoolSize']} for Airflow" in GUIDE
    assert f"| {core['parallelism']} (`config.core.parallelism`) |" in GUIDE
    assert f"| {workers * slots} ({workers} workers × {slots}) |" in GUIDE


@pytest.mark.parametrize(("executor", "overlays"), [("KubernetesExecutor", ()), ("CeleryExecutor", ("celery",))])
def test_the_guide_says_what_the_server_of_a_helm_installation_must_take(executor, overlays):
    values = helm_values(*overlays)
    assert values["executor"] == executor
    assert re.search(rf"^\| {executor} \|.*\| {helm_sessions(values)} \|$", GUIDE, re.MULTILINE)


def test_pgbouncer_takes_every_client_that_airflow_may_be():
    values = helm_values("celery")
    database = values["config"]["database"]
    a_pool = database["sql_alchemy_pool_size"] + database["sql_alchemy_max_overflow"]
    results = values["workers"]["celery"]["replicas"] * (values["config"]["celery"]["worker_concurrency"] + 1) + 2
    assert 4 * 2 * a_pool * values["config"]["api"]["workers"] + results <= values["pgbouncer"]["maxClientConn"]
