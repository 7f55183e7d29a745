"""`./fapiao backfill --taxpayers … --years …`: 历史发票数据同步 (S3), a dry run first; and its import tasks."""

import argparse
import json
import sys
from datetime import UTC, date, datetime
from typing import Any

from fapiao.errors import BadInput
from fapiao.history.plan import HistoryPlan, lines, summary, text
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI, RunDay
from hooks.pool.sessions import open_session
from launcher import history_batches
from launcher.actor import actor_of, add_actor
from launcher.airflow_env import airflow_environment, ensure_metadata
from launcher.bureau import require_bureau
from launcher.commands.run import print_outcome
from launcher.dag_runs import DagRun, run_dags
from launcher.home import logs
from launcher.pool import pool_url, running_postgres
from launcher.remote_run import run_on_stack
from launcher.screen import screen_width
from launcher.stack import running_stack
from operators.history.planning import DAG_ID, Made, create, preview
from operators.run_context import ACTOR_VARIABLE

HELP = "历史发票数据同步: years of sales invoices, or their usage status; the plan first; list, stop, retry"
FORM = {
    "data_type": ("--type", "发票数据类型: details 发票数据 (default), usage 发票用途状态"),
    "channel": ("--channel", "下载通道: rpa, 乐企 (leqi); default: the 收票通道 of each tax number"),
    "taxpayers": ("--taxpayers", "企业名称: tax numbers, separated by commas"),
    "years": ("--years", "开票日期 by year: 2025, or 2023-2026, within five years"),
    "months": ("--months", "开票日期 by month: 2026-01, or 2026-01..2026-03, separated by commas"),
    "invoice_types": ("--types", "发票种类: codes or names of the six types that have a history; default: all six"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The form, whether to go, and what is done with import tasks that are there."""
    for name, (option, sentence) in FORM.items():
        parser.add_argument(option, dest=name, metavar="…", help=sentence)
    parser.add_argument("--usage", action="store_true", help="as --type usage")
    going = parser.add_mutually_exclusive_group()
    going.add_argument("--dry-run", action="store_true", help="show the plan and stop")
    going.add_argument("--go", action="store_true", help="do not ask before going on, also on a terminal")
    parser.add_argument("--later", action="store_true", help="only plan; the next sweep on the stack works it")
    parser.add_argument("--date", type=date.fromisoformat, help="the day to work for; default: today in Asia/Shanghai")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    add_actor(parser)
    history_batches.add_actions(parser)


def run(arguments: argparse.Namespace) -> int:
    """Shows the plan and, unless it is a dry run, carries it out. Raises BadInput with every problem at once."""
    if arguments.action:
        return history_batches.act(arguments)
    form, day = _form(arguments), arguments.date or datetime.now(SHANGHAI).date()
    with running_postgres(), pool_url() as url:
        with open_session(url) as connection:
            plan = preview(connection, actor_of(arguments), form, day)
        _show(plan, as_json=arguments.json)
        if arguments.dry_run or not (arguments.go or _confirmed()):
            return 0
        return _go(url, arguments, form, day)


def _form(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.usage and arguments.data_type not in (None, "usage"):
        raise BadInput(["--usage and --type contradict each other: give one of them"])
    form = {name: value for name in FORM if (value := getattr(arguments, name))}
    return form | ({"data_type": "usage"} if arguments.usage else {})


def _show(plan: HistoryPlan, *, as_json: bool) -> None:
    book = rulebook()
    if as_json:
        print(json.dumps({"summary": summary(plan, book), "subtasks": lines(plan, book)}, ensure_ascii=False))
    else:
        print(text(plan, book, screen_width()))


def _confirmed() -> bool:
    """A terminal is asked; a script that did not say --dry-run means it."""
    if not sys.stdin.isatty():
        return True
    return input("申请以上子任务? [y/N] ").strip().lower() in ("y", "yes", "是")


def _go(url: str, arguments: argparse.Namespace, form: dict[str, Any], day: date) -> int:
    """Makes the import tasks in this actor's name, then works them by a run of the DAG."""
    stack = None if arguments.later else running_stack()
    if not (arguments.later or stack):
        require_bureau(DAG_ID)
    since, actor = datetime.now(UTC), actor_of(arguments)
    run_day = RunDay(DAG_ID, f"command__{since.isoformat()}", day, day.isoformat(), arguments.date is not None)
    with open_session(url) as connection:
        made = create(connection, run_day, actor, form)
    _announce(made)
    if arguments.later or not made.batches:
        return 0
    conf: dict[str, Any] = {"batches": made.batches}
    conf |= {"date": day.isoformat()} if arguments.date else {}
    ended = run_on_stack(stack, DAG_ID, conf) if stack else _run_here(url, conf, since, actor)
    failed = print_outcome(url, ended, since)
    history_batches.show_list(url, actor, made.batches)
    return 0 if ended.state == "success" and not failed else 1


def _run_here(url: str, conf: dict[str, Any], since: datetime, actor: str) -> DagRun:
    ensure_metadata()
    log = logs() / f"backfill-{since:%Y%m%dT%H%M%S}.log"
    (ended,) = run_dags([(DAG_ID, conf)], airflow_environment(url) | {ACTOR_VARIABLE: actor}, log)
    print(f"log: {log}", file=sys.stderr)
    return ended


def _announce(made: Made) -> None:
    if not made.batches:
        print("nothing is left to apply for: everything is complete, under way, or left to the calendar")
        return
    print(f"导入批次号: {', '.join(made.batches)}")
    last = made.plan.last_day()
    if last and last > made.plan.day:
        print(f"the last applications fit on {last}; sweep_results makes them on their days")
