"""How a command ends that is told to by a signal: known before anything else is imported, which takes a moment."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

TERMINATED = 143
SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Terminated(SystemExit):
    """Told to end by a signal; it unwinds like an exception, so that what was started is stopped."""

    def __init__(self, number: int) -> None:
        super().__init__(TERMINATED)
        self.sentence = (
            f"Ended by {signal.Signals(number).name}: nothing that this command started runs any more, "
            "and the next start goes on from here."
        )


def end_at_once() -> None:
    """From here on such a signal ends the process with its sentence; nothing has been started yet."""
    _handle(_end)


def unwind() -> None:
    """From here on such a signal raises Terminated."""
    _handle(_terminate)


def _handle(handler: object) -> None:
    """But for one that whoever began us wants ignored, as nohup does."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)  # type: ignore[arg-type]


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    print(Terminated(number).sentence, file=sys.stderr, flush=True)
    os._exit(TERMINATED)


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated(number)
