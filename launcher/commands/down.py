"""`./fapiao down`: stops the stack, whatever is left of it, and the embedded Postgres."""

import argparse
import signal

from fapiao.errors import Unusable
from launcher.home import home, locked
from launcher.pool import embedded, forget_keeping
from launcher.processes import send, wait_until
from launcher.stack import end_parts, forget, known_stack, running_stack

HELP = "stop everything that up and db started"
PATIENCE_SECONDS = 90.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(_arguments: argparse.Namespace) -> int:
    """0 when nothing of this home runs any more, or only what another command is using."""
    with locked(home() / "up.lock"):
        ran = embedded().running or known_stack() is not None
        if stack := running_stack():
            send(stack.supervisor.pid, stack.supervisor.born, signal.SIGTERM)
            if not wait_until(lambda: not stack.supervisor.alive, PATIENCE_SECONDS):
                raise Unusable(f"The supervisor (process {stack.supervisor.pid}) does not stop.")
        if left := known_stack():
            end_parts(left.parts)
            forget()
        stopped = forget_keeping()
    if not stopped:
        print("Another ./fapiao command is using Postgres; it stops with that one.")
    else:
        print("Stopped." if ran else "Nothing was running.")
    return 0
