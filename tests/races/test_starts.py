"""Starts of one pool at the same time: migrations, definitions and rule tables are one step, whoever comes first."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from fapiao.errors import Unusable
from fapiao.paths import SQL
from fapiao.rules.book import RuleBook, rulebook
from frozen import FrozenWorkers
from hooks.enterprise.permissions import replace_grants
from hooks.pool.migrations import migrations
from hooks.pool.rule_tables import load_rules
from hooks.pool.sessions import SessionLimits, open_session
from hooks.pool.start import bring_up_to_date
from sessions_at_work import until, until_blocked
from tight_bounds import tighten

pytestmark = pytest.mark.finding("F93")
CREW = 8


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Each in a thread of its own, all begun at once; what they came to."""
    begin = threading.Barrier(len(acts), timeout=30)

    def one(act: Callable[[], Any]) -> Any:
        begin.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [found.result(120) for found in [threads.submit(one, act) for act in acts]]


def start(url: str, rules: RuleBook | None = None) -> list[str]:
    """One start."""
    with open_session(url, "start", autocommit=True) as connection:
        return bring_up_to_date(connection, rules=rules)


def loaded(url: str) -> list[tuple[Any, ...]]:
    """The labels and limits as the pool has them."""
    with psycopg.connect(url) as look:
        labels = look.execute("SELECT kind, code, label FROM sync.code_label ORDER BY 1, 2").fetchall()
        return labels + look.execute("SELECT * FROM sync.quota_limit ORDER BY 1, 2").fetchall()


def other_version() -> RuleBook:
    """Rules as another version has them: every limit is one more."""
    book = rulebook()
    return replace(
        book, quotas={key: msgspec.structs.replace(one, daily=(one.daily or 0) + 1) for key, one in book.quotas.items()}
    )


def test_eight_starts_of_an_empty_pool_are_one(empty_url: str) -> None:
    applied = together([lambda: start(empty_url)] * CREW)
    assert sum(bool(found) for found in applied) == 1, "one of them did it all, the others found it done"
    assert {len(found) for found in applied} == {0, len(max(applied, key=len))}


@pytest.mark.parametrize("trial", range(3))
def test_two_versions_of_the_rules_leave_those_of_one_of_them(owner_url: str, trial: int) -> None:
    books = [rulebook(), other_version()] * (CREW // 2)
    together([lambda book=book: start(owner_url, book) for book in books])  # type: ignore[misc]
    found = loaded(owner_url)
    start(owner_url, books[0])
    mine = loaded(owner_url)
    start(owner_url, books[1])
    assert mine != loaded(owner_url)
    assert found in (mine, loaded(owner_url)), trial


def test_rules_are_loaded_by_one_at_a_time_whoever_loads_them(owner_url: str) -> None:
    def load(book: RuleBook) -> None:
        with psycopg.connect(owner_url) as connection:
            load_rules(connection, book)

    for _ in range(5):
        with psycopg.connect(owner_url, autocommit=True) as pool:
            pool.execute("DELETE FROM sync.code_label")
            pool.execute("DELETE FROM sync.quota_limit")
        together([lambda book=book: load(book) for book in [rulebook(), other_version()] * 4])  # type: ignore[misc]
    assert len(loaded(owner_url)) > 100


def test_two_people_who_load_the_same_rights_at_once_load_them_once(
    pool_url: str, pool: psycopg.Connection[Any]
) -> None:
    pool.execute("INSERT INTO enterprise.organisation (org_code, org_name) VALUES ('ORG1', '总部')")
    pool.commit()

    def load() -> tuple[int, int]:
        with psycopg.connect(pool_url) as connection:
            return replace_grants(connection, [("zhang", "ORG1", "admin")], "li")

    assert sorted(together([load] * CREW))[-2:] == [(0, 0), (1, 0)]


@pytest.mark.parametrize("point", ["pg_advisory_lock", "CREATE TABLE sync.task"])
def test_a_start_that_is_killed_leaves_the_rest_to_the_next(point: str, workers: FrozenWorkers, empty_url: str) -> None:
    pid = workers.begin(step="start", pool=empty_url, freeze=point, bounds={})
    assert pid
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(start, empty_url)
        until_blocked(empty_url)
        os.kill(pid, signal.SIGKILL)
        assert following.result(60)
    assert workers._answer()["code"] == -signal.SIGKILL
    with psycopg.connect(empty_url) as look:
        assert look.execute("SELECT count(*) FROM public.fapiao_migration").fetchone() == (len(migrations()),)


def test_a_start_says_which_other_one_it_has_waited_for(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tighten(monkeypatch, start_seconds=1)
    with open_session(empty_url, "start", autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(hashtextextended('fapiao_migration', 0))")
        with pytest.raises(Unusable, match=rf"another start of fapiao .*pid {first.info.backend_pid}, since"):
            start(empty_url)


def test_a_start_does_not_stand_in_the_way_of_a_pool_that_is_in_use(
    pool_url: str, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schema").mkdir()
    for file in (SQL / "schema").glob("*.sql"):
        (tmp_path / "schema" / file.name).write_bytes(file.read_bytes())
    (tmp_path / "schema" / "0999_wide.sql").write_text("ALTER TABLE sync.task ADD COLUMN wide text;\n")
    tighten(monkeypatch, lock_seconds=1)
    with psycopg.connect(pool_url) as worker, open_session(owner_url, "start", autocommit=True) as starter:
        worker.execute("SELECT FROM sync.task")
        with pytest.raises(Unusable, match="locked for more than 1 seconds"):
            bring_up_to_date(starter, tmp_path / "schema")
    with open_session(
        owner_url, "start", autocommit=True, limits=SessionLimits(silent=9, lock=9, statement=9, transaction=9)
    ) as starter:
        assert bring_up_to_date(starter, tmp_path / "schema")[0] == "0999_wide"
    assert until(pool_url, "true", sessions=0) == []
