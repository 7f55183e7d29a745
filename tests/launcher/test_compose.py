"""docker-compose.yaml is a valid Compose file that holds no secret."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from simulator.gateway.credentials import APP_ID, APP_SECRET, GATEWAY_EXTRA
from temporary_postgres import ROOT

TEXT = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
GATEWAY = '"conn_type":"bureau_gateway"'
BUREAUS = ("AIRFLOW_CONN_LEQI", "AIRFLOW_CONN_BUREAU_GATEWAY")
VARIABLES = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
SERVICES = {
    "api-server",
    "scheduler",
    "dag-processor",
    "triggerer",
    "worker",
    "migrate",
    "postgres",
    "redis",
    "simulator",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(TEXT)


def test_it_keeps_to_the_compose_schema(compose):
    schema = json.loads((ROOT / "tests" / "support" / "compose.schema.json").read_text(encoding="utf-8"))
    assert [
        f"{error.json_path}: {error.message}" for error in jsonschema.Draft7Validator(schema).iter_errors(compose)
    ] == []


def test_it_has_every_part_of_the_stack_and_the_simulator_only_under_its_profile(compose):
    assert set(compose["services"]) == SERVICES
    assert {name for name, service in compose["services"].items() if "profiles" in service} == {"simulator"}


def test_every_dependency_is_a_service_that_can_meet_its_condition(compose):
    services = compose["services"]
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            healthy = wanted["condition"] != "service_healthy" or "healthcheck" in services[other]
            assert healthy, f"{name} waits for the health of {other}, which has no healthcheck"


def test_the_pool_is_postgres_18_or_newer(compose):
    assert compose["services"]["postgres"]["image"] == "postgres:18"


def test_every_secret_is_a_variable_that_must_be_set():
    secret = re.compile(
        r"^\s*(?P<name>\w*(?:PASSWORD|SECRET|FERNET|_KEY|REDISCLI_AUTH)\w*): (?P<value>.+)$", re.MULTILINE
    )
    found = [match for match in secret.finditer(TEXT) if "_FILE" not in match["name"]]
    assert found
    assert [match["name"] for match in found if not match["value"].startswith("${")] == []
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    optional = {
        "BASE_URL",
        "PORT",
        "INVOICE_POOL",
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
    assert {name for name, value in example.items() if value} == {"BASE_URL", "PORT"}


@pytest.mark.parametrize("given", [[], *([one] for one in BUREAUS), BUREAUS])
def test_it_starts_with_one_bureau_at_least(compose, given, tmp_path: Path):
    script = compose["services"]["migrate"]["command"][0].replace("$$", "$")
    before, _, _ = script.partition("umask")
    environment = {name: "{}" if name in given else "" for name in BUREAUS}
    ended = subprocess.run(["/bin/bash", "-c", before], env=environment, check=False, capture_output=True, text=True)
    assert ended.returncode == (0 if given else 1)
    assert all(name in ended.stderr for name in BUREAUS) is not bool(given)


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
    assert given["extra"].items() <= GATEWAY_EXTRA.items()


def test_every_file_and_folder_that_it_mounts_or_copies_exists(compose):
    mounted = [volume for service in compose["services"].values() for volume in service.get("volumes", [])]
    copied = re.findall(r"^COPY --chown=\S+ (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    kept = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(copied) == set(kept)
    for path in [Path(volume.split(":")[0]) for volume in mounted if volume.startswith(".")] + list(map(Path, copied)):
        assert (ROOT / path).exists(), path
