"""Runs DAGs one after another in this process, each to its end, and writes one JSON line per run to a pipe.

Started by launcher.dag_runs with Airflow's environment; stdin holds [[dag_id, conf], …], the argument is the pipe.
"""

import fcntl
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag


def main(pipe: int) -> None:
    """Runs what stdin asks for; a run's line is written as soon as it has ended."""
    # whoever began the launcher may have had it ignore this: it is how a run is told to give its rows back
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415 a second of import, after the arguments are read

    asked: list[tuple[str, dict[str, Any]]] = json.load(sys.stdin)
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    list_once()
    name_who_asked(os.environ["FAPIAO_ACTOR"])
    with os.fdopen(pipe, "w", encoding="utf-8") as results:
        for dag_id, conf in asked:
            print(json.dumps(_run(bag, dag_id, conf)), file=results, flush=True)


def list_once() -> None:
    """Lets Airflow store the DAGs at the first run of this process alone.

    Its dag.test() parses, serialises and stores every DAG at each run, which takes longer than a run of ours; no file
    changes between two runs of one process. Of several processes one does it at a time: two would insert the same rows.
    """
    from airflow.configuration import AIRFLOW_HOME  # noqa: PLC0415 as above
    from airflow.dag_processing import dagbag  # noqa: PLC0415 as above

    store = dagbag.sync_bag_to_db

    def first(*arguments: Any, **options: Any) -> None:
        with Path(AIRFLOW_HOME, "listing.lock").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            store(*arguments, **options)
        names: dict[str, Any] = vars(dagbag)
        names["BundleDagBag"] = names["sync_bag_to_db"] = lambda *_, **__: None

    vars(dagbag)["sync_bag_to_db"] = first


def name_who_asked(actor: str) -> None:
    """Lets Airflow note who asked for the runs of this process: its dag.test() notes a name of its own."""
    from airflow.models import dagrun  # noqa: PLC0415 as above

    make = dagrun.get_or_create_dagrun
    vars(dagrun)["get_or_create_dagrun"] = lambda **asked: make(**asked | {"triggering_user_name": actor})


def _run(bag: "DagBag", dag_id: str, conf: dict[str, Any]) -> dict[str, str]:
    # our packages are found once Airflow has been imported
    from airflow.exceptions import ParamValidationError  # noqa: PLC0415 as above

    from fapiao.texts.catalogue import listed  # noqa: PLC0415
    from operators.refusal import refusals_of  # noqa: PLC0415

    if dag_id not in bag.dags:
        return _not_made(dag_id, "runs.no_dag", known=listed(sorted(bag.dags)))
    try:
        run = bag.dags[dag_id].test(run_conf=conf)
    except ParamValidationError as refused:
        return _not_made(dag_id, "runs.bad_value", reason=str(refused).partition("\n")[0])
    refusal = refusals_of(dag_id, run.run_id)
    return {"dag_id": dag_id, "run_id": run.run_id, "state": str(run.state.value), "refusal": refusal}


def _not_made(dag_id: str, key: str, **values: str) -> dict[str, str]:
    """In the language of the command; what runs here speaks Chinese, for its words go into rows."""
    from fapiao.texts.catalogue import sentence  # noqa: PLC0415
    from fapiao.texts.language import language_of, speaking  # noqa: PLC0415

    with speaking(language_of(os.environ)):
        problem = sentence(key, dag_id=dag_id, **values)
    return {"dag_id": dag_id, "run_id": "", "state": "unknown", "problem": problem}


if __name__ == "__main__":
    main(int(sys.argv[1]))
