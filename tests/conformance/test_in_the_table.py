"""Every fault of protocols §10.5(9) on every channel, through the task table into the pool: nothing lost or doubled."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from asked_of_gateway import ACCOUNT, company
from asked_of_leqi import UNIT, order
from fapiao.channels.raw_replies import READINGS
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI
from operators.downloads.apply import apply_one
from operators.downloads.collect import collect_one
from operators.downloads.session import WorkerSession
from operators.leased_queue.logins import recheck_logins
from rehearsal import GENERAL
from stands import Stand
from task_rows import DAY, RUN, put, take, told

NOON = datetime(2027, 1, 20, 12, tzinfo=SHANGHAI)
FEW = 3
Pool = psycopg.Connection[Any]
Settle = Callable[..., int]


@pytest.fixture
def settle(stand: Stand, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Works one row for January to its end, each step by a worker that starts anew; gives its task_id."""
    monkeypatch.setitem(READINGS, stand.kind.channel, stand.kind.reading)  # type: ignore[arg-type]
    pool.execute("INSERT INTO enterprise.organisation (org_code, org_name) VALUES ('ORG1', '总部')")
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type, leqi_id,"
        " leqi_authorised_on) VALUES (%s, '示例公司', 'ORG1', %s, 'general', %s, '2020-01-01')",
        [GENERAL, stand.kind.channel, UNIT],
    )
    pool.commit()

    def work(day: date = DAY) -> int:
        task_id = put(pool, **january(stand))
        pool.commit()
        for _ in range(15):
            pool.execute("UPDATE sync.task SET not_before = NULL, not_before_day = NULL")
            due = take(pool, channel=stand.kind.channel, day=day)
            claims = [claim for claim in due if claim.task_id == task_id]  # what it causes is proven elsewhere
            pool.commit()
            if not claims:
                break
            hook = stand.kind.hook()
            session = WorkerSession(pool, replace(RUN, day=day), "worker", lambda: NOON, hook, rulebook(), {})
            for claim in claims:
                (apply_one if claim.status == "pending" else collect_one)(session, claim)
            hook.close()
        return task_id

    return work


def january(stand: Stand) -> dict[str, Any]:
    """A row for the 专票 bought in January."""
    return {
        "channel": stand.kind.channel,
        "taxpayer_no": GENERAL,
        "direction": "input",
        "download_type": "input_full",
        "window_start": date(2027, 1, 1),
        "window_end": date(2027, 1, 19),
        "counter": "full" if stand.kind.channel == "leqi" else None,
    }


def held(pool: Pool) -> list[str]:
    """The numbers in the pool."""
    return [number for (number,) in pool.execute("SELECT document_key FROM fapiao.invoice ORDER BY 1").fetchall()]


def struck(stand: Stand) -> int:
    """How many answers were really disturbed."""
    return sum(bool(call["faults"]) for call in stand.calls(stand.kind.result))


@pytest.mark.parametrize(
    "fault",
    ["", "http_500", "drop_reply", "cut_reply", "unreadable", "flow_control", "duplicate_row"],
)
def test_a_passing_fault_of_an_answer_costs_nothing_but_an_attempt(
    stand: Stand, pool: Pool, settle: Settle, fault: str
) -> None:
    numbers = stand.seed(FEW)
    if fault:
        stand.fault(fault, stand.kind.result, times=1)

    task_id = settle()

    assert told(pool, task_id, "status", "error_code", "inserted_count") == ("succeeded", None, FEW)
    assert held(pool) == sorted(numbers)
    assert struck(stand) == bool(fault)
    assert len(stand.calls(stand.kind.apply)) == 1


@pytest.mark.parametrize("fault", ["total_changes", "rows_missing"])
def test_a_series_that_contradicts_itself_is_read_again_and_then_whole(
    stand: Stand, pool: Pool, settle: Settle, fault: str
) -> None:
    stand.generate(stand.kind.page_size * 4)
    page = {"packageno" if stand.kind.channel == "leqi" else "pageNo": "2"}
    stand.fault(fault, stand.kind.result, times=1, match=page)

    task_id = settle()

    status, code, inserted, downloaded = told(
        pool, task_id, "status", "error_code", "inserted_count", "downloaded_count"
    )
    assert (status, code) == ("succeeded", None)
    assert inserted == downloaded == len(held(pool)) > stand.kind.page_size
    assert struck(stand) == 1


def test_a_task_that_failed_ends_the_row_with_the_bureaus_words(stand: Stand, pool: Pool, settle: Settle) -> None:
    stand.seed(FEW)
    stand.fault("task_fails", stand.kind.result)

    status, code, text = told(pool, settle(), "status", "error_code", "error_message")

    assert status == "download_failed"
    assert str(code).endswith("_TASK_FAILED")
    assert text
    assert held(pool) == []


def test_the_same_window_downloaded_twice_changes_nothing(stand: Stand, pool: Pool, settle: Settle) -> None:
    stand.seed(FEW)
    settle()
    with stand.bureau.client() as client:
        client.post("/_sim/clock", json={"advance_seconds": 86400})

    task_id = settle(DAY + timedelta(days=1))

    assert told(pool, task_id, "status", "inserted_count", "updated_count", "unchanged_count") == (
        "succeeded",
        0,
        0,
        FEW,
    )


@pytest.mark.req("R216")
def test_a_login_that_cannot_be_asked_fails_no_row(stand: Stand, pool: Pool, settle: Settle) -> None:
    stand.seed(FEW)
    if stand.kind.channel == "etax":
        order(stand.bureau, "seed", companies=[company("etax", login="manual")], documents=[])
        order(stand.bureau, "session", account=ACCOUNT, state="lost")
        stand.fault("error_code", "ext.etaxLoginCheck", code="95001", times="always")

    task_id = settle()

    if stand.kind.channel == "etax":
        assert told(pool, task_id, "status", "attempts", "error_code") == ("downloading", 0, "LOGIN_LOST")
        hook = stand.kind.hook()
        session = WorkerSession(pool, RUN, "worker", lambda: NOON, hook, rulebook(), {})
        assert recheck_logins(session, "etax", at_once=True) == 0
        order(stand.bureau, "session", account=ACCOUNT, state="online")
        with stand.bureau.client() as client:
            client.delete("/_sim/fault")
        assert recheck_logins(session, "etax", at_once=True) == 1
        hook.close()
    else:
        assert told(pool, task_id, "status", "attempts") == ("succeeded", 0)


def test_nothing_in_the_window_is_no_data(stand: Stand, pool: Pool, settle: Settle) -> None:
    assert told(pool, settle(), "status", "error_code") == ("no_data", None)
