"""`./fapiao void BATCH… --reason WHY`: 作废任务, for rows of any queue that are not at their end."""

import argparse

from fapiao.texts.catalogue import sentence
from launcher.task_commands import act, add_selection, show
from operators.row_actions import void


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The selection, and why."""
    add_selection(parser)
    told = sentence("task_commands.reason")
    parser.add_argument("--reason", required=True, metavar=sentence("placeholders.reason"), help=told)


def run(arguments: argparse.Namespace) -> int:
    """Voids all of them or, with every reason against it in a BadInput, none."""
    show(
        act(arguments, lambda connection, actor: void(connection, actor, arguments.batches, arguments.reason)),
        as_json=arguments.json,
    )
    return 0
