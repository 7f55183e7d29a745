"""A DAG run on the running stack, by Airflow's own API: its scheduler must not meet a run made behind its back."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from fapiao.errors import BadInput, Unusable
from launcher.airflow_env import LOGIN, login_password
from launcher.dag_runs import DagRun
from launcher.stack import Stack

ENDED = ("success", "failed")
POLL_SECONDS = 1.0
NOT_FOUND = 404
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def run_on_stack(stack: Stack, dag_id: str, conf: Mapping[str, Any]) -> DagRun:
    """Triggers the DAG and waits for its end. Raises BadInput for an unknown DAG, Unusable when the API refuses."""
    answer = _ask(stack.url, "/auth/token", None, {"username": LOGIN, "password": login_password()})
    token, runs = str(answer["access_token"]), f"/api/v2/dags/{dag_id}/dagRuns"
    run = _ask(stack.url, runs, token, {"logical_date": None, "conf": dict(conf)})
    while run["state"] not in ENDED:
        time.sleep(POLL_SECONDS)
        run = _ask(stack.url, f"{runs}/{run['dag_run_id']}", token)
    return DagRun(dag_id, str(run["dag_run_id"]), str(run["state"]))


def _ask(base: str, path: str, token: str | None, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, headers=headers)  # noqa: S310 our own loopback address
    try:
        with _DIRECT.open(request, timeout=30) as reply:
            answer: dict[str, Any] = json.load(reply)
            return answer
    except urllib.error.HTTPError as refused:
        if refused.code == NOT_FOUND:
            raise BadInput([f"the running stack has no DAG for {path}; ./fapiao status shows its address"]) from refused
        raise Unusable(f"the running stack refuses {path}: HTTP {refused.code} {refused.reason}") from refused
    except OSError as unreachable:
        raise Unusable(f"the running stack does not answer at {base}: {unreachable}") from unreachable
