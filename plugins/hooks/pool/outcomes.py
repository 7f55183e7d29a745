"""What a task of a run came to, read from the queues; and what changed in the pool and was told to nobody yet."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from fapiao.outcomes import BY_RULE, MOST, Outcome, outcome, together
from fapiao.queries import query

Connection = psycopg.Connection[Any]
Row = dict[str, Any]
MOST_BATCHES = 50
"""So many numbers an event of the asset carries."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A task of a run: its DAG and run, the name in its leases, and when the run began."""

    dag: str
    run: str
    owner: str
    since: datetime


def of_tasks(connection: Connection, scope: Scope, handled: int) -> Outcome:
    """Downloads: those that the run planned and those that the task took in hand."""
    rows = _ask(connection, "tasks", scope)
    planning = [row["batch_no"] for row in _ask(connection, "planning", scope)]
    look = [f"./fapiao log --batch {number}" for number in planning] or ["./fapiao log"]
    codes = dict.fromkeys(row["code"] for row in rows if row["failed"] and not row["by_rule"])
    look += [f"./fapiao log --error {code}" for code in codes][:MOST]
    return outcome(
        handled,
        rows,
        _ask(connection, "failed_tasks", scope),
        _ask(connection, "left_out", scope),
        look if rows else (),
    )


def of_tasks_and_selections(connection: Connection, scope: Scope, handled: int) -> Outcome:
    """As of_tasks, with the requests of 勾选 that the task worked before them (R215)."""
    tasks, selections = of_tasks(connection, scope, handled), of_selections(connection, scope, 0)
    return together(tasks, selections, "selection", "勾选")


def of_verifications(connection: Connection, scope: Scope, handled: int) -> Outcome:
    """Verifications that the lines of the task took in hand."""
    rows = _ask(connection, "verifications", scope)
    failed = _ask(connection, "failed_verifications", scope)
    return outcome(handled, rows, failed, look=["视图 fapiao.verification（docs/admin.md）"] if rows else ())


def of_selections(connection: Connection, scope: Scope, handled: int, batches: Sequence[str] = ()) -> Outcome:
    """Requests of 勾选 that the task took in hand, or that these submissions made."""
    rows = _ask(connection, "selections", scope, batches)
    failed = _ask(connection, "failed_selections", scope, batches)
    return outcome(handled, rows, failed, look=["./fapiao select log"] if rows else ())


def of_submissions(connection: Connection, scope: Scope, handled: int, *, batches: Sequence[str]) -> Outcome:
    """Requests of 勾选 of these submissions alone: what else the task worked on the way is others'."""
    return of_selections(connection, replace(scope, owner=""), handled, batches)


def _ask(connection: Connection, name: str, scope: Scope, batches: Sequence[str] = ()) -> list[Row]:
    values = asdict(scope) | {"by_rule": [*BY_RULE], "most": MOST, "batches": [*batches]}
    return connection.cursor(row_factory=dict_row).execute(query("outcomes", name), values).fetchall()


def take_changes(connection: Connection) -> Row | None:
    """What changed since somebody was told, in numbers; None where nothing did. Whoever takes it tells it."""
    cursor = connection.cursor(row_factory=tuple_row)
    row = cursor.execute(query("outcomes", "take_changes"), {"most": MOST_BATCHES}).fetchone()
    return row[0] if row else None
