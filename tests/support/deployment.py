"""What compose and the Helm values say, and how many connections to Postgres that comes to."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from hooks.bureau.http import CONCURRENCY
from temporary_postgres import ROOT

IMAGE_FOLDERS = ("include", "plugins", "dags", "launcher", "deploy")
"""What of this project is in the production image."""
HELM = ROOT / "deploy" / "helm"
METADATA_PARTS = 4
"""api-server, scheduler, dag-processor, triggerer: each opens a pool for its threads and one for its coroutines."""
ENGINES = 2
COMMANDS = 2
"""Commands that people run at the same time."""
RESERVED = 10
"""Sessions kept free: superuser_reserved_connections, psql, backup."""
PER_TASK = CONCURRENCY + 1


def compose() -> dict[str, Any]:
    """docker-compose.yaml, anchors resolved, variables not."""
    return yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))


def airflow_defaults() -> dict[str, str]:
    """deploy/compose/airflow.env."""
    text = (ROOT / "deploy" / "compose" / "airflow.env").read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def helm_values(*overlays: str) -> dict[str, Any]:
    """deploy/helm/values.yaml with overlays laid over it as helm does: maps are merged, the rest is replaced."""
    merged: dict[str, Any] = {}
    for name in ("values", *overlays):
        merged = _over(merged, yaml.safe_load((HELM / f"{name}.yaml").read_text(encoding="utf-8")))
    return merged


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    def laid(key: str, value: Any) -> Any:
        under = below.get(key)
        return _over(under, value) if isinstance(value, Mapping) and isinstance(under, Mapping) else value

    return {**below, **{key: laid(key, value) for key, value in above.items()}}


def a_compose_worker(settings: Mapping[str, str]) -> int:
    """Sessions of one worker container: its tasks on the pool, and one of each of its processes for results."""
    slots = int(settings["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
    return slots * PER_TASK + slots + 1


def compose_besides(settings: Mapping[str, str]) -> int:
    """Sessions of everything but workers; the scheduler reads results by two processes."""
    pool = int(settings["AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE"])
    overflow = int(settings["AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW"])
    metadata = METADATA_PARTS * ENGINES * (pool + overflow) * int(settings["AIRFLOW__API__WORKERS"])
    return metadata + 2 + COMMANDS * PER_TASK + RESERVED


def helm_sessions(values: Mapping[str, Any]) -> int:
    """Sessions on the server: pgbouncer's for Airflow, and those of as many tasks as may run at once on the pool."""
    bouncer, celery = values["pgbouncer"], values["executor"] == "CeleryExecutor"
    slots = values["workers"]["celery"]["replicas"] * values["config"]["celery"]["worker_concurrency"] if celery else 0
    tasks = min(slots, values["config"]["core"]["parallelism"]) if celery else values["config"]["core"]["parallelism"]
    return bouncer["metadataPoolSize"] + bouncer["resultBackendPoolSize"] + (tasks + COMMANDS) * PER_TASK + RESERVED
