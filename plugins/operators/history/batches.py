"""What people do with the import tasks of 历史发票数据同步: look, 终止, 重试, go on after a 终止 (S3 §3.2).

终止 ends what is waiting or running. 重试 asks once more for what failed, and for nothing else. `resume` takes a 终止
back: a row that the bureau had accepted is polled on under its old number, so that nothing is applied for twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from fapiao.calendar.quotas import Usage
from fapiao.errors import BadInput
from fapiao.history.schedule import Fact, fitting_day
from fapiao.permissions.rules import permission_rules
from fapiao.permissions.task_actions import ActionOutcome
from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from hooks.enterprise.permissions import permissions_of
from hooks.pool.sessions import acting
from operators.downloads.actions import repeat, terminate

Connection = psycopg.Connection[Any]
Record = dict[str, Any]


def list_batches(
    connection: Connection, actor: str, batches: Sequence[str] | None = None, limit: int = 100
) -> list[Record]:
    """The import tasks that the actor may see, newest first; by their own number or the submission's."""
    organisations = permissions_of(connection, actor).organisations("view")
    values = {"batches": list(batches) if batches else None, "organisations": organisations, "limit": limit}
    return _records(connection, "list", values)


def subtasks(connection: Connection, batch_no: str) -> list[Record]:
    """导入详情: the months of an import task (R272, R273)."""
    return _records(connection, "subtasks", {"batch_no": batch_no})


def rows(connection: Connection, batch_no: str) -> list[Record]:
    """The task rows behind the months, by type."""
    return _records(connection, "rows", {"batch_no": batch_no})


def missing_blue(connection: Connection, actor: str, limit: int = 100) -> list[Record]:
    """The blue invoices that red ones of the pool name and that it does not hold (R231)."""
    organisations = permissions_of(connection, actor).organisations("view")
    return _records(connection, "missing_blue", {"organisations": organisations, "limit": limit})


def stop(connection: Connection, actor: str, batches: Sequence[str], reason: str) -> list[ActionOutcome]:
    """终止: what waits or runs ends as terminated (R256); applications that were made stay counted (A-03).

    Raises BadInput with every problem at once, also where nothing waits or runs.
    """
    with _acting(connection, actor, "void", batches):
        found = _column(connection, "open_rows", {"batches": list(batches)})
        if not found:
            raise BadInput(["nothing of it is waiting or running: there is nothing to stop"])
        return terminate(connection, actor, found, reason)


def retry(
    connection: Connection, actor: str, batches: Sequence[str], day: date, rules: RuleBook | None = None
) -> list[str]:
    """重试: a new row for each failed one, on the first day with room, counted as the ledger counts (R257).

    A file of which a row failed is read again as a whole: what the pool holds of it stays unchanged.

    Returns the new batch numbers. A retry may use the application that plans leave to people (A-29).
    Raises BadInput with every problem at once, also where nothing failed.
    """
    book = rules or rulebook()
    with _acting(connection, actor, "retry", batches):
        failed = _records(connection, "failed_rows", {"batches": list(batches)})
        if not failed:
            raise BadInput(["nothing of it failed that the bureau could still give: there is nothing to retry"])
        chosen = [{"task_id": row["position"], "not_before_day": _fit(connection, book, row, day)} for row in failed]
        return [*repeat(connection, actor, chosen).values()]


def resume(connection: Connection, actor: str, batches: Sequence[str]) -> list[str]:
    """Takes a 终止 back; returns the rows that go on. Raises BadInput with every problem at once."""
    with _acting(connection, actor, "retry", batches):
        found = _column(connection, "resume", {"batches": list(batches)})
        if not found:
            raise BadInput(
                ["nothing of it was stopped that is not asked for anew meanwhile: there is nothing to resume"]
            )
        return found


def _fit(connection: Connection, book: RuleBook, row: Record, day: date) -> str | None:
    """The day a failed row fits into; None for at once."""
    if row["counter"] is None:
        return None
    asked = {**row, "first": row["first"].isoformat(), "last": row["last"].isoformat()}
    values = {"candidates": Jsonb([asked]), "download_type": row["download_type"], "day": day}
    (known,) = _records(connection, "facts", values)
    fact = Fact(used=Usage(known["today"], known["this_month"]))
    fits = fitting_day(book, row["channel"], row["first"].replace(day=1), fact.used, day)
    return fits.isoformat() if fits > day else None


@contextmanager
def _acting(connection: Connection, actor: str, action: str, batches: Sequence[str]) -> Iterator[None]:
    """The import tasks locked and allowed, in one transaction. Raises BadInput with every problem."""
    with acting(connection, actor, permission_rules().actions[action]):
        if action == "retry":
            connection.execute(query("plan", "lock_of"), {"batches": list(batches)})
        connection.execute(query("history", "lock"), {"batches": list(batches)})
        if problems := _problems(connection, actor, action, batches):
            raise BadInput(problems)
        yield


def _problems(connection: Connection, actor: str, action: str, batches: Sequence[str]) -> list[str]:
    book, permissions = rulebook(), permissions_of(connection, actor)
    if not batches:
        return [book.message("no_selection", "interactive")]
    known = {row["batch_no"]: row["org_code"] for row in _records(connection, "known", {"batches": list(batches)})}
    missing = [f"{one}: {book.message('task_unknown', 'interactive')}" for one in batches if one not in known]
    forbidden = [(one, permissions.objection(action, org)) for one, org in known.items()]
    return missing + [f"{one}: {book.message(key, 'interactive')}" for one, key in forbidden if key]


def _records(connection: Connection, name: str, values: Record) -> list[Record]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("history", name), values).fetchall()


def _column(connection: Connection, name: str, values: Record) -> list[str]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [found for (found,) in cursor.execute(query("history", name), values)]
