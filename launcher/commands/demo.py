"""`./fapiao demo`: the main job end to end on the embedded Postgres and the simulator, for a chosen day."""

import argparse
import os
import sys
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

from psycopg.rows import dict_row

from fapiao.bureau_kind import REHEARSAL
from fapiao.errors import BadInput, Unusable
from fapiao.queries import query
from fapiao.written_days import day
from hooks.pool.bureau_kind import claim
from hooks.pool.sessions import open_session
from launcher import stack_simulator
from launcher.airflow_env import airflow_environment, ensure_metadata, rehearse_apart
from launcher.command_simulator import simulation
from launcher.commands.run import print_outcome
from launcher.connections import POOL_VARIABLE
from launcher.dag_runs import run_dags
from launcher.demo_day import due_dags, leave_something_open, set_parameters
from launcher.home import home, logs
from launcher.pool import embedded_pool_url, pool_url, running_postgres
from launcher.remote_run import SHOWN_HERE
from launcher.sample_group import load_sample
from launcher.screen import print_rows
from launcher.stack import running_stack
from operators.run_context import account
from simulator.sample import EARLIEST, sample_enterprise

HELP = "the main job, end to end: sample companies, real DAG runs for a day, sync log, quota board, changed fields"
DAY = date(2027, 3, 10)
POLL_SECONDS = 1.0
AFTERWARDS = ("sweep_results", "verify_invoices")
"""What runs every ten minutes anyway: layout files of the day, verifications."""
SECTIONS = (
    (
        "同步日志 · sync log (the newest rows that brought data)", "with_data", 30,
        ("batch_no", "taxpayer_name", "download_type", "invoice_types", "window_start", "window_end", "status_label",
         "downloaded_count", "inserted_count", "updated_count", "unchanged_count"),
    ),
    (
        "未申请 · what the calendar named and nobody applied for, and why", "left_out_on", None,
        ("dag_id", "direction", "document", "rows", "reason"),
    ),
    (
        "作废 · voided", "voided", 12,
        ("batch_no", "taxpayer_name", "direction", "invoice_types", "window_start", "window_end", "void_reason"),
    ),
    (
        "申请次数 · quota board", "quota_board", 12,
        ("taxpayer_no", "direction", "invoice_type", "issue_month", "used_today", "daily_limit", "used_this_month",
         "monthly_limit", "unknown"),
    ),
    (
        "变更 · what changed in the pool", "changes", 15,
        ("document_key", "column_name", "old_value", "new_value", "batch_no"),
    ),
)  # fmt: skip
"""Title, statement of log.sql, at most so many rows, columns."""
FURTHER = (
    ("./fapiao log --counts", "how many tasks stand where"),
    ("./fapiao log --skipped", "what the calendar named and the plan left out, and why"),
    ("./fapiao log --batch BATCH_NO --events", "what happened to one task, by whom and why"),
    ("./fapiao calendar --from {day} --to {day} --channel leqi --explain", "what the calendar says of the day"),
    ("./fapiao db url", "the pool's URL for psql; see the views of schema fapiao"),
    ("./fapiao up", "the whole stack, scheduled"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The day."""
    parser.add_argument("--date", type=day, default=DAY, help=f"the day to rehearse; default {DAY}")
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="TYPE.KEY=VALUE",
        help="a parameter that is set for the rehearsal, for example rim_download.open_replenish_last_month=1",
    )
    parser.add_argument(
        "--given-pool",
        action="store_true",
        help=f"rehearse in the pool of {POOL_VARIABLE}, which is one of rehearsals from then on",
    )


def _pool(arguments: argparse.Namespace) -> AbstractContextManager[str]:
    """The embedded pool; one that is given by connection only where that was said (A-54)."""
    if arguments.given_pool:
        return pool_url()
    if os.environ.get(POOL_VARIABLE):
        print(
            f"The demo rehearses in the embedded pool, not in that of {POOL_VARIABLE}; --given-pool says otherwise.",
            file=sys.stderr,
        )
    return embedded_pool_url()


def run(arguments: argparse.Namespace) -> int:
    """Runs what the calendar names for the day, and shows what came of it; run again, it adds nothing twice."""
    day: date = arguments.date
    if day < EARLIEST:
        raise BadInput([f"the sample companies exist from {EARLIEST} on; choose that day or a later one"])
    if running_stack():
        raise Unusable("The stack is running; stop it by ./fapiao down before the demo, or use it by ./fapiao run.")
    for sentence in rehearse_apart():
        print(sentence, file=sys.stderr)
    since = datetime.now(UTC)
    with running_postgres(), _pool(arguments) as url, simulation(day, stack_simulator.sm4_key()) as bureau:
        with open_session(url, account(), autocommit=True) as connection:
            claim(connection, REHEARSAL, "the simulator of ./fapiao demo", binding=True)
        ensure_metadata()
        bureau.order("seed", sample_enterprise(day))
        print(f"Sample group on every channel: {load_sample(url, day)}")
        environment = airflow_environment(url) | {POOL_VARIABLE: url}
        environment |= stack_simulator.connections(bureau.url, stack_simulator.sm4_key(), POLL_SECONDS)
        set_parameters(url, arguments.param)
        if left := leave_something_open(url, day, environment):
            print(f"{left} tasks of last month are left open on 电子税局, as if nobody had worked on them.")
        asked = [(dag_id, SHOWN_HERE | {"date": day.isoformat()}) for dag_id in [*due_dags(day), *AFTERWARDS]]
        print(f"{day}: the calendar names {', '.join(dag_id for dag_id, _ in asked)}\n")
        states = []
        for ended in run_dags(asked, environment, logs() / "demo.log"):
            print_outcome(url, ended, since)
            states.append(ended.state)
        show(url, day)
    print_further(day)
    return 0 if all(state == "success" for state in states) else 1


def show(url: str, day: date) -> None:
    """The sync log, what was left out or voided and why, the quota board, what changed in the pool."""
    with open_session(url, row_factory=dict_row) as connection:
        for title, statement, limit, columns in SECTIONS:
            values = {"limit": limit, "day": day, "organisations": None}
            print(f"\n{title}")
            print_rows(columns, connection.execute(query("log", statement), values), indent="  ")
        held = connection.execute(query("log", "pool_size")).fetchone()
    if held:
        print(
            f"全票池 · the pool holds {held['documents']} documents with {held['lines']} lines and "
            f"{held['files']} layout files."
        )


def print_further(day: date) -> None:
    """How to look further."""
    print("\nLook further:")
    for command, answer in FURTHER:
        print(f"  {command.format(day=day):<72} {answer}")
    print(f"Everything lives in {home()}; nothing keeps running.")
