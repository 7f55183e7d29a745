"""A window of two months in the task table: each month's number is kept before anything else is asked."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import psycopg
import pytest

from asked_of_leqi import order
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI, Claim
from operators.downloads.apply import apply_one
from operators.downloads.collect import collect_one
from operators.downloads.session import WorkerSession
from rehearsal import GENERAL
from stands import KINDS, Stand, standing
from task_rows import RUN, put, take

NOON = datetime(2027, 1, 20, 12, tzinfo=SHANGHAI)
CUSTOMS = {
    "channel": "etax", "taxpayer_no": GENERAL, "direction": "input", "download_type": "input_full", "counter": None,
    "document": "customs", "invoice_type": "customs", "window_start": date(2026, 12, 1), "window_end": date(2027, 1, 15),
}  # fmt: skip
Pool = psycopg.Connection[Any]


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> Iterator[Stand]:
    """电子税局 with a 海关缴款书 in each of two months, and a row that asks for both."""
    pool.execute("INSERT INTO enterprise.organisation (org_code, org_name) VALUES ('ORG1', '总部')")
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type)"
        " VALUES (%s, '示例公司', 'ORG1', 'etax', 'general')",
        [GENERAL],
    )
    put(pool, **CUSTOMS)
    pool.commit()
    with standing(next(kind for kind in KINDS if kind.channel == "etax"), monkeypatch) as found:
        days = [{"fplx": "customs", "nsrsbh": GENERAL, "kprq": day} for day in ("2026-12-05", "2027-01-05")]
        order(found.bureau, "seed", companies=[], documents=days)
        yield found


def claim(pool: Pool) -> Claim:
    """The one row, due or not."""
    pool.execute("UPDATE sync.task SET not_before = NULL")
    (found,) = take(pool, channel="etax")
    pool.commit()
    return found


def numbers(pool: Pool) -> list[str | None]:
    """The taskNo of each question's own."""
    rows = pool.execute("SELECT argument ->> 'taskNo' FROM sync.part ORDER BY part_no").fetchall()
    pool.commit()
    return [number for (number,) in rows]


@pytest.mark.req("R091")
def test_a_worker_that_dies_after_a_later_application_leaves_its_number_to_the_next(stand: Stand, pool: Pool) -> None:
    def work(act: Any) -> None:
        """One step by a worker that starts anew."""
        hook = stand.kind.hook()
        act(WorkerSession(pool, RUN, "worker", lambda: NOON, hook, rulebook(), {}), claim(pool))
        hook.close()

    work(apply_one)
    assert numbers(pool) == [None, None]
    work(collect_one)
    work(collect_one)
    (first, second) = numbers(pool)
    assert first is None
    assert second

    work(collect_one)

    asked = [call["request"]["startTime"] for call in stand.calls("ext.fullInvoiceDown")]
    last = stand.calls("ext.fullInvoiceDownQuery")[-1]["request"]
    assert asked == ["2026-12-01", "2027-01-01"]
    assert (last["taskNo"], numbers(pool)) == (second, [None, second])
