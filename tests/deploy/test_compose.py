"""docker-compose.yaml is a valid Compose file that starts in order, holds no secret and lets Airflow's settings win."""

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deployment import airflow_defaults
from simulator.gateway.credentials import APP_ID, APP_SECRET, GATEWAY_EXTRA
from temporary_postgres import ROOT

TEXT = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
GATEWAY = '"conn_type":"bureau_gateway"'
BUREAUS = ("AIRFLOW_CONN_LEQI", "AIRFLOW_CONN_BUREAU_GATEWAY")
VARIABLES = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
SECRET = re.compile(r"PASSWORD|SECRET|FERNET|_KEY|REDISCLI_AUTH|CONN")
STACK = {"api-server", "scheduler", "dag-processor", "triggerer", "worker", "migrate", "postgres", "redis"}
BESIDE = {"simulator", "command"}
STARTS_TASKS = ("scheduler", "dag-processor", "triggerer", "worker")
DEFAULTS = {"BASE_URL", "PORT", "EXCHANGE"}
ODD_PASSWORD = """a"b' c#$d{}%\\"""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(TEXT)


def test_it_keeps_to_the_compose_schema(compose):
    schema = json.loads((ROOT / "tests" / "support" / "compose.schema.json").read_text(encoding="utf-8"))
    assert [
        f"{error.json_path}: {error.message}" for error in jsonschema.Draft7Validator(schema).iter_errors(compose)
    ] == []


def test_it_has_every_part_of_the_stack_and_the_others_only_under_their_profiles(compose):
    assert set(compose["services"]) == STACK | BESIDE
    assert {name for name, service in compose["services"].items() if "profiles" in service} == BESIDE


def test_every_dependency_is_a_service_that_can_meet_its_condition(compose):
    services = compose["services"]
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            healthy = wanted["condition"] != "service_healthy" or "healthcheck" in services[other]
            assert healthy, f"{name} waits for the health of {other}, which has no healthcheck"


@pytest.mark.finding("F55")
def test_nothing_that_starts_tasks_starts_before_the_api_server_answers_them(compose):
    waits = {name: compose["services"][name]["depends_on"] for name in STARTS_TASKS}
    assert {name: service["api-server"]["condition"] for name, service in waits.items()} == dict.fromkeys(
        STARTS_TASKS, "service_healthy"
    )


@pytest.mark.finding("F55")
def test_whatever_uses_a_schema_waits_until_it_is_migrated(compose):
    waiting = {
        name
        for name, service in compose["services"].items()
        if service.get("depends_on", {}).get("migrate", {}).get("condition") == "service_completed_successfully"
    }
    assert waiting == {"api-server", *STARTS_TASKS, "command"}


@pytest.mark.finding("F54")
def test_what_the_user_says_about_airflow_wins_over_what_we_say(compose):
    for name in ("api-server", *STARTS_TASKS, "migrate", "command"):
        service = compose["services"][name]
        ours, yours = service["env_file"]
        assert yours == {"path": "airflow.env", "required": False}
        said = re.findall(r"^(\w+)=", (ROOT / ours).read_text(encoding="utf-8"), re.MULTILINE)
        assert set(said) & set(service["environment"]) == set(), f"{name}: environment would win over airflow.env"


@pytest.mark.finding("F54", "F61")
def test_the_guide_says_of_every_setting_of_airflow_what_it_is_and_no_more():
    guide = (ROOT / "docs" / "platform.md").read_text(encoding="utf-8")
    said = re.findall(r"`([A-Z]\w*__\w+=[^`]+)`", guide.partition("How Airflow behaves there")[2])
    assert sorted(said) == sorted(
        f"{name.removeprefix('AIRFLOW__')}={value}" for name, value in airflow_defaults().items()
    )


@pytest.mark.finding("F54")
def test_compose_insists_only_on_its_own_addresses_and_secrets(compose):
    airflow = {name for name in compose["x-airflow"]["environment"] if name.startswith("AIRFLOW__")}
    assert airflow == {
        "AIRFLOW__CORE__EXECUTOR",
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__API__BASE_URL",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW__CELERY__BROKER_URL",
        "AIRFLOW__CELERY__RESULT_BACKEND",
    }


@pytest.mark.finding("F61")
def test_airflow_has_users_and_roles_and_its_test_button_works():
    said = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / "deploy/compose/airflow.env").read_text("utf-8"), re.MULTILINE))
    assert said["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
    assert said["AIRFLOW__CORE__TEST_CONNECTION"] == "Enabled"


@pytest.mark.finding("F61")
def test_a_command_runs_beside_the_stack_with_its_connections_volumes_and_a_folder_of_the_host(compose):
    command, worker = compose["services"]["command"], compose["services"]["worker"]
    assert command["entrypoint"] == ["python", "/opt/airflow/launcher"]
    assert command["environment"].items() <= worker["environment"].items()
    assert set(worker["volumes"]) < set(command["volumes"])
    assert [volume for volume in command["volumes"] if volume.endswith(f":{command['working_dir']}")] == [
        "${EXCHANGE:-./exchange}:/opt/airflow/exchange"
    ]


@pytest.mark.finding("F78")
def test_only_the_server_and_the_migration_know_its_superuser(compose):
    said = {name: json.dumps(service) for name, service in compose["services"].items()}
    assert {name for name, text in said.items() if "POSTGRES_PASSWORD" in text} == {"postgres", "migrate"}
    worker = compose["services"]["worker"]["environment"]
    logins = {re.search(r"://(\w+):\$", value)[1] for value in worker.values() if "@postgres/" in value}
    assert logins == {"airflow", "fapiao_application"}


@pytest.mark.finding("F81")
def test_no_secret_is_part_of_what_a_list_of_processes_shows(compose):
    for name, service in compose["services"].items():
        shown = json.dumps([service.get(key) for key in ("command", "entrypoint", "healthcheck")])
        assert [found for found in re.findall(r"(?<!\$)\$\{(\w+)", shown) if SECRET.search(found)] == [], name


@pytest.mark.finding("F81")
def test_redis_learns_its_password_whatever_is_in_it_by_its_hash_and_not_by_an_argument(compose, tmp_path: Path):
    words = [word.replace("$$", "$") for word in compose["services"]["redis"]["command"]]
    server = tmp_path / "redis-server"
    server.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\ncat > {tmp_path}/settings\n')
    server.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.defpath}", "REDISCLI_AUTH": ODD_PASSWORD}
    subprocess.run(words, env=environment, check=True)
    assert (tmp_path / "arguments").read_text() == "-\n"
    digest = hashlib.sha256(ODD_PASSWORD.encode()).hexdigest()
    assert (tmp_path / "settings").read_text() == f"user default on ~* &* +@all #{digest}\n"


def test_the_pool_is_postgres_18_or_newer(compose):
    assert compose["services"]["postgres"]["image"] == "${POSTGRES_IMAGE:-postgres:18}"


def test_every_secret_is_a_variable_that_must_be_set():
    secret = re.compile(
        r"^\s*(?P<name>\w*(?:PASSWORD|SECRET|FERNET|_KEY|REDISCLI_AUTH)\w*): (?P<value>.+)$", re.MULTILINE
    )
    found = [match for match in secret.finditer(TEXT) if "_FILE" not in match["name"]]
    assert found
    assert [match["name"] for match in found if not match["value"].startswith("${")] == []
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    optional = {
        "AIRFLOW_IMAGE",
        "POSTGRES_IMAGE",
        "REDIS_IMAGE",
        "BASE_URL",
        "PORT",
        "BUREAU",
        "EXCHANGE",
        "INVOICE_POOL",
        "INVOICE_POOL_OWNER",
        "INVOICE_POOL_READER",
        "SIMULATOR_KEY",
        "FAPIAO_FILES",
        "FAPIAO_INBOX",
        "FAPIAO_INBOX_RESULTS",
        *BUREAUS,
    }
    assert required | optional == VARIABLES


def test_the_example_names_every_variable_and_no_value_of_a_secret():
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(example) == VARIABLES
    assert {name for name, value in example.items() if value} == DEFAULTS


@pytest.mark.parametrize("variable", ["FAPIAO_FILES", "FAPIAO_INBOX", "FAPIAO_INBOX_RESULTS"])
def test_layout_files_and_the_inbox_lie_on_a_volume_that_every_worker_shares(compose, variable):
    worker = compose["services"]["worker"]
    (_, _, usual) = worker["environment"][variable].strip("${}").partition(":-")
    mounted = [volume.split(":")[1] for volume in worker["volumes"] if volume.startswith("state:")]
    assert [usual.startswith(f"{folder}/") for folder in mounted] == [True]


def test_the_example_gateway_is_the_simulators():
    line = next(row for row in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines() if GATEWAY in row)
    given = json.loads(line.partition("'")[2].rstrip("'"))
    assert (given["login"], given["password"]) == (APP_ID, APP_SECRET)
    del given["extra"]["poll_seconds"]
    assert given["extra"].pop("rehearsal") is True
    assert given["extra"].items() <= GATEWAY_EXTRA.items()


def test_every_file_and_folder_that_it_mounts_or_reads_exists(compose):
    mounted = [volume for service in compose["services"].values() for volume in service.get("volumes", [])]
    read = {service["env_file"][0] for service in compose["services"].values() if "env_file" in service}
    for path in [Path(volume.split(":")[0]) for volume in mounted if volume.startswith(".")] + list(map(Path, read)):
        assert (ROOT / path).exists(), path
