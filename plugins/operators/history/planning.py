"""历史发票数据同步 in the pool: a request is previewed without a trace, or becomes import tasks and their subtasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from fapiao.calendar.quotas import Usage
from fapiao.enterprise.parameters import parameter
from fapiao.enterprise.records import Enterprise
from fapiao.history.form import DETAILS, HistoryRequest, checked
from fapiao.history.plan import HistoryPlan
from fapiao.history.schedule import COUNTER, NOT_OBTAINABLE, PLANNED, Fact, HistoryMonth, Subtask, candidates, scheduled
from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from fapiao.tasks import RunDay
from fapiao.texts.catalogue import sentence_in
from fapiao.windows import month_start
from hooks.enterprise.basics import read_enterprise
from hooks.enterprise.permissions import permissions_of
from hooks.pool.sessions import acting

DAG_ID = "history_sync"
JOBS = {"details": "history_sync", "usage": "history_usage"}
PRIORITIES = {"details": 70, "usage": 75}
"""After whatever the calendar plans (50 to 64): history waits for the day's work."""
_DOWNLOADS = {"details": "output_full", "usage": "input_status"}
"""下载类型 of S4, which has no name of its own for the status of sales invoices."""

Connection = psycopg.Connection[Any]
Form = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Made:
    """The import tasks of a submission by 导入批次号, and the plan they follow; none where nothing was left to do."""

    parent_batch_no: str
    batches: list[str]
    plan: HistoryPlan


def preview(connection: Connection, actor: str, form: Form, day: date, rules: RuleBook | None = None) -> HistoryPlan:
    """The dry run: every subtask and its day, judged on `day`. Raises BadInput with every problem at once."""
    book = rules or rulebook()
    with connection.transaction(force_rollback=True):
        enterprise = read_enterprise(connection)
        permissions = permissions_of(connection, actor)
        horizon = int(parameter(enterprise.parameters, book, "fapiao", "history_horizon_months"))
        return planned(connection, enterprise, book, checked(form, enterprise, book, permissions, day, horizon), day)


def create(connection: Connection, run: RunDay, actor: str, form: Form, rules: RuleBook | None = None) -> Made:
    """【导入】: one import task per tax number (R242), its subtasks planned to fit; all of it or nothing.

    A run that is made again finds its own tasks. Raises BadInput with every problem at once.
    """
    book = rules or rulebook()
    with acting(connection, actor):
        connection.execute(query("plan", "lock"), {"channels": list(book.channels)})
        plan = preview(connection, actor, form, run.day, book)
        return save(connection, run, plan, JOBS[plan.request.data_type], actor, book)


def planned(
    connection: Connection, enterprise: Enterprise, book: RuleBook, request: HistoryRequest, day: date
) -> HistoryPlan:
    """A request on the day, with what the pool knows of it."""
    wanted = candidates(request, day)
    facts = _facts(connection, wanted, request.data_type, day)
    reserve = int(parameter(enterprise.parameters, book, "fapiao", "leqi_quota_reserve"))
    return HistoryPlan(request, day, tuple(scheduled(wanted, facts, enterprise, book, day, request.data_type, reserve)))


def save(connection: Connection, run: RunDay, plan: HistoryPlan, job: str, actor: str, book: RuleBook) -> Made:
    """Writes a plan in the caller's transaction; the tasks of a run that planned before are left as they are."""
    data_type = plan.request.data_type
    values: dict[str, Any] = {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "day": run.day,
        "created_by": actor,
        "data_type": data_type,
        "download_type": _DOWNLOADS[data_type],
        "job": job,
        "rule": job.replace("_", "-"),
        "tick": f"{run.run_id}/{data_type}",
        "priority": PRIORITIES[data_type],
    }
    with connection.cursor(row_factory=tuple_row) as cursor:
        opened = cursor.execute(query("plan", "open_batch"), values).fetchone()
        values["batch_no"] = number = opened[0] if opened else ""
        if not cursor.execute(query("history", "made"), values).fetchall():
            _write(cursor, plan, values, book)
        made = cursor.execute(query("history", "made"), values).fetchall()
        cursor.execute(query("plan", "note_day"), values)
    return Made(number, [batch for (batch,) in made], plan)


def _write(cursor: psycopg.Cursor[Any], plan: HistoryPlan, values: dict[str, Any], book: RuleBook) -> None:
    rows = [_row(one, plan, book) for one in plan.of(PLANNED, NOT_OBTAINABLE)]
    left_out = [_left_out(one) for one in plan.subtasks if one.verdict not in (PLANNED, NOT_OBTAINABLE)]
    left_out += [_not_obtainable(one) for one in plan.subtasks if one.partial]
    cursor.execute(query("history", "open_history_batches"), values | {"batches": Jsonb(_batches(plan))})
    cursor.execute(query("history", "plan_subtasks"), values | {"subtasks": Jsonb(rows)})
    cursor.execute(query("history", "note_left_out"), values | {"left_out": Jsonb(left_out)})


def _batches(plan: HistoryPlan) -> list[dict[str, Any]]:
    """One import task for each tax number that has a subtask."""
    found: dict[str, list[HistoryMonth]] = {}
    for one in plan.of(PLANNED, NOT_OBTAINABLE):
        found.setdefault(one.candidate.taxpayer.taxpayer_no, []).append(one.candidate)
    return [
        {
            "taxpayer_no": number,
            "channel": rows[0].channel,
            "invoice_types": [
                code for code in plan.request.invoice_types if code in {row.invoice_type for row in rows}
            ],
            "first_month": min(row.month for row in rows).isoformat(),
            "last_month": max(row.month for row in rows).isoformat(),
        }
        for number, rows in found.items()
    ]


def _window(one: HistoryMonth) -> dict[str, Any]:
    return {
        "taxpayer_no": one.taxpayer.taxpayer_no,
        "channel": one.channel,
        "invoice_type": one.invoice_type,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
    }


def _row(one: Subtask, plan: HistoryPlan, book: RuleBook) -> dict[str, Any]:
    """A subtask as its task row; what 乐企 cannot give is born failed, without a call (A-50)."""
    asked, impossible = one.candidate, one.verdict == NOT_OBTAINABLE
    counted = plan.request.data_type == DETAILS and (asked.channel, COUNTER) in book.quotas
    return _window(asked) | {
        "position": asked.position,
        "wanted_types": book.answered_under(asked.invoice_type),
        "sync_type": "current_month" if asked.month == month_start(plan.day) else "history_month",
        "counter": COUNTER if counted else None,
        "not_before_day": one.day.isoformat() if one.day and one.day > plan.day else None,
        "error_code": NOT_OBTAINABLE if impossible else None,
        "message": book.message("not_obtainable", "scheduled") if impossible else None,
        "advice": sentence_in("zh", "advice.NOT_OBTAINABLE") if impossible else None,
    }


def _left_out(one: Subtask) -> dict[str, Any]:
    reason = sentence_in("zh", f"left_out.{one.verdict}")
    return _window(one.candidate) | {"reason_code": one.verdict, "reason": reason}


def _not_obtainable(one: Subtask) -> dict[str, Any]:
    """The days of the month of the authorisation that 乐企 does not have (A-50)."""
    code, last = "before_authorisation", one.candidate.first - timedelta(days=1)
    reason = {"reason_code": code, "reason": sentence_in("zh", f"left_out.{code}")}
    return _window(one.candidate) | {"first": one.candidate.month.isoformat(), "last": last.isoformat()} | reason


def _facts(connection: Connection, wanted: Sequence[HistoryMonth], data_type: str, day: date) -> dict[int, Fact]:
    asked = [_window(one) | {"position": one.position, "month": one.month.isoformat()} for one in wanted]
    values = {"candidates": Jsonb(asked), "download_type": _DOWNLOADS[data_type], "day": day}
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(query("history", "facts"), values).fetchall()
    return {
        position: Fact(done, open_, Usage(today, month), whole) for position, done, open_, today, month, whole in rows
    }
