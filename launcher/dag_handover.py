"""Has the scheduler that is at work on Airflow's metadata run DAGs, one after another, and waits for the end of each.

Started by launcher.dag_runs in the way of dag_runner: stdin holds [[dag_id, conf], …], the argument is the pipe.
"""

import json
import os
import signal
import sys
import time
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.exceptions import AirflowException, ParamValidationError
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType

# our packages are found once Airflow has been imported
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language_of, spoken_by_all
from operators.refusal import refusals_of

UNDER_WAY = (DagRunState.QUEUED, DagRunState.RUNNING)
POLL_SECONDS = 1.0


def main(pipe: int) -> None:
    """Has what stdin asks for run; a run's line is written as soon as it has ended."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked: list[tuple[str, dict[str, Any]]] = json.load(sys.stdin)
    with os.fdopen(pipe, "w", encoding="utf-8") as results, spoken_by_all(language_of(os.environ)):
        for dag_id, conf in asked:
            print(json.dumps(_run(dag_id, conf)), file=results, flush=True)


def _run(dag_id: str, conf: dict[str, Any]) -> dict[str, str]:
    if problem := _hindrance(dag_id):
        return _not_made(dag_id, problem)
    actor = os.environ["FAPIAO_ACTOR"]
    try:
        run = trigger_dag(dag_id, triggered_by=DagRunTriggeredByType.CLI, triggering_user_name=actor, conf=conf)
    except ParamValidationError as refused:
        return _not_made(dag_id, sentence("runs.bad_value", dag_id=dag_id, reason=str(refused).partition("\n")[0]))
    except (AirflowException, ValueError) as refused:
        return _not_made(dag_id, sentence("runs.refused_run", dag_id=dag_id, reason=refused))
    if run is None:
        return _not_made(dag_id, sentence("runs.no_run_made", dag_id=dag_id))
    ended = {"dag_id": dag_id, "run_id": run.run_id, "state": _end_of(dag_id, run.run_id)}
    return ended | {"refusal": refusals_of(dag_id, run.run_id)}


def _not_made(dag_id: str, problem: str) -> dict[str, str]:
    return {"dag_id": dag_id, "run_id": "", "state": "unknown", "problem": problem}


def _hindrance(dag_id: str) -> str:
    """Why no scheduler would run it, if so: a run of a paused DAG waits for ever."""
    model = DagModel.get_current(dag_id)
    if model is None or model.is_stale:
        with create_session() as session:
            known = session.query(DagModel.dag_id).where(DagModel.is_stale.is_(False)).order_by(DagModel.dag_id)
            return sentence("runs.no_dag", dag_id=dag_id, known=listed([name for (name,) in known]))
    return sentence("runs.paused", dag_id=dag_id) if model.is_paused else ""


def _end_of(dag_id: str, run_id: str) -> str:
    """Its state when it is neither queued nor running any more; `unknown` where somebody deleted it."""
    while True:
        with create_session() as session:
            run = session.query(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id).one_or_none()
            state = run.state if run else None
        if state not in UNDER_WAY:
            return str(state or "unknown")
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main(int(sys.argv[1]))
