"""The values for the official chart say only what the chart knows, hold no secret, and carry what a task needs."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deployment import HELM, airflow_defaults, compose, helm_values
from temporary_postgres import ROOT

pytestmark = pytest.mark.finding("F61")
OVERLAYS = [(), ("secrets.example",), ("celery", "secrets.example"), ("git-sync", "secrets.example")]
USED = json.loads((ROOT / "tests" / "support" / "helm_values_used.schema.json").read_text(encoding="utf-8"))
ASKED_BY_COMPOSE = "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK"
"""The chart's own probe of the scheduler asks Airflow's metadata instead."""
CHART_VARIABLE = "FAPIAO_CHART_SCHEMA"


def _wrong(schema: Any, values: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in jsonschema.Draft7Validator(schema).iter_errors(values)]


@pytest.mark.parametrize("overlays", OVERLAYS, ids="+".join)
def test_they_say_nothing_that_the_chart_does_not_know(overlays):
    assert _wrong(USED, helm_values(*overlays)) == []


@pytest.mark.parametrize("overlays", OVERLAYS, ids="+".join)
def test_the_charts_own_schema_takes_them(overlays):
    if not (file := os.environ.get(CHART_VARIABLE)):
        pytest.skip(f"{CHART_VARIABLE} names no values.schema.json of the chart")
    assert _wrong(json.loads(Path(file).read_text(encoding="utf-8")), helm_values(*overlays)) == []


def test_a_key_that_the_chart_does_not_know_is_found():
    values = helm_values()
    values["pgbouncer"]["metadataPollSize"] = 20
    assert len(_wrong(USED, values)) == 1


def test_every_secret_is_left_empty_or_spoken_of():
    secrets = yaml.safe_load((HELM / "secrets.example.yaml").read_text(encoding="utf-8"))
    assert [secrets[key] for key in ("fernetKey", "apiSecretKey", "jwtSecret")] == ["", "", ""]
    assert secrets["data"]["metadataConnection"]["pass"] == ""
    told = "".join(secret["stringData"] for secret in secrets["extraSecrets"].values())
    assert set(re.findall(r'"password":"([^"]*)"', told)) == {"…"}
    others = "".join(file.read_text(encoding="utf-8") for file in HELM.glob("*.yaml") if "secrets" not in file.name)
    assert re.findall(r"^\s*\w*(?:[pP]assword|pass|[sS]ecretKey|[fF]ernetKey): *\S+$", others, re.MULTILINE) == []


def test_every_secret_that_is_asked_for_is_one_that_the_example_makes():
    values, secrets = helm_values(), helm_values("secrets.example")["extraSecrets"]
    refs = {e["name"]: e["valueFrom"]["secretKeyRef"] for e in values["migrateDatabaseJob"]["env"]}
    asked = {(ref["name"], ref["key"]) for ref in refs.values()}
    made = {(name, key) for name, secret in secrets.items() for key in yaml.safe_load(secret["stringData"])}
    assert asked == {(name, key) for name, key in made if name == "fapiao-migration"}
    assert {name: ref["key"] for name, ref in refs.items()} == {name: name for name in refs}
    assert {ref["secretRef"]["name"] for ref in yaml.safe_load(values["extraEnvFrom"])} <= set(secrets)


def test_the_migration_is_told_on_kubernetes_what_it_is_told_in_compose():
    """Compose's own four passwords aside, which become addresses there; the example has whole addresses."""
    script = (ROOT / "deploy" / "migrate.sh").read_text(encoding="utf-8")
    asked = {name for name in compose()["services"]["migrate"]["environment"] if name in script} - _passwords(script)
    secrets = helm_values("secrets.example")["extraSecrets"].values()
    given = {key for secret in secrets for key in yaml.safe_load(secret["stringData"])}
    assert asked - {entry["name"] for entry in helm_values()["env"]} <= given
    assert {"BUREAU", "AIRFLOW_CONN_LEQI", "AIRFLOW_CONN_BUREAU_GATEWAY"} <= asked


def _passwords(script: str) -> set[str]:
    found = re.search(r"^for name in (.+); do$", script, re.MULTILINE)
    assert found
    return set(found[1].split())


def test_whoever_commands_on_kubernetes_has_the_connections_of_compose():
    connections = {name for name in compose()["services"]["command"]["environment"] if name.startswith("AIRFLOW_CONN_")}
    told = yaml.safe_load(helm_values("secrets.example")["extraSecrets"]["fapiao-connections"]["stringData"])
    assert set(told) == connections


def test_airflow_behaves_on_kubernetes_as_in_compose():
    config = helm_values("celery")["config"]
    for name, value in airflow_defaults().items():
        _, section, key = name.lower().split("__")
        if name != ASKED_BY_COMPOSE:
            assert str(config[section][key]) == value, name


def test_a_task_on_kubernetes_finds_the_folders_that_one_of_compose_does():
    said = {entry["name"]: entry["value"] for entry in helm_values()["env"]}
    worker = compose()["services"]["worker"]["environment"]
    assert said == {name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", worker[name]) for name in said}
    (mount,) = helm_values()["volumeMounts"]
    assert all(folder.startswith(mount["mountPath"]) for folder in said.values())


def test_the_shared_claim_is_made_and_may_be_written_by_several_nodes():
    claim = yaml.safe_load((HELM / "state.yaml").read_text(encoding="utf-8"))
    (volume,) = helm_values()["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_the_pool_is_migrated_and_roles_are_made_by_what_compose_runs_too():
    script = compose()["services"]["migrate"]["command"]
    assert helm_values()["migrateDatabaseJob"]["args"] == script
    assert (ROOT / "deploy" / Path(script[-1]).name).exists()
