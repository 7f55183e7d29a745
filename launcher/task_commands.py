"""What the commands that act on tasks share: the selection, the actor, and how the outcome is printed."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import psycopg

from fapiao.permissions.task_actions import ActionOutcome
from launcher.actor import actor_of, add_actor
from launcher.guarded_output import print_line
from launcher.pool import pool_session
from operators.downloads.actions import dags_of

Act = Callable[[psycopg.Connection[Any], str], list[ActionOutcome]]


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Batch numbers, --as and --json."""
    parser.add_argument("batches", nargs="+", metavar="BATCH", help="下载批次号 of a task; all of them or none")
    add_actor(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


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
        print(f"planned; {dag_id} works them within ten minutes, ./fapiao run {dag_id} at once", file=sys.stderr)


def _line(one: ActionOutcome) -> str:
    spent = "；".join(f"{label} {one.quota[name]}" for name, label in _QUOTA.items() if one.quota.get(name))
    quota = f"；申请次数：{spent or '未占用'}" if one.quota else ""
    fresh = f" → {one.new_batch_no}" if one.new_batch_no else ""
    return f"{one.batch_no}: {one.message}{fresh}{quota}"


_QUOTA = {"consumed": "已占用，不退还", "unknown": "结果未知，按已占用计", "released": "已退还"}
