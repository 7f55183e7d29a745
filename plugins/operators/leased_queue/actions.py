"""What people do with a selection or a verification that cannot go on: fetch it again (获取异步结果), or end it (作废).

Neither has a status 作废 (A-09 is about tasks): one that is voided has failed, and says who ended it and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from fapiao.errors import BadInput, Refused, error_columns
from fapiao.permissions.rules import permission_rules
from fapiao.permissions.task_actions import ActionOutcome, standing
from fapiao.queries import query
from fapiao.rules.book import rulebook
from fapiao.texts.said import said
from hooks.enterprise.permissions import permissions_of
from hooks.pool.sessions import acting

Connection = psycopg.Connection[Any]
VOIDED = "VOIDED"
"""The code of what a person ended."""


@dataclass(frozen=True, slots=True)
class _Asked:
    batch_no: str
    organisations: list[str | None]
    is_open: bool


def fetch_again(connection: Connection, actor: str, queue: str, batches: Sequence[str]) -> list[ActionOutcome]:
    """Makes open rows due now, with nothing held against them. Raises BadInput with every problem.

    `queue` names the file of their statements, as everywhere here: selection or verification.
    """
    with acting(connection, actor, permission_rules().actions["poll"]):
        _allowed(connection, actor, "poll", queue, batches)
        connection.execute(query(queue, "fetch_again"), {"batches": list(batches)})
    return [ActionOutcome(one, rulebook().message("task_processing", "interactive")) for one in batches]


def void(connection: Connection, actor: str, queue: str, batches: Sequence[str], reason: str) -> list[ActionOutcome]:
    """Ends open rows in the person's words; a worker that holds one loses it. Raises BadInput with every problem."""
    if not reason.strip():
        raise BadInput([rulebook().message("void_reason", "interactive")])
    with acting(connection, actor, permission_rules().actions["void"]):
        _allowed(connection, actor, "void", queue, batches)
        why = Refused(VOIDED, said("errors.voided", actor=actor, reason=reason.strip()))
        connection.execute(query(queue, "void"), {"batches": list(batches), **error_columns(why)})
    label = rulebook().codes_of("void_state")["voided"]
    return [ActionOutcome(one, label) for one in batches]


def answers(connection: Connection, queue: str, batches: Sequence[str]) -> list[ActionOutcome]:
    """How the rows stand now."""
    processing = rulebook().message("task_processing", "interactive")
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query(queue, "told"), {"batches": list(batches)}).fetchall()
    waiting = ("unprocessed", "processing", "waiting")
    return [
        ActionOutcome(row["batch_no"], standing(row, processing if row["status"] in waiting else None)) for row in rows
    ]


def _allowed(connection: Connection, actor: str, action: str, queue: str, batches: Sequence[str]) -> None:
    """Locks the rows; what one may not touch is not explained further."""
    with connection.cursor(row_factory=class_row(_Asked)) as cursor:
        rows = cursor.execute(query(queue, "lock_asked"), {"batches": list(batches)}).fetchall()
    permissions, book = permissions_of(connection, actor), rulebook()
    problems = []
    for row in rows:
        key = permissions.any_objection(action, row.organisations) or (None if row.is_open else "void_status")
        problems += [f"{row.batch_no}: {book.message(key, 'interactive')}"] if key else []
    if problems:
        raise BadInput(problems)
