"""Missed ticks: what the calendar named and nobody planned, as when Postgres was away, is planned now."""

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg

from fapiao.bounds import bound
from fapiao.calendar.frequency import Frequency
from fapiao.calendar.ticks import Tick, Wanted, due_ticks
from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from fapiao.tasks import RunDay
from hooks.enterprise.parameters import read_parameters
from operators.downloads.plan import plan_day
from operators.leased_queue.loop import take_turns

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
COVERED = "left out: a later tick asks for the same days"
SWITCHED_OFF = "left out: the DAG was switched off"


def plan_missed(
    connection: Connection,
    now: datetime,
    *,
    is_paused: Callable[[str], bool] = lambda _: False,
    rules: RuleBook | None = None,
) -> int:
    """Plans every missed tick, oldest first, each for its own day and by itself; how many rows were planned.

    Left out for good are those whose days a later tick asks for too, and those of a DAG that a person switched off.
    Ticks from before the pool noted them are not asked for. Raises the first failure after the others' turn.
    """
    book = rules or rulebook()
    with connection.transaction():
        ticks = list(_missed(connection, book, now))
    turns = {f"{one.dag_id} {one.name}": partial(_plan, connection, book, one, later) for one, later in ticks}
    paused = {dag_id: is_paused(dag_id) for dag_id in {one.dag_id for one, _ in ticks}}
    for one, _ in ticks:
        if paused[one.dag_id]:
            turns[f"{one.dag_id} {one.name}"] = partial(leave_out, connection, one, SWITCHED_OFF)
    return sum(take_turns(turns, "planned"))


def _missed(connection: Connection, book: RuleBook, now: datetime) -> Iterator[tuple[Tick, list[Tick]]]:
    """The ticks that nobody noted, each with those of its DAG that came after it."""
    since = connection.execute(query("plan", "noted_since")).fetchone()
    rows = connection.execute(query("plan", "wanted")).fetchall()
    wanted = [Wanted(channel, Frequency.of(days), types) for channel, days, types in rows if channel in book.channels]
    until = now - timedelta(minutes=bound("missed_minutes").value)  # later ones may still be tried by their own run
    due = list(due_ticks(book, wanted, read_parameters(connection), until, bound("missed_days").value))
    noted = _noted(connection, due)
    for one in due:
        if since and one.at > since[0] and (one.dag_id, one.name) not in noted:
            yield one, [later for later in due if later.dag_id == one.dag_id and later.at > one.at]


def _noted(connection: Connection, due: Collection[Tick]) -> set[tuple[str, str]]:
    if not due:
        return set()
    first = min(one.at for one in due).date()
    return {(row[0], row[1]) for row in connection.execute(query("plan", "noted_ticks"), {"first": first})}


def _plan(connection: Connection, book: RuleBook, tick: Tick, later: Collection[Tick]) -> int:
    if any(one.covers(tick) for one in later):
        return leave_out(connection, tick, COVERED)
    run = RunDay(tick.dag_id, f"missed__{tick.name}", tick.at.date(), tick.name, explicit=False)
    late = why_late(tick)
    found = plan_day(connection, run, tick.channel, tick.job, rules=book, late=late)
    log.warning("%s, %s: %d rows planned, %d left out", tick.dag_id, late, found.planned, found.skipped)
    return found.planned


def why_late(tick: Tick) -> str:
    """What the rows of a missed tick say of it."""
    return bound("missed_minutes").said(f"{tick.at:%Y-%m-%d %H:%M}")


def is_noted(connection: Connection, tick: Tick) -> bool:
    """Whether a tick was planned or left out, or is older than the notes of this pool."""
    with connection.transaction():
        since = connection.execute(query("plan", "noted_since")).fetchone()
        return since is None or tick.at <= since[0] or (tick.dag_id, tick.name) in _noted(connection, [tick])


def leave_out(connection: Connection, tick: Tick, why: str) -> int:
    """A missed tick is not planned, for good, and why; 0."""
    values = {"dag_id": tick.dag_id, "tick": tick.name, "day": tick.at.date(), "late": why}
    with connection.transaction():
        connection.execute(query("plan", "leave_tick_out"), values)
    log.warning("%s, the missed tick of %s: %s", tick.dag_id, tick.name, why)
    return 0
