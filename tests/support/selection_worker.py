"""A process that forks one worker of the selections per line of stdin, to be killed by whoever asked for it.

A line is JSON: pool, channel, variable and connection of the channel, now, unsent (the worker dies before the upload
leaves). The answers are two lines: the worker's process id at once, how it ended when it has.
"""

import json
import os
import signal
import sys
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import psycopg  # noqa: E402

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from fapiao.rules.book import rulebook  # noqa: E402
from fapiao.selection.rules import selection_rules  # noqa: E402
from fapiao.tasks import RunDay  # noqa: E402
from hooks.channels.selection_channels import SELECTION_CHANNELS  # noqa: E402
from operators.selections.session import SelectionSession  # noqa: E402
from operators.selections.worker import select_due  # noqa: E402

rulebook(), selection_rules()
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what a worker logs to stdout must not stand among the answers
RUN = RunDay("selection", "killed", date(2027, 1, 20), "2027-01-20", explicit=True)


def die(*_: object) -> None:
    """What kill -9 does, at this very place."""
    os.kill(os.getpid(), signal.SIGKILL)


def work(order: dict[str, Any]) -> None:
    """Everything that is due on the channel."""
    os.environ[order["variable"]] = order["connection"]
    now = datetime.fromisoformat(order["now"])
    bureau = SELECTION_CHANNELS[order["channel"]]()
    if order["unsent"]:
        bureau.upload = bureau.apply_statistics = die  # type: ignore[method-assign, assignment]
    with psycopg.connect(order["pool"], autocommit=True) as connection, closing(bureau):
        bureaus = {order["channel"]: bureau}
        session = SelectionSession(connection, RUN, "killed", lambda: now, bureaus, selection_rules(), rulebook())
        select_due(session, order["channel"])


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            work(json.loads(line))
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    print(child, file=answers, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
