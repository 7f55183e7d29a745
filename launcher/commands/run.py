"""`./fapiao run DAG_ID --date D`: one DAG run to its end in the foreground."""

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import dict_row

from fapiao.errors import BadInput
from fapiao.queries import query
from hooks.pool.sessions import open_session
from launcher.actor import actor_of, add_actor
from launcher.bureau import require_bureau
from launcher.dag_runs import DagRun
from launcher.guarded_output import print_line
from launcher.options import add_day, day_of
from launcher.pool import pool_url, running_postgres
from launcher.remote_run import run_dag
from launcher.screen import print_rows
from launcher.stack import running_stack

FAILED = ("apply_failed", "download_failed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DAG, day and conf."""
    parser.add_argument("dag_id", metavar="DAG_ID", help="for example leqi__incremental")
    add_day(parser)
    parser.add_argument("--conf", default="{}", help="further parameters as a JSON object")
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs the DAG and prints what its rows came to; a running stack's own scheduler runs it there."""
    dag_id, conf, since = arguments.dag_id, _conf(arguments), datetime.now(UTC)
    with running_postgres(), pool_url() as url:
        stack = running_stack()
        if not stack:
            require_bureau(dag_id, url)
        log = f"run-{dag_id}-{since:%Y%m%dT%H%M%S}"
        ended = run_dag(url, stack, (dag_id, conf), actor_of(arguments), log, sys.stdout)
        failed = print_outcome(url, ended, since)
    return 0 if ended.state == "success" and not failed else 1


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
    print_rows(columns, rows, indent="  ")
    for row in rows:
        if row["message"]:
            print_line(f"  {row['error_code']}: {row['message']}")
    for row in skips:
        print_line(f"  left out, {row['rows']} rows: {row['reason']}")
    return sum(row["tasks"] for row in rows if row["status"] in FAILED)
