"""`./fapiao fetch BATCH…`: 获取异步结果, one poll of the selected tasks in the foreground."""

import argparse
import sys
from datetime import UTC, datetime

from fapiao.errors import BadInput
from fapiao.permissions.task_actions import ActionOutcome
from hooks.pool.sessions import open_session
from launcher.actor import actor_of
from launcher.airflow_env import airflow_environment, ensure_metadata
from launcher.bureau import require_bureau
from launcher.dag_runs import DagRun, run_dags
from launcher.home import logs
from launcher.pool import pool_url, running_postgres
from launcher.remote_run import run_on_stack
from launcher.stack import Stack, running_stack
from launcher.task_commands import act, add_selection, show
from operators.downloads.actions import answers, poll_now
from operators.run_context import ACTOR_VARIABLE

HELP = "获取异步结果: ask the bureau now for the results of tasks that are 进销项数据不全 or 下载处理中"
DAG_ID = "sweep_results"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The selection, and whether to wait for the answer."""
    add_selection(parser)
    parser.add_argument("--later", action="store_true", help="only make them due; the next sweep asks the bureau")


def run(arguments: argparse.Namespace) -> int:
    """Makes the tasks due, polls each once, and says how they stand; 1 when the poll itself failed."""
    batches = list(dict.fromkeys(arguments.batches))
    if arguments.later:
        show(act(arguments, lambda connection, actor: poll_now(connection, actor, batches)), as_json=arguments.json)
        return 0
    with running_postgres(), pool_url() as url:
        stack = running_stack()
        if not stack:
            require_bureau(DAG_ID)
        act(arguments, lambda connection, actor: poll_now(connection, actor, batches))
        ended = _poll(url, stack, batches, actor_of(arguments))
        show(_answers(url, batches), as_json=arguments.json)
    return 0 if ended.state == "success" else 1


def _poll(url: str, stack: Stack | None, batches: list[str], actor: str) -> DagRun:
    """The sweep, restricted to these tasks: on the running stack, else in this process's child."""
    conf = {"batches": batches}
    if stack:
        return run_on_stack(stack, DAG_ID, conf)
    ensure_metadata()
    log = logs() / f"fetch-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    (ended,) = run_dags([(DAG_ID, conf)], airflow_environment(url) | {ACTOR_VARIABLE: actor}, log)
    if ended.problem:
        raise BadInput([ended.problem])
    print(f"log: {log}", file=sys.stderr)
    return ended


def _answers(url: str, batches: list[str]) -> list[ActionOutcome]:
    with open_session(url) as connection:
        return answers(connection, batches)
