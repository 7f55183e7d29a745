"""`./fapiao void BATCH… --reason WHY`: 作废任务, for rows of any queue that are not at their end."""

import argparse

from launcher.task_commands import act, add_selection, show
from operators.row_actions import void


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The selection, and why."""
    add_selection(parser)
    parser.add_argument("--reason", required=True, metavar="WHY", help="作废原因, kept with the task")


def run(arguments: argparse.Namespace) -> int:
    """Voids all of them or, with every reason against it in a BadInput, none."""
    show(
        act(arguments, lambda connection, actor: void(connection, actor, arguments.batches, arguments.reason)),
        as_json=arguments.json,
    )
    return 0
