"""`./fapiao down`: stops the stack, whatever is left of it, and the embedded Postgres, and says what that was."""

import argparse
import signal

from fapiao.errors import Unusable
from fapiao.texts.catalogue import listed, sentence
from launcher.home import home, locked
from launcher.pool import embedded, forget_keeping
from launcher.processes import send, wait_until
from launcher.stack import end_parts, forget, known_stack, running_stack

PATIENCE_SECONDS = 90.0
POSTGRES = "postgres"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(_arguments: argparse.Namespace) -> int:
    """0 when nothing of this home runs any more, or only what another command is using."""
    ran = _running()
    _end_supervisor()
    with locked(home() / "up.lock"):
        ran |= _running()
        _end_supervisor()
        if left := known_stack():
            end_parts(left.parts)
            forget()
        if not forget_keeping():
            ran.pop(POSTGRES, None)
            print(sentence("services.postgres_in_use"))
            if not ran:
                return 0
    print(sentence("services.stopped", names=listed(ran)) if ran else sentence("services.nothing_ran"))
    return 0


def _running() -> dict[str, None]:
    """The names of what lives now, as `status` has them, in their order."""
    stack = known_stack()
    living = [name for name, part in stack.parts.items() if part.alive] if stack else []
    return dict.fromkeys([*living, *([POSTGRES] if embedded().running else [])])


def _end_supervisor() -> None:
    """A start that waits for this stack gives up by it, and lets go of its lock."""
    if stack := running_stack():
        send(stack.supervisor.pid, stack.supervisor.born, signal.SIGTERM)
        if not wait_until(lambda: not stack.supervisor.alive, PATIENCE_SECONDS):
            raise Unusable(sentence("services.supervisor_stays", pid=stack.supervisor.pid))
