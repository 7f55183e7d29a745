"""`./fapiao fetch BATCH…`: 获取异步结果, one poll of the selected tasks in the foreground."""

import argparse
import sys
from datetime import UTC, datetime

from hooks.pool.sessions import open_session
from launcher.actor import actor_of
from launcher.bureau import require_bureau
from launcher.pool import pool_url, running_postgres
from launcher.remote_run import run_dag
from launcher.stack import running_stack
from launcher.task_commands import act, add_selection, show
from operators.downloads.actions import answers, poll_now

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
        log, actor = f"fetch-{datetime.now(UTC):%Y%m%dT%H%M%S}", actor_of(arguments)
        ended = run_dag(url, stack, (DAG_ID, {"batches": batches}), actor, log, sys.stderr)
        with open_session(url) as connection:
            show(answers(connection, batches), as_json=arguments.json)
    return 0 if ended.state == "success" else 1
