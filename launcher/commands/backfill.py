"""`./fapiao backfill --taxpayers … --years …`: 历史发票数据同步 (S3), a dry run first; and its import tasks."""

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from fapiao.errors import BadInput
from fapiao.forms.reading import given
from fapiao.history.form import REQUEST
from fapiao.history.plan import HistoryPlan, lines, summary, text
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import listed, sentence
from hooks.pool.sessions import open_session
from launcher import history_batches
from launcher.actor import actor_of, add_actor
from launcher.airflow_env import metadata_server
from launcher.bureau import require_bureau
from launcher.commands.run import print_outcome
from launcher.options import add_day, add_json, add_options, command_run, confirmed, day_of
from launcher.pool import pool_url, reading_session
from launcher.remote_run import run_dag
from launcher.screen import screen_width
from launcher.stack import running_stack
from operators.history.planning import DAG_ID, Made, create, preview


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The form, whether to go, and what is done with import tasks that are there."""
    add_options(parser, REQUEST)
    parser.add_argument("--usage", action="store_true", help=sentence("backfill_command.usage"))
    going = parser.add_mutually_exclusive_group()
    going.add_argument("--dry-run", action="store_true", help=sentence("backfill_command.dry_run"))
    going.add_argument("--go", action="store_true", help=sentence("backfill_command.go"))
    parser.add_argument("--later", action="store_true", help=sentence("backfill_command.later"))
    add_day(parser)
    add_json(parser)
    add_actor(parser)
    history_batches.add_actions(parser)


def run(arguments: argparse.Namespace) -> int:
    """Shows the plan and, unless it is a dry run, carries it out. Raises BadInput with every problem at once."""
    if arguments.action:
        return history_batches.act(arguments)
    form, day = _form(arguments), day_of(arguments)
    if arguments.dry_run:
        with reading_session() as connection:
            _show(preview(connection, actor_of(arguments), form, day), as_json=arguments.json)
        return 0
    with metadata_server(), pool_url() as url:
        with open_session(url) as connection:
            plan = preview(connection, actor_of(arguments), form, day)
        _show(plan, as_json=arguments.json)
        if not (arguments.go or confirmed(sentence("backfill_command.ask"))):
            return 0
        return _go(url, arguments, form)


def _form(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.usage and arguments.data_type not in (None, "usage"):
        raise BadInput([sentence("backfill_command.usage_and_type")])
    return given(REQUEST, vars(arguments)) | ({"data_type": "usage"} if arguments.usage else {})


def _show(plan: HistoryPlan, *, as_json: bool) -> None:
    book = rulebook()
    if as_json:
        print(json.dumps({"summary": summary(plan, book), "subtasks": lines(plan, book)}, ensure_ascii=False))
    else:
        print(text(plan, book, screen_width()))


def _go(url: str, arguments: argparse.Namespace, form: dict[str, Any]) -> int:
    """Makes the import tasks in this actor's name, then works them by a run of the DAG."""
    stack = None if arguments.later else running_stack()
    if not (arguments.later or stack):
        require_bureau(DAG_ID, url)
    since, actor = datetime.now(UTC), actor_of(arguments)
    with open_session(url) as connection:
        made = create(connection, command_run(arguments, DAG_ID, since), actor, form)
    _announce(made)
    if arguments.later or not made.batches:
        return 0
    conf: dict[str, Any] = {"batches": made.batches}
    conf |= {"date": arguments.date.isoformat()} if arguments.date else {}
    ended = run_dag(url, stack, (DAG_ID, conf), actor, f"backfill-{since:%Y%m%dT%H%M%S}", sys.stderr)
    failed = print_outcome(url, ended, since)
    history_batches.show_list(url, actor, made.batches)
    return 0 if ended.state == "success" and not failed else 1


def _announce(made: Made) -> None:
    if not made.batches:
        print(sentence("backfill_command.nothing_left"))
        return
    print(sentence("backfill_command.planned", batches=listed(made.batches)))
    last = made.plan.last_day()
    if last and last > made.plan.day:
        print(sentence("backfill_command.last_day", day=last))
