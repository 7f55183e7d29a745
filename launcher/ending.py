"""How a command ends that is told to by a signal: known before anything else is imported, which takes a moment."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from fapiao.texts.language import Language, language_of

TERMINATED = 143
ENDED: dict[Language, str] = {
    "zh": "收到 {signal}，已结束：本命令启动的进程均已停止，下次启动会从此处继续。",
    "en": ("Ended by {signal}: nothing that this command started runs any more, and the next start goes on from here."),
}
STILL_ENDING: dict[Language, str] = {
    "zh": "收到 {signal}，已结束：本机繁忙，本命令启动的进程正在停止，下次启动会从此处继续。",
    "en": (
        "Ended by {signal}: what this command started is still ending, on a busy machine, "
        "and the next start goes on from here."
    ),
}
"""They stand here, for the catalogue may not have been read when the signal comes."""
LEAVE_SECONDS = 4.0
"""A machine may be so busy that ending takes longer: the guard finishes it, and who asked has been answered."""
SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class EndedBySignal(SystemExit):
    """Told to end by a signal; it unwinds like an exception, so that what was started is stopped."""

    def __init__(self, number: int) -> None:
        super().__init__(TERMINATED)
        spoken, self.name = language_of(os.environ), signal.Signals(number).name
        self.sentence = ENDED[spoken].format(signal=self.name)
        self.late_sentence = STILL_ENDING[spoken].format(signal=self.name)


@contextmanager
def waiting_for(what_goes_on: str) -> Iterator[None]:
    """Inside the block the command only waits for what others do: where it is ended, that goes on, and is said so.

    `what_goes_on` has a place for the signal.
    """
    try:
        yield
    except EndedBySignal as ended:
        ended.sentence = ended.late_sentence = what_goes_on.format(signal=ended.name)
        raise
    except KeyboardInterrupt:
        print(what_goes_on.format(signal=signal.SIGINT.name), file=sys.stderr, flush=True)
        raise


def end_at_once() -> None:
    """From here on such a signal ends the process with its sentence; nothing has been started yet."""
    _handle(_end)


def unwind() -> None:
    """From here on such a signal raises EndedBySignal."""
    _handle(_terminate)


def _handle(handler: object) -> None:
    """But for one that whoever began us wants ignored, as nohup does."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)  # type: ignore[arg-type]


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    print(EndedBySignal(number).sentence, file=sys.stderr, flush=True)
    os._exit(TERMINATED)


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    ended = EndedBySignal(number)
    signal.signal(signal.SIGALRM, lambda *_: _leave(ended))
    signal.setitimer(signal.ITIMER_REAL, LEAVE_SECONDS)
    raise ended


def told(ended: EndedBySignal) -> str:
    """What is said when everything has ended in time."""
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    return ended.sentence


def _leave(ended: EndedBySignal) -> NoReturn:
    print(ended.late_sentence, file=sys.stderr, flush=True)
    os._exit(TERMINATED)
