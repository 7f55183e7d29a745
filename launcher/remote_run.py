"""A DAG run to its end: by the scheduler that is at work, else in a child of this process.

A scheduler takes every run that it finds in its metadata, so none is made behind its back: that of the running stack is
asked by Airflow's API, that of an Airflow whose metadata are given through these.
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
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
from launcher.ending import waiting_for
from launcher.home import logs
from launcher.local_program import CallRefused, LocalProgram
from launcher.stack import Stack
from operators.run_context import ACTOR_VARIABLE

JWT_VARIABLE = "AIRFLOW__API_AUTH__JWT_SECRET"
SHOWN_HERE = {"red_when": "never"}
"""Of a command that shows its rows itself: a run then fails only for what stops it."""
ENDED = ("success", "failed")
POLL_SECONDS = 1.0
BAD_VALUE, NOT_FOUND = 400, 404
REFUSED = "refused"
"""As operators.refusal keeps it, which is not imported: Airflow would be."""


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
    if metadata_is_given() and scheduler_at_work():
        print(sentence("runs.by_scheduler", dag_id=asked[0]), file=tell, flush=True)
        with waiting_for(sentence("runs.goes_on_elsewhere", dag_id=asked[0], signal="{signal}")):
            return _made(run_dags([asked], named, log, HANDOVER))
    _tell_of_a_run_here(log, tell)
    return _made(run_dags([asked], named, log))


def _made(runs: Iterable[DagRun]) -> DagRun:
    (ended,) = runs
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
    run_id = _begun(airflow, dag_id, conf, token)
    page = f"{stack.url}/dags/{dag_id}/runs/{run_id}"
    with waiting_for(sentence("runs.goes_on", dag_id=dag_id, run_id=run_id, page=page, signal="{signal}")):
        while (state := str(_ask(airflow, f"{runs}/{run_id}", token=token)["state"])) not in ENDED:
            time.sleep(POLL_SECONDS)
    refusal = _refusals(airflow, f"{runs}/{run_id}", token) if state == "failed" else ""
    return DagRun(dag_id, run_id, state, refusal=refusal)


def _begun(airflow: LocalProgram, dag_id: str, conf: Mapping[str, Any], token: str) -> str:
    try:
        asked = {"logical_date": None, "conf": dict(conf)}
        return str(_ask(airflow, f"/api/v2/dags/{dag_id}/dagRuns", asked, token)["dag_run_id"])
    except CallRefused as refused:
        if refused.status == BAD_VALUE:
            raise BadInput(
                [sentence("runs.bad_value", dag_id=dag_id, reason=_detail(refused).partition("\n")[0])]
            ) from refused
        raise


def _detail(refused: CallRefused) -> str:
    """What Airflow says of a value."""
    with suppress(ValueError):
        said = json.loads(refused.text)
        return str(said.get("detail", refused.text)) if isinstance(said, dict) else refused.text
    return refused.text


def _refusals(airflow: LocalProgram, run: str, token: str) -> str:
    """What the tasks of a run were refused for, a sentence a line."""
    kept = _ask(airflow, f"{run}/taskInstances/~/xcomEntries?xcom_key={REFUSED}", token=token)["xcom_entries"]
    tasks = [f"{run}/taskInstances/{one['task_id']}" for one in kept]
    found = [_ask(airflow, f"{task}/xcomEntries/{REFUSED}", token=token) for task in tasks]
    return "\n".join(dict.fromkeys(str(one["value"]) for one in found))


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
