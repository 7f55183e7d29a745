"""自动更新 (S3): who has the month before updated on the 5th, and the plans that this makes, without doubles."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from fapiao.bounds import bound
from fapiao.calendar.ticks import Tick, tick_name
from fapiao.dag_texts.catalogue import dag_texts
from fapiao.enterprise.parameters import parameter
from fapiao.enterprise.records import Enterprise, Taxpayer
from fapiao.errors import BadInput
from fapiao.history.form import DETAILS, RIGHT, HistoryRequest, access_objection, history_types
from fapiao.history.months import window
from fapiao.permissions.rules import EVERY_ORGANISATION
from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from fapiao.tasks import SHANGHAI, RunDay
from fapiao.texts.catalogue import sentence_in
from fapiao.windows import month_start
from hooks.enterprise.basics import read_enterprise
from hooks.enterprise.permissions import permissions_of
from hooks.pool.sessions import acting
from operators.downloads.missed import SWITCHED_OFF, is_noted, leave_out, why_late
from operators.history.planning import JOBS, Made, planned, save
from operators.run_context import CALENDAR

DAG_ID = "history_auto_update"
DATA_TYPES = ("details", "usage")
"""发票明细信息更新 and 发票用途状态更新: two boxes, two kinds of job (A-14)."""
GLOBAL = "global"
_SCOPE = ("auto_update_scope", "auto_update_scope")

Connection = psycopg.Connection[Any]
LATER = "before_company"
"""Why a company is left out whose tick was before it."""
_MINUTE, _HOUR, DAY_OF_MONTH = map(int, dag_texts(DAG_ID).crons[0].split()[:3])
AT = time(_HOUR, _MINUTE)
"""When the DAG fires, in Asia/Shanghai."""


def switch(
    connection: Connection,
    actor: str,
    organisations: Sequence[str],
    data_types: Sequence[str],
    *,
    enabled: bool = True,
    entrance: str = "history_page",
    scope: str | None = None,
) -> list[dict[str, Any]]:
    """Creates the monthly updates, or switches them off; returns all that there are.

    `scope` is private (the organisations named) or global (everybody), by default the parameter auto_update_scope,
    which is private (A-13). Both entrances write the same row (R279). Raises BadInput with every problem at once.
    """
    book = rulebook()
    with acting(connection, actor):
        enterprise = read_enterprise(connection)
        chosen = scope or parameter(enterprise.parameters, book, *_SCOPE)
        whose = [EVERY_ORGANISATION] if chosen == GLOBAL else list(dict.fromkeys(organisations))
        if problems := list(_problems(connection, actor, whose, data_types, chosen, enterprise, book)):
            raise BadInput(problems)
        for org_code in whose:
            for data_type in dict.fromkeys(data_types):
                values = {"org_code": org_code, "data_type": data_type, "enabled": enabled}
                connection.execute(query("history", "set_auto_update"), values | {"entrance": entrance, "actor": actor})
        return settings(connection)


def organisations_of(connection: Connection, taxpayers: Sequence[str]) -> list[str]:
    """The 核算组织 of tax numbers. Raises BadInput for those that have none or are not there."""
    known = read_enterprise(connection).taxpayers
    codes = {number: known[number].org_code if number in known else None for number in taxpayers}
    lost = [number for number, code in codes.items() if code is None]
    if lost:
        raise BadInput([f"{number}: has no 核算组织 that a monthly update could belong to" for number in lost])
    return [code for code in codes.values() if code]


def settings(connection: Connection, organisations: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Every monthly update that was ever asked for, in these 核算组织, None for all."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("history", "auto_updates"), {"organisations": organisations}).fetchall()


def update_last_month(
    connection: Connection, run: RunDay, actor: str, rules: RuleBook | None = None, *, late: str = ""
) -> list[Made]:
    """Plans the month before for whoever asked, details and usage apart; what is complete is left out (A-29).

    A tax number whose channel cannot serve it is left out with the sentence that the form would refuse it with. A tick
    that another run planned is left as it is; `late` is why one is planned after its time.
    """
    book = rules or rulebook()
    with acting(connection, actor):
        connection.execute(query("plan", "lock"), {"channels": list(book.channels)})
        values = {"dag_id": run.dag_id, "tick": run.tick, "day": run.day, "late": late}
        planner = connection.execute(query("plan", "planned_as"), values).fetchone()
        if planner and planner[0] != run.run_id and not run.explicit:
            return []
        connection.execute(query("plan", "late"), values)
        enterprise = read_enterprise(connection)
        made = [_update(connection, run, actor, enterprise, book, data_type) for data_type in DATA_TYPES]
        connection.execute(query("plan", "note_tick"), values | {"batch_no": made[0].parent_batch_no})
        return made


def make_up(connection: Connection, now: datetime, is_paused: Callable[[str], bool]) -> int:
    """Plans the latest 5th that nobody planned, as plan_missed does for the calendar; how many import tasks it made."""
    until = (now - timedelta(minutes=bound("missed_minutes").value)).astimezone(SHANGHAI)
    months = (month_start(until.date(), back).replace(day=DAY_OF_MONTH) for back in (0, 1))
    at = next(at for day in months if (at := datetime.combine(day, AT, SHANGHAI)) <= until)
    tick = Tick(DAG_ID, "", "", tick_name(at, many_a_day=False), at)
    if at < until - timedelta(days=bound("missed_days").value) or is_noted(connection, tick):
        return 0
    if is_paused(DAG_ID):
        return leave_out(connection, tick, SWITCHED_OFF)
    run = RunDay(DAG_ID, f"missed__{tick.name}", at.date(), tick.name, explicit=False)
    made = update_last_month(connection, run, CALENDAR, late=why_late(tick))
    return sum(len(one.batches) for one in made)


def _update(
    connection: Connection, run: RunDay, actor: str, enterprise: Enterprise, book: RuleBook, data_type: str
) -> Made:
    unasked = actor == CALENDAR and not run.explicit
    tick_at = datetime.combine(run.day, AT, SHANGHAI) if unasked else None
    served, unserved = _members(connection, enterprise, data_type, tick_at)
    month = month_start(run.day, 1)
    request = HistoryRequest(data_type, tuple(served), (month,), tuple(history_types(book)))
    job = DAG_ID if data_type == DETAILS else JOBS[data_type]
    made = save(connection, run, planned(connection, enterprise, book, request, run.day), job, actor, book)
    first, last = window(month, run.day)
    for taxpayer, channel, reason in unserved:
        values: dict[str, Any] = {
            "batch_no": made.parent_batch_no,
            "dag_id": run.dag_id,
            "tick": f"{run.run_id}/{data_type}",
        }
        values |= {"taxpayer_no": taxpayer.taxpayer_no, "channel": channel, "first": first, "last": last}
        values |= {"reason_code": reason, "reason": _sentence(book, reason)}
        connection.execute(query("history", "note_unserved"), values)
    return made


def _sentence(book: RuleBook, reason: str) -> str:
    return sentence_in("zh", f"left_out.{reason}") if reason == LATER else book.message(reason, "interactive")


def _members(
    connection: Connection, enterprise: Enterprise, data_type: str, tick_at: datetime | None
) -> tuple[list[tuple[Taxpayer, str]], list[tuple[Taxpayer, str, str]]]:
    """The tax numbers with the channel each is updated over, and those that none serves with the reason.

    So are those that came to their channel after `tick_at`.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        values = {"data_type": data_type, "tick_at": tick_at}
        numbers = cursor.execute(query("history", "auto_taxpayers"), values).fetchall()
    served, unserved = [], []
    for number, later in numbers:
        taxpayer = enterprise.taxpayers[number]
        channel = enterprise.download_channel(taxpayer)
        reason = LATER if later else access_objection(enterprise, taxpayer, data_type, channel)
        if reason:
            unserved.append((taxpayer, channel, reason))
        else:
            served.append((taxpayer, channel))
    return served, unserved


def _problems(
    connection: Connection,
    actor: str,
    whose: Sequence[str],
    data_types: Sequence[str],
    scope: str,
    enterprise: Enterprise,
    book: RuleBook,
) -> Iterable[str]:
    if scope not in book.codes_of("auto_update_scope"):
        yield f"scope {scope!r} is unknown: private 本组织私有, or global 全局共享"
    if not data_types:
        yield "自动更新: choose details 发票明细信息更新, usage 发票用途状态更新, or both"
    yield from (f"{one!r} is no data type: details, or usage" for one in data_types if one not in DATA_TYPES)
    if not whose:
        yield "自动更新: name the organisation (--org), or say --scope global"
    permissions = permissions_of(connection, actor)
    for org_code in whose:
        if org_code not in (EVERY_ORGANISATION, *enterprise.organisations):
            yield f"核算组织 {org_code} is unknown: load it with ./fapiao taxpayers load"
        elif key := permissions.objection(RIGHT, org_code):
            yield f"{org_code}: {book.message(key, 'interactive')}"
