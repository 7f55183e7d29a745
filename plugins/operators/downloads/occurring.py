"""What the calendar names on a day, as the rows that the statement of the plan takes."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import psycopg

from fapiao.calendar.explaining import reason_told
from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import Occurrence, occurrences
from fapiao.outcomes import BY_RULE
from fapiao.queries import query
from fapiao.rules.book import RuleBook
from fapiao.tasks import SHANGHAI, RunDay
from fapiao.texts.catalogue import sentence_in
from hooks.enterprise.parameters import Parameters

ALL_TYPES = "all"
"""未勾选数据初始化 asks by 凭证种类, not by 票种: one row holds every invoice type."""

LEFT_OUT = (
    "already_complete", "part_complete", "under_way", "before_authorisation", "outside_scheme", "out_of_reach",
    "before_company",
)  # fmt: skip
"""Why what is due is not asked for; the sentences are those of left_out.yaml."""

_PRIORITY = {"invoice": 50, "customs": 52, "withholding": 54}


def occurring_on(
    connection: psycopg.Connection[Any], book: RuleBook, run: RunDay, channel: str, job: str, parameters: Parameters
) -> list[dict[str, Any]]:
    """What the calendar names, each once, with the enabled schemes that take its download type on this day.

    A person who names a day may run a monthly job on any day of the month: it is planned as on its own day.
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for scheme_id, frequency, download_types in connection.execute(query("plan", "schemes")).fetchall():
        for one in occurrences(
            book,
            run.day,
            channel=channel,
            job=job,
            frequency=Frequency.of(frequency),
            parameters=parameters,
            as_if_due=run.explicit,
        ):
            if one.download_type in download_types:
                key = (one.rule, one.direction, one.document)
                row = found.setdefault(key, _row(run, len(found), one))
                row["scheme_ids"] = sorted({*row["scheme_ids"], scheme_id})
    return list(found.values())


def _row(run: RunDay, position: int, one: Occurrence) -> dict[str, Any]:
    return {
        "position": position,
        "scheme_ids": [],
        "rule": one.rule,
        "job": one.job,
        "tick": run.tick,
        "at": _fired(run, one).isoformat(),
        "direction": one.direction,
        "document": one.document,
        "download_type": one.download_type,
        "sync_type": one.sync_type,
        "window_start": _iso(one.window_start),
        "window_end": _iso(one.window_end),
        "window_basis": one.window_basis,
        "counter": one.counter,
        "priority": _PRIORITY["invoice" if one.reach else one.document],
        "unless_complete": one.unless_complete,
        "one_a_month": one.one_a_month,
        "voids": one.voids,
        "deductible": one.deductible,
        "needs_authorisation": one.channel == "leqi" and one.download_type.endswith("_full"),
        "reach": one.reach,
        "suppressed": reason_told(one, "zh"),
        "suppressed_as": one.reason_code,
    }


def _fired(run: RunDay, one: Occurrence) -> datetime:
    """When the tick was due: its own time where it has one, for a job that fires several times a day."""
    return datetime.fromisoformat(run.tick).replace(tzinfo=SHANGHAI) if "T" in run.tick else one.at


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def types_asked(book: RuleBook, job: str) -> Iterable[dict[str, Any]]:
    """Every type by direction, with the code it is asked under."""
    for kind in book.invoice_types.values():
        asked = ALL_TYPES if job == "unselected_init" and kind.document == "invoice" else kind.asked_of_leqi
        for direction in kind.directions:
            yield {
                "code": kind.code,
                "asked": asked,
                "document": kind.document,
                "direction": direction,
                "deductible": kind.deductible,
            }


def reasons(book: RuleBook) -> list[dict[str, str]]:
    """The sentences of what is born failed and of what is left out."""
    return [
        *(
            {"code": code, "message": book.message(key, "scheduled"), "advice": sentence_in("zh", f"advice.{code}")}
            for code, key in BY_RULE.items()
        ),
        *({"code": code, "message": sentence_in("zh", f"left_out.{code}"), "advice": ""} for code in LEFT_OUT),
    ]
