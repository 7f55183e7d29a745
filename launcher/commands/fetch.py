"""`./fapiao fetch BATCH…`: 获取异步结果, one poll of the selected tasks in the foreground."""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fapiao.texts.catalogue import sentence
from hooks.pool.sessions import open_session
from launcher.actor import actor_of
from launcher.airflow_env import metadata_server
from launcher.bureau import require_bureau
from launcher.pool import pool_url
from launcher.remote_run import SHOWN_HERE, run_dag
from launcher.stack import running_stack
from launcher.task_commands import act, add_selection, show
from operators.downloads.actions import dags_of
from operators.row_actions import answers, fetch_again

OF_BATCHES = "sweep_results"
"""The DAG that works exactly the rows that it is given; every other works what is due."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The selection, and whether to wait for the answer."""
    add_selection(parser)
    parser.add_argument("--later", action="store_true", help=sentence("task_commands.later"))


def run(arguments: argparse.Namespace) -> int:
    """Makes the tasks due, polls each once, and says how they stand; 1 when the poll itself failed."""
    batches = list(dict.fromkeys(arguments.batches))
    if arguments.later:
        show(act(arguments, lambda connection, actor: fetch_again(connection, actor, batches)), as_json=arguments.json)
        return 0
    with metadata_server(), pool_url() as url:
        stack = running_stack()
        with open_session(url) as connection:
            dags = dags_of(connection, batches)
        for dag_id in sorted(set(dags.values())) if not stack else ():
            require_bureau(dag_id, url)
        act(arguments, lambda connection, actor: fetch_again(connection, actor, batches))
        log, actor = f"fetch-{datetime.now(UTC):%Y%m%dT%H%M%S}", actor_of(arguments)
        ended = [run_dag(url, stack, one, actor, f"{log}-{one[0]}", sys.stderr) for one in _runs(dags)]
        with open_session(url) as connection:
            show(answers(connection, batches), as_json=arguments.json)
    return 0 if all(one.state == "success" for one in ended) else 1


def _runs(dags: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """What is run: each DAG once, the sweep with exactly these rows; how they stand is shown, so none makes it red."""
    mine = [batch for batch, dag_id in dags.items() if dag_id == OF_BATCHES]
    return [
        (dag_id, SHOWN_HERE | ({"batches": mine} if dag_id == OF_BATCHES else {}))
        for dag_id in sorted(set(dags.values()))
    ]
