"""`./fapiao run DAG_ID --date D`: one DAG run to its end in the foreground."""

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import dict_row

from fapiao.calendar.explaining import label_of
from fapiao.errors import BadInput
from fapiao.outcomes import BY_RULE
from fapiao.queries import query
from fapiao.texts.catalogue import sentence
from fapiao.texts.codes import message_told
from fapiao.texts.left_out import reason_told
from hooks.pool.sessions import open_session
from launcher.actor import actor_of, add_actor
from launcher.airflow_env import metadata_server
from launcher.bureau import require_bureau
from launcher.dag_forms import refuse_unknown_fields
from launcher.dag_runs import DagRun
from launcher.guarded_output import print_line
from launcher.options import add_day, day_of
from launcher.pool import pool_url
from launcher.remote_run import run_dag
from launcher.screen import print_rows
from launcher.stack import running_stack

FAILED = ("apply_failed", "download_failed")
_NO_PLACE = re.compile(r"[^\w.-]")
"""What does not stand in the name of a DAG, and would lead its log to another folder."""
STATES = {"success": "runs.success", "failed": "runs.failed"}
COLUMNS = {
    "status": "runs.status",
    "error_code": "runs.error_code",
    "tasks": "runs.tasks",
    "downloaded": "runs.downloaded",
    "inserted": "runs.inserted",
    "updated": "runs.updated",
    "unchanged": "runs.unchanged",
    "ignored": "runs.ignored",
    "failed": "runs.failed_rows",
}
"""What is shown of the rows of a run, by headings of the catalogue."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DAG, day and conf."""
    parser.add_argument("dag_id", metavar=sentence("placeholders.dag_id"), help=sentence("runs.dag_argument"))
    add_day(parser)
    parser.add_argument("--conf", default="{}", metavar=sentence("placeholders.conf"), help=sentence("runs.conf"))
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs the DAG and prints what its rows came to; a running stack's own scheduler runs it there."""
    dag_id, conf, since = arguments.dag_id, _conf(arguments), datetime.now(UTC)
    refuse_unknown_fields(dag_id, conf)
    with metadata_server(), pool_url() as url:
        stack = running_stack()
        if not stack:
            require_bureau(dag_id, url)
        ended = run_dag(url, stack, (dag_id, conf), actor_of(arguments), log_name(dag_id, since), sys.stdout)
        failed = print_outcome(url, ended, since)
    return 0 if ended.state == "success" and not failed else 1


def log_name(dag_id: str, since: datetime) -> str:
    """How the log of a run is called, whatever was typed for the DAG: it lies beside the others."""
    return f"run-{_NO_PLACE.sub('_', dag_id)[:80]}-{since:%Y%m%dT%H%M%S}"


def _conf(arguments: argparse.Namespace) -> dict[str, Any]:
    try:
        conf = json.loads(arguments.conf)
    except ValueError as wrong:
        raise BadInput([sentence("runs.no_json", reason=wrong)]) from wrong
    if not isinstance(conf, dict):
        raise BadInput([sentence("runs.no_object", kind=type(conf).__name__)])
    if "date" in conf and arguments.date:
        raise BadInput([sentence("runs.date_twice")])
    return {"date": day_of(arguments).isoformat()} | conf


def state_of(ended: DagRun) -> str:
    """How a run ended, for people."""
    return sentence(STATES[ended.state]) if ended.state in STATES else ended.state


def print_outcome(url: str, ended: DagRun, since: datetime) -> int:
    """Prints why it was refused, its rows by status and what was left out.

    Returns how many rows failed that no rule let fail.
    """
    print(sentence("runs.run_ended", dag_id=ended.dag_id, state=state_of(ended), run_id=ended.run_id))
    with open_session(url, row_factory=dict_row) as connection:
        values = {"dag": ended.dag_id, "run": ended.run_id, "since": since}
        rows = connection.execute(query("log", "run_rows"), values).fetchall()
        skips = connection.execute(query("log", "run_skips"), values).fetchall()
    shown = [row | {"status": label_of("status", row["status"])} for row in rows]
    for line in ended.refusal.splitlines():
        print_line(f"  {line}")
    if rows or not ended.refusal:
        print_rows({name: sentence(heading) for name, heading in COLUMNS.items()}, shown, indent="  ")
    for row in rows:
        if row["message"]:
            print_line(f"  {row['error_code']}: {message_told(row['error_code'], row['message'])}")
    for row in skips:
        print_line(
            "  " + sentence("runs.left_out", rows=row["rows"], reason=reason_told(row["reason_code"], row["reason"]))
        )
    return sum(row["tasks"] for row in rows if row["status"] in FAILED and row["error_code"] not in BY_RULE)
