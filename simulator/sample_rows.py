"""Rows of the sample group: documents around a chosen day, for any company that is named."""

from collections.abc import Iterable
from datetime import date, timedelta

from simulator.codes import INPUT, OUTPUT
from simulator.documents.parties import uscc

Row = dict[str, object]


def purchases(owner: str, kinds: Iterable[str], day: date) -> list[Row]:
    """Of each kind: the month before last, last month, and one the increment of the day finds."""
    rows: list[Row] = []
    for kind in kinds:
        rows += [
            row(owner, INPUT, kind, in_month(day, -2, 8)),
            row(owner, INPUT, kind, in_month(day, -1, 12), lines=2),
            row(owner, INPUT, kind, day - timedelta(days=4), collected_on=day - timedelta(days=3)),
        ]
    yesterday = day - timedelta(days=1)
    return rows + [row(owner, INPUT, kind, yesterday, collected_on=day) for kind in kinds if kind in ("01", "51", "82")]


def sales(owner: str, kinds: Iterable[str], day: date) -> list[Row]:
    """Of each kind: the month before last, last month, and two days ago, all to one customer."""
    issued = (in_month(day, -2, 9), in_month(day, -1, 15), day - timedelta(days=2))
    return [row(owner, OUTPUT, kind, on, other=_customer()) for kind in kinds for on in issued]


def row(owner: str, sjlx: str, fplx: str, issued: date, **more: object) -> Row:
    """One document of a seed; dates as texts."""
    days = {name: value.isoformat() if isinstance(value, date) else value for name, value in more.items()}
    return {"nsrsbh": owner, "sjlx": sjlx, "fplx": fplx, "kprq": issued.isoformat(), **days}


def _customer() -> Row:
    return {"nsrsbh": uscc("91500000MA2000009"), "name": "示例客户（重庆）有限公司"}


def in_month(day: date, offset: int, of_month: int) -> date:
    """A day of the month some months away."""
    month = day.year * 12 + day.month - 1 + offset
    return date(month // 12, month % 12 + 1, of_month)
