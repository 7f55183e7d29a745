"""Kill -9 of a worker between an upload and its answer: the bureau is asked what it holds before anything is sent again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from fapiao.selection.chosen import Operation, SelectionRequest
from operators.selections.submit import submit
from rehearsal import GENERAL
from selection_stand_office import Office, office_of
from selection_stands import KINDS

WORKER = Path(__file__).resolve().parents[2] / "support" / "selection_worker.py"
PATIENCE_SECONDS = 120.0
ANSWER_SECONDS = 60.0
"""The bureau takes an upload at once and answers it only after this: the worker is dead by then."""


class Workers:
    """The forking process, asked for one worker at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, office: Office, *, unsent: bool) -> int:
        """A worker on the channel of the office; its process id."""
        kind = office.stand.kind
        order = {
            "pool": office.room.url,
            "channel": kind.channel,
            "variable": kind.variable,
            "connection": kind.connection(office.stand.bureau.url),
            "now": office.room.now.isoformat(),
            "unsent": unsent,
        }
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def ended(self) -> int:
        """The exit code of the worker, or its signal below zero."""
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """The forking process, for the tests of this module."""
    with subprocess.Popen(
        [sys.executable, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:  # fmt: skip
        yield Workers(process)
        assert process.stdin
        process.stdin.close()


@pytest.fixture(params=KINDS, ids=lambda kind: kind.channel)
def office(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, pool_url: str) -> Iterator[Office]:
    """A company on the channel, known to both sides."""
    with office_of(request.param, monkeypatch, pool_url) as found:
        yield found


def wait_until(so: Callable[[], object]) -> None:
    """Looks until it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not so():
        assert time.monotonic() < end, "the worker never came so far"
        time.sleep(0.02)


def killed(workers: Workers, office: Office, service: str, *, arrived: bool) -> None:
    """A worker dies between its upload and the answer, or before the upload leaves; nobody has noted anything."""
    before = len(office.stand.calls(service))
    if arrived:
        office.stand.fault(service, {"kind": "slow"}, seconds=ANSWER_SECONDS)
    pid = workers.start(office, unsent=not arrived)
    if arrived:
        wait_until(lambda: len(office.stand.calls(service)) > before)
        os.kill(pid, signal.SIGKILL)
    assert workers.ended() == -signal.SIGKILL
    row = office.last()
    assert (row["status"], row["request_no"], row["sent_at"] is not None) == ("unprocessed", None, True)
    assert len(office.stand.calls(service)) == before + arrived


def services(office: Office) -> list[str]:
    """What the bureau was asked, in order."""
    with office.stand.bureau.client() as client:
        return [str(call["service"]) for call in client.get("/_sim/journal").json()["calls"]]


def wished(office: Office, operation: Operation, keys: Sequence[str]) -> None:
    """Documents that are wished for; nobody works on them yet."""
    reason = "3" if operation == "not_deduct" else None
    selection_request = office.room.request(keys, operation, taxpayer_no=GENERAL, reason=reason)
    submit(office.room.another_run(), selection_request, "tester")


@pytest.mark.slow
@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "unsent"])
@pytest.mark.parametrize("operation", ["not_deduct", "undo_not_deduct"])
def test_a_killed_upload_is_looked_for_at_the_bureau_before_anything_is_sent(
    workers: Workers, office: Office, operation: Operation, arrived: bool
) -> None:
    kind, keys = office.stand.kind, office.documents(3)
    if operation == "undo_not_deduct":
        office.submit(keys)
        office.finish()
    wished(office, operation, keys)
    asked = len(services(office))
    killed(workers, office, kind.upload, arrived=arrived)
    assert office.room.work(office.channel) == 0, "the dead worker's lease still stands"

    office.finish()

    since = services(office)[asked:]
    uploads = [at for at, service in enumerate(since) if service == kind.upload]
    looked = since.index(kind.held)
    assert len(uploads) == 1
    assert (uploads[0] < looked) == arrived
    assert (office.last()["status"], office.last()["failed_count"]) == ("succeeded", 0)
    office.agree(*((keys, []) if operation == "not_deduct" else ([], keys)))


@pytest.mark.slow
@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "unsent"])
def test_a_killed_call_for_a_table_is_not_repeated_before_the_table_was_looked_at(
    workers: Workers, office: Office, arrived: bool
) -> None:
    kind, keys = office.stand.kind, office.documents(1)
    office.submit(keys)
    office.finish()
    submit(office.room.another_run(), SelectionRequest("make_statistics", "interactive", taxpayers=[GENERAL]), "tester")
    killed(workers, office, kind.statistics, arrived=arrived)

    office.finish()

    assert office.last()["status"] == "succeeded"
    assert len(office.stand.calls(kind.statistics)) == 1
