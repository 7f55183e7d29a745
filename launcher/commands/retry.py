"""`./fapiao retry BATCH…`: 手工重试, a new request for downloads that failed on the RPA channel."""

import argparse

from hooks.actions import retry
from launcher.acting import act, add_selection, show

HELP = "手工重试: ask again for failed downloads of 电子税局 (RPA), as new tasks that the next run or sweep applies for"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The selection."""
    add_selection(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans the new tasks and names them. Raises BadInput with every reason against it; then there is no new task."""
    done = act(arguments, lambda connection, actor: retry(connection, actor, arguments.batches))
    show(done, as_json=arguments.json)
    return 0
