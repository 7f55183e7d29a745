"""`./fapiao run DAG_ID --date D`: one DAG run to its end in the foreground."""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import dict_row

from fapiao.errors import BadInput
from fapiao.queries import query
from hooks.pool.sessions import open_session
from launcher.actor import actor_of, add_actor
from launcher.airflow_env import airflow_environment, ensure_metadata
from launcher.bureau import require_bureau
from launcher.dag_runs import DagRun, run_dags
from launcher.home import logs
from launcher.options import add_day, day_of
from launcher.pool import pool_url, running_postgres
from launcher.remote_run import run_on_stack
from launcher.screen import print_table
from launcher.stack import running_stack
from operators.run_context import ACTOR_VARIABLE

HELP = "run one DAG to its end in the foreground; fails when the run or any of its rows failed"
FAILED = ("apply_failed", "download_failed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DAG, day and conf."""
    parser.add_argument("dag_id", metavar="DAG_ID", help="for example leqi__incremental")
    add_day(parser)
    parser.add_argument("--conf", default="{}", help="further parameters as a JSON object")
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs the DAG and prints what its rows came to; a running stack's own scheduler runs it there."""
    conf = _conf(arguments)
    since = datetime.now(UTC)
    with running_postgres(), pool_url() as url:
        stack = running_stack()
        ended = run_on_stack(stack, arguments.dag_id, conf) if stack else _run_here(url, arguments, conf, since)
        failed = print_outcome(url, ended, since)
    return 0 if ended.state == "success" and not failed else 1


def _run_here(url: str, arguments: argparse.Namespace, conf: dict[str, Any], since: datetime) -> DagRun:
    dag_id = arguments.dag_id
    require_bureau(dag_id)
    ensure_metadata()
    log = logs() / f"run-{dag_id}-{since:%Y%m%dT%H%M%S}.log"
    environment = airflow_environment(url) | {ACTOR_VARIABLE: actor_of(arguments)}
    (ended,) = run_dags([(dag_id, conf)], environment, log)
    if ended.problem:
        raise BadInput([ended.problem])
    print(f"log: {log}")
    return ended


def _conf(arguments: argparse.Namespace) -> dict[str, Any]:
    try:
        conf = json.loads(arguments.conf)
    except ValueError as wrong:
        raise BadInput([f"--conf is not JSON: {wrong}"]) from wrong
    if not isinstance(conf, dict):
        raise BadInput([f"--conf must be a JSON object, not {type(conf).__name__}"])
    return conf | {"date": day_of(arguments).isoformat()}


def print_outcome(url: str, ended: DagRun, since: datetime) -> int:
    """Prints the rows of a run by status and what was left out; returns how many rows failed."""
    print(f"{ended.dag_id}: {ended.state} ({ended.run_id})")
    with open_session(url, row_factory=dict_row) as connection:
        values = {"dag": ended.dag_id, "run": ended.run_id, "since": since}
        rows = connection.execute(query("log", "run_rows"), values).fetchall()
        skips = connection.execute(query("log", "run_skips"), values).fetchall()
    columns = ("status", "error_code", "tasks", "downloaded", "inserted", "updated", "unchanged", "ignored", "failed")
    print_table(columns, [[row[name] for name in columns] for row in rows], "  ")
    for row in rows:
        if row["message"]:
            print(f"  {row['error_code']}: {row['message']}")
    for row in skips:
        print(f"  left out, {row['rows']} rows: {row['reason']}")
    return sum(row["tasks"] for row in rows if row["status"] in FAILED)
