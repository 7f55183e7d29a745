"""A process that has imported everything and forks a worker per line of stdin; it ends its workers when stdin ends.

Its argument is the file of the clock. A line is JSON: number, order, environment. Lines back: number with pid, number with
how it ended and what it said last.
"""

import faulthandler
import gc
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "tests" / "support"), str(Path(__file__).parent)]

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from operators import run_context  # noqa: E402
from world_clock import WorldClock  # noqa: E402

CLOCK = WorldClock(Path(sys.argv[1]))
run_context.clock = CLOCK.now  # before anybody takes it from there: time is the driver's

from worker_orders import ORDERS, warm_up  # noqa: E402

warm_up()

_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what a worker logs to stdout must not stand among the answers
_running: dict[int, tuple[int, int]] = {}


def _tell(**said: object) -> None:
    print(json.dumps(said), file=_answers, flush=True)


def _fork(line: str) -> None:
    asked = json.loads(line)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        _work(asked, write_end)
    os.close(write_end)
    _running[child] = asked["number"], read_end
    _tell(number=asked["number"], pid=child)


def _work(asked: dict, write_end: int) -> None:
    code, said = 1, ""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        faulthandler.register(signal.SIGUSR1)  # where it is, into the log, when the driver asks
        os.environ.update(asked["environment"])
        order = asked["order"]
        said = json.dumps(ORDERS[order.pop("kind")](CLOCK, order), default=str, ensure_ascii=False)
        code = 0
    except BaseException as broken:
        traceback.print_exc()
        said = f"{type(broken).__name__}: {broken}"
    sys.stderr.flush()
    os.write(write_end, said.encode()[:60_000])
    os._exit(code)


def _reap() -> None:
    while _running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        number, read_end = _running.pop(child)
        with os.fdopen(read_end, errors="replace") as said:
            _tell(number=number, ended=os.waitstatus_to_exitcode(status), said=said.read())


def _serve() -> None:
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    pending = b""
    gc.freeze()  # what was imported is shared with every fork, and never looked at again
    _tell(number=-1)
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _reap()
        if 0 in ready:
            data = os.read(0, 65_536)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                _fork(line.decode())


_serve()
for left in _running:
    os.kill(left, signal.SIGKILL)
