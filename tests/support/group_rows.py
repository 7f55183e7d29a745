"""Makes taxpayers and schemes in a pool, so that a planning has something to plan for."""

from datetime import date
from typing import Any

import psycopg

from fapiao.tasks import RunDay

EVERY_DOWNLOAD = ["input_full", "output_full", "input_incremental", "input_status", "unselected_init"]
FREQUENCY = [5, 10, 15, 20, 26]
A, B, C = "91310000MA1EXAMPAA", "91310000MA1EXAMPBB", "91310000MA1EXAMPCC"

Pool = psycopg.Connection[Any]


def taxpayer(
    pool: Pool,
    taxpayer_no: str = A,
    channel: str = "leqi",
    company_type: str = "general",
    authorised_on: date | None = date(2020, 1, 1),
) -> str:
    """A company."""
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel, company_type, leqi_authorised_on)"
        " VALUES (%s, %s, %s, %s, %s)",
        [taxpayer_no, f"公司{taxpayer_no[-1]}", channel, company_type, authorised_on],
    )
    return taxpayer_no


def scheme(
    pool: Pool,
    *types: str,
    over: list[str] | None = None,
    name: str = "全量",
    start: date = date(2020, 1, 1),
    end: date | None = None,
    downloads: list[str] = EVERY_DOWNLOAD,
    frequency: list[int] = FREQUENCY,
) -> int:
    """A scheme over some taxpayers, or over all that are there."""
    found = pool.execute(
        "INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, end_date, frequency)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING scheme_id",
        [name, downloads, list(types), start, end, frequency],
    ).fetchone()
    assert found
    pool.execute(
        "INSERT INTO enterprise.scheme_taxpayer SELECT %s, taxpayer_no FROM enterprise.taxpayer"
        " WHERE %s::text[] IS NULL OR taxpayer_no = ANY (%s::text[])",
        [found[0], over, over],
    )
    return int(found[0])


def parameter(pool: Pool, kind: str, key: str, value: str) -> None:
    """Sets a parameter."""
    pool.execute("INSERT INTO enterprise.parameter (type, key, value) VALUES (%s, %s, %s)", [kind, key, value])


def scheduled(job: str, day: date, channel: str = "leqi") -> RunDay:
    """The run that the calendar makes on a day."""
    return RunDay(f"{channel}__{job}", f"scheduled {day}", day, day.isoformat(), explicit=False)


def by_hand(job: str, day: date, channel: str = "leqi") -> RunDay:
    """The run of a person who named the day."""
    return RunDay(f"{channel}__{job}", f"manual {day}", day, day.isoformat(), explicit=True)
