"""What a person does gives up after a bounded wait, says who stood in the way, and has changed nothing."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from fapiao.enterprise.loading import Loaded
from fapiao.errors import Unusable
from hooks.enterprise.basics import change
from hooks.enterprise.permissions import replace_grants
from hooks.pool.sessions import open_session
from launcher.main import main
from operators.downloads.actions import poll_now, retry, terminate, void
from operators.selections.submit import submit
from selection_room import selecting_in
from task_rows import put, told
from tight_bounds import tighten

pytestmark = pytest.mark.finding("F92")
Pool = psycopg.Connection[Any]
ENTERPRISE = "SELECT pg_advisory_xact_lock(hashtextextended('enterprise', 0))"


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    tighten(monkeypatch, person_seconds=1)


@contextlib.contextmanager
def held(pool_url: str, statement: str) -> Iterator[str]:
    """A worker of Airflow that holds a lock; how a person reads of it."""
    with open_session(pool_url, "calendar") as worker:
        worker.execute(statement)
        yield f"等待了 1 秒.*fapiao calendar, pid {worker.info.backend_pid}, since .*没有任何改动"
        worker.rollback()


ACTIONS: dict[str, tuple[str, Callable[[Pool], object]]] = {
    "void": ("downloading", lambda pool: void(pool, "li", ["B"], "错了")),
    "terminate": ("pending", lambda pool: terminate(pool, "li", ["B"], "错了")),
    "poll": ("downloading", lambda pool: poll_now(pool, "li", ["B"])),
    "retry": ("download_failed", lambda pool: retry(pool, "li", ["B"])),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_on_a_row_that_a_worker_holds_gives_up(action: str, pool: Pool, pool_url: str) -> None:
    status, act = ACTIONS[action]
    task_id = put(pool, status, batch_no="B", channel="etax")
    pool.commit()
    before = pool.execute("SELECT * FROM sync.task").fetchall()
    pool.commit()
    with held(pool_url, "SELECT FROM sync.task FOR UPDATE") as sentence, pytest.raises(Unusable, match=sentence):
        act(pool)
    assert pool.execute("SELECT * FROM sync.task").fetchall() == before
    act(pool)
    assert told(pool, task_id, "status") == (status,), "and is done once nobody holds it"


def test_basics_and_rights_give_up_behind_somebody_who_loads_them(pool: Pool, pool_url: str) -> None:
    for act in (
        lambda: change(pool, lambda before: Loaded(before, [], []), "li"),
        lambda: replace_grants(pool, [("zhang", "*", "admin")], "li"),
    ):
        with held(pool_url, ENTERPRISE) as sentence, pytest.raises(Unusable, match=sentence):
            act()
    assert pool.execute("SELECT FROM sync.task").fetchall() == []


def test_a_submission_gives_up_behind_another_of_the_company(pool_url: str) -> None:
    with selecting_in(pool_url) as room:
        keys = room.documents("A")
        (taxpayer,) = room.pool.execute("SELECT taxpayer_no FROM pool.document").fetchone().values()  # type: ignore[union-attr]
        lock = f"SELECT pg_advisory_xact_lock(hashtextextended('sync.selection {taxpayer}', 0))"
        with held(pool_url, lock) as sentence, pytest.raises(Unusable, match=sentence):
            submit(room.another_run(), room.request(keys), "li")
        assert room.rows() == []
        submit(room.another_run(), room.request(keys), "li")
        assert len(room.rows()) == 1


@pytest.mark.parametrize(
    ("words", "lock"),
    [
        (["void", "B", "--reason", "错了"], "SELECT FROM sync.task FOR UPDATE"),
        (["void", "B", "--reason", "错了"], "LOCK TABLE sync.task"),
        (["log", "--batch", "B"], "LOCK TABLE sync.task"),
        (["taxpayers", "list"], "LOCK TABLE enterprise.taxpayer"),
    ],
)
def test_the_command_line_says_it_and_fails(
    words: list[str],
    lock: str,
    pool: Pool,
    pool_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(pool, "downloading", batch_no="B")
    pool.commit()
    monkeypatch.setenv("AIRFLOW_CONN_INVOICE_POOL", pool_url)
    with held(pool_url, lock):
        assert main(words) == 1
    said = capsys.readouterr()
    assert "等待了 1 秒，数据仍被占用（fapiao calendar" in said.err
    assert said.out == ""
