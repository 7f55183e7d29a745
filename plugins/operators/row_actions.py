"""What people do with a row of whatever queue: its batch number finds the queue. All or nothing over the selection."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from fapiao.errors import BadInput
from fapiao.permissions.task_actions import MOST_VOIDED, ActionOutcome
from fapiao.queries import query
from fapiao.rules.book import rulebook
from operators.downloads import actions as tasks
from operators.leased_queue import actions as others

Connection = psycopg.Connection[Any]
Act = Callable[[Sequence[str]], list[ActionOutcome]]


def fetch_again(connection: Connection, actor: str, batches: Sequence[str]) -> list[ActionOutcome]:
    """获取异步结果: due now, with nothing held against them; what was set aside too. Raises BadInput."""
    return _each(
        connection, batches, partial(tasks.poll_now, connection, actor), partial(others.fetch_again, connection, actor)
    )


def void(connection: Connection, actor: str, batches: Sequence[str], reason: str) -> list[ActionOutcome]:
    """作废 of whatever is not at its end, at most 500 rows (R323, R324). Raises BadInput with every problem."""
    book = rulebook()
    if len(set(batches)) > MOST_VOIDED:
        raise BadInput([f"{book.message('void_limit', 'interactive')}（{len(set(batches))}）"])
    return _each(
        connection,
        batches,
        partial(tasks.void, connection, actor, reason=reason),
        partial(others.void, connection, actor, reason=reason),
    )


def answers(connection: Connection, batches: Sequence[str]) -> list[ActionOutcome]:
    """How the rows stand now."""
    return _each(connection, batches, partial(tasks.answers, connection), partial(others.answers, connection))


def queues_of(connection: Connection, batches: Sequence[str]) -> dict[str, list[str]]:
    """The batch numbers by queue: task, selection or verification. What nobody knows is left to the tasks to refuse."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        known: dict[str, str] = dict(
            cursor.execute(query("actions", "queues_of"), {"batches": list(batches)}).fetchall()
        )
    found: dict[str, list[str]] = {}
    for batch in dict.fromkeys(batches):
        found.setdefault(known.get(batch, "task"), []).append(batch)
    return found or {"task": []}


def _each(
    connection: Connection, batches: Sequence[str], of_tasks: Act, of_others: Callable[..., list[ActionOutcome]]
) -> list[ActionOutcome]:
    done: list[ActionOutcome] = []
    problems: list[str] = []
    with connection.transaction():
        for queue, mine in queues_of(connection, batches).items():
            try:
                done += of_tasks(mine) if queue == "task" else of_others(queue=queue, batches=mine)
            except BadInput as refused:
                problems += refused.problems
        if problems:
            raise BadInput(problems)
    return done
