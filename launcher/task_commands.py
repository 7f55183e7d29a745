"""What the commands that act on tasks share: the selection, the actor, and how the outcome is printed."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import psycopg

from fapiao.permissions.task_actions import ActionOutcome
from fapiao.texts.catalogue import listed, sentence
from launcher.actor import actor_of, add_actor
from launcher.guarded_output import print_line
from launcher.options import add_json
from launcher.pool import pool_session
from operators.downloads.actions import dags_of

Act = Callable[[psycopg.Connection[Any], str], list[ActionOutcome]]


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Batch numbers, --as and --json."""
    told = sentence("task_commands.batches")
    parser.add_argument("batches", nargs="+", metavar=sentence("placeholders.batch"), help=told)
    add_actor(parser)
    add_json(parser)


def act(arguments: argparse.Namespace, action: Act) -> list[ActionOutcome]:
    """Does it in a transaction of its own. Raises BadInput with everything that speaks against it."""
    with pool_session(autocommit=True) as connection:
        return action(connection, actor_of(arguments))


def show(done: Sequence[ActionOutcome], *, as_json: bool) -> None:
    """One line a task, in words or as JSON."""
    for one in done:
        print_line(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))


def say_who_works(connection: psycopg.Connection[Any], planned: Sequence[str]) -> None:
    """Which DAG takes up what was just planned: a file's, or that of downloads."""
    for dag_id in sorted(set(dags_of(connection, planned).values())):
        print(sentence("task_commands.planned", dag=dag_id), file=sys.stderr)


def _line(one: ActionOutcome) -> str:
    if one.new_batch_no:
        done = sentence("task_commands.done_anew", batch=one.batch_no, message=one.message, new=one.new_batch_no)
    else:
        done = sentence("task_commands.done", batch=one.batch_no, message=one.message)
    if not one.quota:
        return done
    spent = [sentence(f"quota_states.{name}", count=one.quota[name]) for name in _QUOTA if one.quota.get(name)]
    return sentence("task_commands.with_quota", done=done, spent=listed(spent) or sentence("task_commands.untouched"))


_QUOTA = ("consumed", "unknown", "released")
"""What became of applications that were counted, in the order in which it is said."""
