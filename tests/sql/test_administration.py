"""What is administered and what is taken out leaves a trace that no statement writes itself, whoever was logged in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from hooks.pool.roles import APPLICATION, READER, give_rights
from launcher.postgres import EmbeddedPostgres
from task_rows import put
from turned_clock import turn

Pool = psycopg.Connection[Any]
pytestmark = pytest.mark.finding("F41", "F81")
LEAVES_NO_TRACE = """
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'enterprise'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'change'
    AND (
        SELECT coalesce(bit_or(CASE p.proname
            WHEN 'log_change' THEN t.tgtype::integer & (1 | 4 | 8 | 16)
            WHEN 'log_emptying' THEN t.tgtype::integer & 32
        END), 0)
        FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
        WHERE t.tgrelid = c.oid AND p.pronamespace = 'enterprise'::regnamespace AND t.tgenabled = 'O'
    ) <> (1 | 4 | 8 | 16 | 32)
"""
"""Tables without the trigger for each row that comes (4), goes (8) or changes (16), or for being emptied (32)."""
SCHEME = """
INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date)
VALUES ('华北', '{input_full}', '{01}', '2026-01-01') RETURNING scheme_id
"""
COMPANY = "91310000MA1EXAMP07"
EXPORTED = "INSERT INTO sync.log_export (filter, rows) VALUES ('{}', 3)"


@pytest.fixture(scope="module")
def url(untouched_url: str) -> str:
    with psycopg.connect(untouched_url, autocommit=True) as connection:
        give_rights(connection)
    return untouched_url


@pytest.fixture(params=[APPLICATION, READER])
def session(url: str, postgres: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[Pool]:
    """Of the application and of a reader; taken back afterwards."""
    with (
        psycopg.connect(postgres.url(urlsplit(url).path[1:], request.param)) as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


@pytest.fixture
def owner(url: str) -> Iterator[Pool]:
    with psycopg.connect(url) as connection, connection.transaction(force_rollback=True):
        yield connection


def test_every_table_that_people_administer_keeps_its_changes(owner: Pool) -> None:
    assert owner.execute(LEAVES_NO_TRACE).fetchall() == []


def test_a_table_of_tomorrow_without_the_trigger_is_found(owner: Pool) -> None:
    owner.execute("CREATE TABLE enterprise.new_one (a int)")
    owner.execute("DROP TRIGGER emptying_is_kept ON enterprise.parameter")
    assert sorted(owner.execute(LEAVES_NO_TRACE)) == [("new_one",), ("parameter",)]


def test_who_a_scheme_serves_does_not_change_without_a_trace(owner: Pool) -> None:
    owner.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel) VALUES (%s, '甲', 'tax_disk')", [COMPANY]
    )
    (scheme_id,) = owner.execute(SCHEME).fetchone() or ()
    owner.execute("INSERT INTO enterprise.scheme_taxpayer VALUES (%s, %s)", [scheme_id, COMPANY])
    owner.execute("DELETE FROM enterprise.scheme_taxpayer")
    told = owner.execute(
        "SELECT key, operation, taxpayer_no FROM fapiao.administration_event WHERE object = 'scheme_taxpayer' ORDER BY seq"
    ).fetchall()
    assert told == [(f"华北 {COMPANY}", "insert", COMPANY), (f"华北 {COMPANY}", "delete", COMPANY)]


def test_an_export_has_the_name_of_its_session_and_the_role_that_was_logged_in(session: Pool) -> None:
    session.execute("SELECT set_config('fapiao.actor', 'li', true), set_config('fapiao.account', 'li@desk', true)")
    session.execute(EXPORTED)
    told = session.execute("SELECT actor, account, session_role, client_address FROM fapiao.export_event").fetchall()
    assert told == [("li", "li@desk", session.info.user, "127.0.0.1")]


def test_an_export_of_a_session_that_says_nothing_is_the_roles(session: Pool) -> None:
    session.execute(EXPORTED)
    assert session.execute("SELECT actor FROM fapiao.export_event").fetchall() == [(session.info.user,)]


def test_a_session_that_turns_its_clock_does_not_turn_the_servers(session: Pool) -> None:
    turn(session, datetime(2020, 1, 1, tzinfo=UTC))
    session.execute(EXPORTED)
    (at, server_time, now), *others = session.execute(
        "SELECT at, server_time, clock_timestamp() FROM fapiao.export_event"
    ).fetchall()
    assert (at, others) == (datetime(2020, 1, 1, tzinfo=UTC), [])
    assert timedelta(0) <= now - server_time < timedelta(minutes=1)


def test_exports_are_links_of_the_chain_and_no_change_of_what_is_administered(session: Pool) -> None:
    for _ in range(2):
        session.execute(EXPORTED)
    links = session.execute("SELECT object, after ->> 'rows' FROM enterprise.change ORDER BY seq").fetchall()
    assert links == [("log_export", "3")] * 2
    assert session.execute("SELECT count(hash) FROM fapiao.export_event").fetchone() == (2,)
    assert session.execute("SELECT count(*) FROM fapiao.administration_event").fetchone() == (0,)


def test_an_owner_who_writes_the_note_of_an_export_by_hand_names_nobody_else(owner: Pool) -> None:
    owner.execute(
        "INSERT INTO sync.log_export (actor, filter, rows, account, at) VALUES ('li', '{}', 1, 'li@desk', '2020-01-01')"
    )
    (told,) = owner.execute("SELECT actor, account, at > now() - interval '1 hour' FROM fapiao.export_event").fetchall()
    assert told == (owner.info.user, None, True)


def test_the_hash_of_a_change_that_knew_no_login_is_what_it_was(owner: Pool) -> None:
    (same,) = owner.execute("""
        SELECT enterprise.change_hash('x', 7, 'parameter', 'a b', NULL, '{"value": "1"}', 'li', 'li@desk', at, NULL, NULL, NULL)
            = sha256('x'::bytea || convert_to(concat_ws(E'\\x1f', 7, 'parameter', 'a b', '', '{"value": "1"}'::jsonb, 'li',
                'li@desk', extract(epoch FROM at)), 'UTF8'))
        FROM (VALUES (timestamptz '2026-11-30 10:00:00+08')) AS v (at)
    """).fetchone() or (None,)
    assert same


@pytest.mark.parametrize("column", ["session_role", "client_address", "server_time"])
def test_the_hash_of_a_change_covers_who_was_logged_in(owner: Pool, column: str) -> None:
    owner.execute("INSERT INTO enterprise.parameter (type, key, value) VALUES ('a', 'b', '1')")
    owner.execute("ALTER TABLE enterprise.change DISABLE TRIGGER append_only")
    broken = """
        SELECT count(*) FROM enterprise.change AS c WHERE c.hash IS DISTINCT FROM enterprise.change_hash(
            NULL, c.seq, c.object, c.key, c.before, c.after, c.actor, c.account, c.at,
            c.session_role, c.client_address, c.server_time)
    """
    assert owner.execute(broken).fetchone() == (0,)
    owner.execute(f"UPDATE enterprise.change SET {column} = NULL")
    assert owner.execute(broken).fetchone() == (1,)


def test_an_event_of_a_task_names_the_role_that_was_logged_in_whoever_is_said_to_act(
    url: str, postgres: EmbeddedPostgres
) -> None:
    told: list[Any] = []
    with (
        psycopg.connect(postgres.url(urlsplit(url).path[1:], APPLICATION)) as worker,
        worker.transaction(force_rollback=True),
    ):
        worker.execute("SELECT set_config('fapiao.actor', 'li', true)")
        put(worker, batch_no="ROLE")
        told += worker.execute("SELECT actor, session_role FROM fapiao.task_event WHERE batch_no = 'ROLE'")
    assert told == [("li", APPLICATION)]
