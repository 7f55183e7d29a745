"""`./fapiao retry BATCH…`: 手工重试, a new request for a download that failed on the RPA channel, a file read again."""

import argparse
from typing import Any

import psycopg

from fapiao.permissions.task_actions import ActionOutcome
from launcher.task_commands import act, add_selection, say_who_works, show
from operators.downloads.actions import retry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The selection."""
    add_selection(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans the new tasks and names them. Raises BadInput with every reason against it; then there is no new task."""
    show(act(arguments, lambda connection, actor: _retry(connection, actor, arguments)), as_json=arguments.json)
    return 0


def _retry(connection: psycopg.Connection[Any], actor: str, arguments: argparse.Namespace) -> list[ActionOutcome]:
    done = retry(connection, actor, arguments.batches)
    say_who_works(connection, [one.new_batch_no for one in done if one.new_batch_no])
    return done
