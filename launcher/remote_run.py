"""A DAG run to its end: by the scheduler that is at work, else in a child of this process.

A scheduler takes every run that it finds in its metadata, so none is made behind its back: that of the running stack is
asked by Airflow's API, that of an Airflow whose metadata are given through these.
"""

import os
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from fapiao.errors import BadInput, Unusable
from fapiao.texts.catalogue import sentence
from launcher.airflow_env import (
    LOGIN,
    airflow_environment,
    ensure_metadata,
    jwt_secret,
    login_password,
    metadata_is_given,
    scheduler_at_work,
    settings_of_the_user,
)
from launcher.dag_runs import HANDOVER, DagRun, run_dags
from launcher.home import logs
from launcher.local_program import CallRefused, LocalProgram
from launcher.stack import Stack
from operators.run_context import ACTOR_VARIABLE

JWT_VARIABLE = "AIRFLOW__API_AUTH__JWT_SECRET"
SHOWN_HERE = {"red_when": "never"}
"""Of a command that shows its rows itself: a run then fails only for what stops it."""
ENDED = ("success", "failed")
POLL_SECONDS = 1.0
NOT_FOUND = 404


def run_dag(
    url: str, stack: Stack | None, asked: tuple[str, Mapping[str, Any]], actor: str, log_name: str, tell: TextIO
) -> DagRun:
    """DAG and conf that are asked for, in the actor's name; without a stack it is told first where its log will be.

    `url` is the pool's. It is for inside of `metadata_server`. Raises BadInput for a DAG that is unknown or that would
    not be run, Unusable where the run cannot be made or followed.
    """
    if stack:
        return run_on_stack(stack, *asked, actor=actor)
    ensure_metadata()
    log = logs() / f"{log_name}-{os.getpid()}.log"
    named = airflow_environment(url) | {ACTOR_VARIABLE: actor}
    left_to_another = metadata_is_given() and scheduler_at_work()
    if left_to_another:
        print(sentence("runs.by_scheduler", dag_id=asked[0]), file=tell, flush=True)
    else:
        _tell_of_a_run_here(log, tell)
    (ended,) = run_dags([asked], named, log, HANDOVER if left_to_another else None)
    if ended.problem:
        raise BadInput([ended.problem])
    return ended


def _tell_of_a_run_here(log: Path, tell: TextIO) -> None:
    for told in settings_of_the_user():
        print(told, file=sys.stderr)
    print(sentence("runs.log", log=log), file=tell, flush=True)


def run_on_stack(stack: Stack, dag_id: str, conf: Mapping[str, Any], actor: str = LOGIN) -> DagRun:
    """Triggers the DAG in the actor's name and waits for its end.

    Raises BadInput for an unknown DAG, Unusable when the API refuses.
    """
    airflow = LocalProgram(sentence("runs.program"), stack.url)
    answer = _ask(airflow, "/auth/token", {"username": LOGIN, "password": login_password()})
    token, runs = token_of(str(answer["access_token"]), actor), f"/api/v2/dags/{dag_id}/dagRuns"
    run = _ask(airflow, runs, {"logical_date": None, "conf": dict(conf)}, token)
    while run["state"] not in ENDED:
        time.sleep(POLL_SECONDS)
        run = _ask(airflow, f"{runs}/{run['dag_run_id']}", token=token)
    return DagRun(dag_id, str(run["dag_run_id"]), str(run["state"]))


def token_of(token: str, actor: str) -> str:
    """The token of our login, made out to the actor: the run names whom `--as` named, not the login (A-56).

    Whoever may read this installation's secret could make any: that the name is a claim is as true here as everywhere.
    Raises Unusable where the stack signs with another secret.
    """
    import jwt  # noqa: PLC0415 a tenth of a second, with its ciphers

    if actor == LOGIN:
        return token
    head, secret = jwt.get_unverified_header(token), os.environ.get(JWT_VARIABLE) or jwt_secret()
    try:
        claims = jwt.decode(token, secret, algorithms=["HS512", "HS256", "HS384"], options={"verify_aud": False})
    except jwt.InvalidTokenError as strange:
        raise Unusable(sentence("runs.other_secret", variable=JWT_VARIABLE, actor=actor)) from strange
    said = {name: value for name, value in head.items() if name not in ("alg", "typ")}
    return jwt.encode(claims | {"sub": actor, "jti": uuid.uuid4().hex}, secret, algorithm=head["alg"], headers=said)


def _ask(airflow: LocalProgram, path: str, body: object = None, token: str = "") -> dict[str, Any]:
    try:
        return airflow.ask(path, body, token=token)
    except CallRefused as refused:
        if refused.status == NOT_FOUND:
            raise BadInput([sentence("runs.no_dag_there", path=path)]) from refused
        raise
