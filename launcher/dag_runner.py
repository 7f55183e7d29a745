"""Runs DAGs one after another in this process, each to its end, and writes one JSON line per run to a pipe.

Started by launcher.dag_runs with Airflow's environment; stdin holds [[dag_id, conf], …], the argument is the pipe.
"""

import json
import os
import signal
import sys
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
    with os.fdopen(pipe, "w", encoding="utf-8") as results:
        for dag_id, conf in asked:
            print(json.dumps(_run(bag, dag_id, conf)), file=results, flush=True)


def list_once() -> None:
    """Lets Airflow store the DAGs at the first run of this process alone.

    Its dag.test() parses, serialises and stores every DAG at each run, which takes longer than a run of ours; no file
    changes between two runs of one process.
    """
    from airflow.dag_processing import dagbag  # noqa: PLC0415 as above

    store = dagbag.sync_bag_to_db

    def first(*arguments: Any, **options: Any) -> None:
        store(*arguments, **options)
        names: dict[str, Any] = vars(dagbag)
        names["BundleDagBag"] = names["sync_bag_to_db"] = lambda *_, **__: None

    vars(dagbag)["sync_bag_to_db"] = first


def _run(bag: "DagBag", dag_id: str, conf: dict[str, Any]) -> dict[str, str]:
    if dag_id not in bag.dags:
        return {"dag_id": dag_id, "run_id": "", "state": "unknown", "problem": _no_dag(dag_id, sorted(bag.dags))}
    run = bag.dags[dag_id].test(run_conf=conf)
    return {"dag_id": dag_id, "run_id": run.run_id, "state": str(run.state.value)}


def _no_dag(dag_id: str, known: list[str]) -> str:
    """In the language of the command; what runs here speaks Chinese, for its words go into rows."""
    # our packages are found once Airflow has been imported
    from fapiao.texts.catalogue import listed, sentence  # noqa: PLC0415
    from fapiao.texts.language import language_of, speaking  # noqa: PLC0415

    with speaking(language_of(os.environ)):
        return sentence("runs.no_dag", dag_id=dag_id, known=listed(known))


if __name__ == "__main__":
    main(int(sys.argv[1]))
