"""A month of many taxpayers over a slow gateway, against what its latency and its accounts allow."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context

import psycopg

from bench import gateway_work
from bench.gateway_bureau import Group, Pace, calls, connection_to, fill_enterprise, slow_gateway
from bench.gateway_work import Worked
from bench.peers import airflow_environment
from bench.process import live_in
from bench.setting import Row, Setting
from fapiao.tasks import SHANGHAI

APPLICATION, QUESTION = "ext.fullInvoiceDown", "ext.fullInvoiceDownQuery"
LEAST_CALLS = 3
"""Of a task: the application and two questions, for nothing is ready when it is asked for the first time."""
PER_TAXPAYER = 100
_SUCCEEDED = (
    "SELECT count(*), coalesce(sum(inserted_count), 0) FROM sync.task"
    " WHERE taxpayer_no = ANY (%s) AND status = 'succeeded'"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the worker tells of its stages, what the gateway was asked, what came of it."""

    worked: list[Worked]
    asked: Counter[str]
    succeeded: int
    invoices: int

    @property
    def applying(self) -> float:
        """Seconds in which every task was applied for."""
        return sum(one.applying for one in self.worked)

    @property
    def collecting(self) -> float:
        """Seconds from then on."""
        return sum(one.collecting for one in self.worked)


def gateway(setting: Setting, pace: Pace | None = None) -> Iterator[Row]:
    """A full month over the gateway, 200 ms a call: an account for each taxpayer, then one for every ten."""
    slow, taxpayers = pace or Pace(), max(50, setting.rows // PER_TAXPAYER)
    today, fifth = datetime.now(UTC).astimezone(SHANGHAI).date(), taxpayers // 5
    alone, shared = Group.of(taxpayers, sharing=1), Group.of(fifth, sharing=10)
    growing = [alone.numbers[:fifth], alone.numbers[fifth:]]
    # In one stage: the queues of fewer accounts would take as long as those of all.
    for group, stages in ((alone, growing), (shared, [shared.numbers])):
        yield from rows(slow, group, measured(setting.url, slow, group, stages, today))


def measured(url: str, pace: Pace, group: Group, stages: list[list[str]], day: date) -> Measured:
    """The month before `day`, worked through by a fresh process, for peaks of memory never fall."""
    with psycopg.connect(url, autocommit=True) as connection:
        fill_enterprise(connection, group)
        with slow_gateway(pace, group, day.replace(day=1) - timedelta(days=1)) as bureau:
            environment = {
                **airflow_environment(),
                "AIRFLOW_CONN_INVOICE_POOL": url,
                "AIRFLOW_CONN_BUREAU_GATEWAY": connection_to(bureau, pace),
            }
            with ProcessPoolExecutor(1, get_context("spawn"), initializer=live_in, initargs=(environment,)) as process:
                worked = process.submit(gateway_work.work, stages, day).result()
            asked = calls(bureau)
        succeeded, invoices = connection.execute(_SUCCEEDED, [group.numbers]).fetchone() or (0, 0)
    return Measured(worked, asked, int(succeeded), int(invoices))


def rows(pace: Pace, group: Group, found: Measured) -> Iterator[Row]:
    """The figures of one arrangement, rates against what the gateway allows."""
    tasks, seconds = sum(one.tasks for one in found.worked), found.applying + found.collecting
    calls_allow, accounts_allow = pace.calls_allow, pace.accounts_allow(group)
    questions = found.asked[QUESTION]
    each = (found.asked[APPLICATION] + questions) / tasks
    bounds = f"{accounts_allow:.1f} the accounts (one task of {pace.task_seconds:g} s at a time)"
    shared = "an account each" if group.sharing == 1 else f"{group.sharing} to an account"
    yield (
        f"{len(group.numbers):,} taxpayers, {shared}",
        f"{found.succeeded:,} of {tasks:,} tasks succeeded in {seconds:.1f} s, {found.invoices:,} invoices",
    )
    yield (
        "applications a second",
        f"{tasks / found.applying:.1f}; {calls_allow:.1f} allow {pace.concurrency} calls of {pace.latency_seconds:g} s"
        f" at a time, {bounds}",
    )
    yield "answers a second", f"{questions / found.collecting:.1f}; {calls_allow:.1f} allow the calls"
    yield (
        "tasks a second, from end to end",
        f"{tasks / seconds:.1f}; {calls_allow / LEAST_CALLS:.1f} allow the calls, {bounds}",
    )
    yield "calls a task", f"{each:.2f}, of which {questions / tasks:.2f} ask for the answer"
    yield "peak memory of the worker", ", ".join(_memory(found.worked))


def _memory(worked: list[Worked]) -> Iterator[str]:
    """The peak after the first stage, and what every later one added."""
    yield f"{worked[0].peak_megabytes:.0f} MB after {worked[0].tasks:,} tasks"
    for before, after in pairwise(worked):
        yield f"{after.peak_megabytes - before.peak_megabytes:.1f} MB more after {after.tasks:,} others"
