"""A month of many taxpayers over a slow gateway, against what its latency and its accounts allow."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context

import psycopg

from bench import gateway_work
from bench.gateway_bureau import Group, Pace, calls, connection_to, fill_enterprise, slow_gateway
from bench.gateway_work import Worked
from bench.peers import airflow_environment
from bench.setting import Row, Setting
from fapiao.tasks import SHANGHAI

APPLICATION, QUESTION = "ext.fullInvoiceDown", "ext.fullInvoiceDownQuery"


def gateway(setting: Setting, pace: Pace | None = None) -> Iterator[Row]:
    """A full month over the gateway, 200 ms a call: an account for each taxpayer, and one for ten."""
    slow = pace or Pace()
    for sharing in (1, 10):
        group = Group.of(max(10, setting.rows // 100), sharing)
        yield from _rows(
            slow, group, *_measured(setting.url, slow, group, datetime.now(UTC).astimezone(SHANGHAI).date())
        )


def _measured(url: str, pace: Pace, group: Group, day: date) -> tuple[list[Worked], Counter[str]]:
    """What the worker tells of a fifth of the group and of the rest, and what the gateway was asked altogether."""
    with psycopg.connect(url) as connection:
        fill_enterprise(connection, group)
    fifth = len(group.numbers) // 5
    stages = [group.numbers[:fifth], group.numbers[fifth:]]
    with slow_gateway(pace, group, day.replace(day=1) - timedelta(days=1)) as bureau:
        connections = {"AIRFLOW_CONN_INVOICE_POOL": url, "AIRFLOW_CONN_BUREAU_GATEWAY": connection_to(bureau, pace)}
        environment = {**airflow_environment(), **connections}
        spawned = ProcessPoolExecutor(1, get_context("spawn"), initializer=_live_in, initargs=(environment,))
        with spawned as process:
            worked = process.submit(gateway_work.work, stages, day).result()
        return worked, calls(bureau)


def _live_in(environment: Mapping[str, str]) -> None:
    os.environ.update(environment)


def _rows(pace: Pace, group: Group, worked: list[Worked], asked: Counter[str]) -> Iterator[Row]:
    who = f"{len(group.numbers):,} taxpayers, {_sharing(group)}"
    applying, collecting = sum(one.applying for one in worked), sum(one.collecting for one in worked)
    tasks, calls_allowed = sum(one.tasks for one in worked), pace.concurrency / pace.latency_seconds
    accounts_allow = len(set(group.accounts)) / pace.task_seconds
    yield who, f"{tasks:,} tasks in {applying + collecting:.1f} s"
    yield (
        "  applications a second",
        f"{tasks / applying:.1f}; {pace.concurrency} calls of {pace.latency_seconds} s at a time allow {calls_allowed:.1f},"
        f" a task of {pace.task_seconds} s at a time per account {accounts_allow:.1f}",
    )
    yield (
        "  answers a second",
        f"{asked[QUESTION] / collecting:.1f}; the calls allow {calls_allowed:.1f}",
    )
    yield (
        "  calls a task",
        f"{asked[APPLICATION] / tasks:.2f} applications, {asked[QUESTION] / tasks:.2f} questions",
    )
    first, last = worked[0], worked[-1]
    grown = last.peak_megabytes - first.peak_megabytes
    yield (
        "  memory of the worker",
        f"{first.peak_megabytes:.0f} MB after {first.tasks:,} tasks, {grown:+.0f} MB after all",
    )


def _sharing(group: Group) -> str:
    return "an account each" if group.sharing == 1 else f"{group.sharing} to an account"
