"""Who works with the pool and who looks may do what roles.sql says, table by table, and nothing beyond it."""

import subprocess
from collections.abc import Iterator
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import errors

from fapiao.paths import SQL
from hooks.pool.roles import APPLICATION, READER, give_rights
from launcher.postgres import EmbeddedPostgres
from launcher.programs import PROGRAMS, wheel
from task_rows import put

pytestmark = pytest.mark.finding("F78")
Pool = psycopg.Connection[Any]
RELATIONS = """
SELECT c.oid::regclass::text AS name, c.relkind = 'v' AS is_view,
    coalesce(array_agg(p.proname::text) FILTER (WHERE t.tgtype & 16 > 0), '{}') AS before_update,
    coalesce(array_agg(p.proname::text) FILTER (WHERE t.tgtype & 8 > 0), '{}') AS before_delete
FROM pg_class AS c
LEFT JOIN pg_trigger AS t ON t.tgrelid = c.oid AND t.tgtype & 2 > 0 AND t.tgtype & 1 = 0
LEFT JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE c.relkind NOT IN ('i', 'I', 'S', 't', 'c') AND c.relnamespace IN (
    SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'enterprise', 'sync', 'pool', 'fapiao'))
GROUP BY c.oid
"""
HELD = """
SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'])
    AS privilege
WHERE has_table_privilege(%(role)s, %(name)s, privilege) OR privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
    AND has_any_column_privilege(%(role)s, %(name)s, privilege)
"""
NOTE_OF_AN_EXPORT = "sync.log_export"


@pytest.fixture(scope="module")
def url(untouched_url: str) -> str:
    """A pool whose rights are given where it lies: what a copy of a database leaves out are the rights on itself."""
    with psycopg.connect(untouched_url, autocommit=True) as connection:
        give_rights(connection)
    return untouched_url


def _session(url: str) -> Iterator[Pool]:
    with psycopg.connect(url) as connection, connection.transaction(force_rollback=True):
        yield connection


@pytest.fixture
def owner(url: str) -> Iterator[Pool]:
    yield from _session(url)


@pytest.fixture
def application(url: str, postgres: EmbeddedPostgres) -> Iterator[Pool]:
    yield from _session(postgres.url(urlsplit(url).path[1:], APPLICATION))


@pytest.fixture
def reader(url: str, postgres: EmbeddedPostgres) -> Iterator[Pool]:
    yield from _session(postgres.url(urlsplit(url).path[1:], READER))


def held(connection: Pool, role: str, name: str) -> set[str]:
    return {privilege for (privilege,) in connection.execute(HELD, {"role": role, "name": name})}


def test_every_table_and_view_has_a_line_in_roles_sql(owner: Pool) -> None:
    without = [
        f"{name} for {role}"
        for name, *_ in owner.execute(RELATIONS).fetchall()
        for role in (APPLICATION, READER)
        if "SELECT" not in held(owner, role, name)
    ]
    assert without == [], "say in include/sql/roles.sql what the application and the reader may do with them"


def test_what_triggers_keep_the_application_may_not_even_try(owner: Pool) -> None:
    """The schema says what is history; the rights agree with it."""
    allowed = []
    for name, _, before_update, before_delete in owner.execute(RELATIONS).fetchall():
        kept = {"TRUNCATE"}
        kept |= {"UPDATE"} if "refuse_rewriting" in before_update else set()
        kept |= {"DELETE"} if "refuse_rewriting" in before_delete else set()
        allowed += [f"{privilege} on {name}" for privilege in kept & held(owner, APPLICATION, name)]
    assert allowed == []


def test_the_application_owns_nothing_and_hangs_no_trigger_on_anything(owner: Pool) -> None:
    for name, is_view, *_ in owner.execute(RELATIONS).fetchall():
        privileges = held(owner, APPLICATION, name)
        assert not privileges & {"TRUNCATE", "REFERENCES", "TRIGGER"}, name
        assert not is_view or privileges == {"SELECT"}, name
    owned = "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid IN (to_regrole(%s), to_regrole(%s))"
    assert owner.execute(owned, [APPLICATION, READER]).fetchone() == (0,)


def test_a_reader_writes_nothing_but_the_note_of_an_export(owner: Pool) -> None:
    privileges = {name: held(owner, READER, name) for name, *_ in owner.execute(RELATIONS).fetchall()}
    assert privileges.pop(NOTE_OF_AN_EXPORT) == {"SELECT", "INSERT"}
    assert {name: more for name, has in privileges.items() if (more := has - {"SELECT"})} == {}


def test_neither_is_more_than_its_rights_on_tables(owner: Pool) -> None:
    attributes = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    found = owner.execute(f"SELECT {attributes} FROM pg_roles WHERE rolname = ANY (%s)", [[APPLICATION, READER]])
    assert found.fetchall() == [(False,) * 5] * 2
    members = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = ANY (%s::regrole[])"
    assert owner.execute(members, [[APPLICATION, READER]]).fetchall() == []


def test_who_writes_history_with_the_rights_of_the_owner_is_called_by_its_own_triggers_only(owner: Pool) -> None:
    functions = owner.execute(
        """
        SELECT p.oid::regprocedure::text, p.proconfig, p.prorettype = 'trigger'::regtype,
            has_function_privilege(%s, p.oid, 'EXECUTE') OR has_function_privilege(%s, p.oid, 'EXECUTE')
        FROM pg_proc AS p
        WHERE prosecdef AND pronamespace IN (
            SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'enterprise', 'sync', 'pool', 'fapiao'))
        """,
        [APPLICATION, READER],
    ).fetchall()
    assert {name for name, *_ in functions} >= {"sync.log_new_tasks()", "pool.log_direct_edit()"}
    assert [one for one in functions if one[1:] != (["search_path=pg_catalog, pg_temp"], True, False)] == []


FORBIDDEN = (
    # history
    "TRUNCATE sync.task_event",
    "TRUNCATE sync.task CASCADE",
    "TRUNCATE pool.document, pool.line",
    "DELETE FROM sync.task_event",
    "UPDATE sync.task_event SET actor = 'x'",
    "INSERT INTO sync.task_event (task_id, seq, to_status, actor, at, hash) VALUES (1, 1, 'x', 'x', now(), '')",
    "INSERT INTO sync.selection_event (selection_id, seq, to_status, actor, at, hash) VALUES (1, 1, 'x', 'x', now(), '')",
    "DELETE FROM pool.change",
    "UPDATE pool.change SET old_value = 'x'",
    "DELETE FROM pool.document",
    "DELETE FROM sync.task",
    "UPDATE sync.reply SET body = ''",
    "UPDATE sync.skip SET reason = 'x'",
    "DELETE FROM sync.log_export",
    "INSERT INTO sync.log_export (actor, filter, rows) VALUES ('x', '{}', 1)",
    "INSERT INTO sync.log_export (filter, rows, at) VALUES ('{}', 1, '2020-01-01')",
    "INSERT INTO sync.log_export (filter, rows, account) VALUES ('{}', 1, 'x@y')",
    "INSERT INTO sync.task_event (task_id, seq, to_status, actor, at, hash, session_role) VALUES (1, 1, 'x', 'x', now(), '', 'x')",
    "TRUNCATE sync.import_verdict",
    "UPDATE sync.batch SET created_by = 'x'",
    "UPDATE pool.quarantine SET payload = NULL",
    "UPDATE sync.quota_slot SET day = now()",
    "DELETE FROM sync.quota_slot",
    "UPDATE sync.verification_call SET question = '{}'",
    "UPDATE pool.layout_file SET sha256 = ''",
    # what keeps it
    "ALTER TABLE sync.task_event DISABLE TRIGGER ALL",
    "ALTER TABLE pool.document DISABLE TRIGGER document_direct_edit",
    "DROP TRIGGER append_only ON sync.task_event",
    "CREATE TRIGGER mine BEFORE INSERT ON sync.task_event EXECUTE FUNCTION sync.refuse_rewriting()",
    "CREATE RULE mine AS ON INSERT TO sync.task DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION sync.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE OR REPLACE FUNCTION sync.actor() RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
    "ALTER FUNCTION pool.log_direct_edit() RESET search_path",
    "ALTER FUNCTION sync.log_new_tasks() SET search_path = public",
    "CREATE TEMP TABLE fresh (task_id bigint); CREATE TRIGGER mine AFTER INSERT ON fresh "
    "REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_new_tasks()",
    # the schema and its rules
    "UPDATE sync.quota_limit SET daily = 1000",
    "UPDATE sync.code_label SET label = 'x'",
    "DELETE FROM public.fapiao_migration",
    "ALTER TABLE sync.task ADD COLUMN mine text",
    "DROP TABLE sync.awaited_lines",
    "DROP SCHEMA fapiao CASCADE",
    "ALTER VIEW fapiao.sync_log RENAME TO mine",
    "CREATE OR REPLACE VIEW fapiao.task_event AS SELECT 1",
    "CREATE TABLE public.mine (a int)",
    "CREATE TABLE sync.mine (a int)",
    "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
    "CREATE SCHEMA mine",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    # the server
    "COPY sync.task TO PROGRAM 'true'",
    "CREATE TEMP TABLE t (a text); COPY t FROM PROGRAM 'id'",
    "CREATE TEMP TABLE t (a text); COPY t FROM '/etc/passwd'",
    "COPY sync.task TO '/tmp/task'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SELECT pg_reload_conf()",
    "LOAD 'auto_explain'",
    "CREATE EXTENSION file_fdw",
    "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE c AS 'libc', 'system'",
    # becoming somebody else
    "SET ROLE fapiao",
    "SET SESSION AUTHORIZATION fapiao",
    "GRANT fapiao TO fapiao_application",
    "GRANT pg_execute_server_program TO fapiao_application",
    "ALTER ROLE fapiao_application SUPERUSER",
    "CREATE ROLE mine LOGIN",
    "ALTER ROLE fapiao PASSWORD 'x'",
)


REFUSALS = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_is_refused(application: Pool, statement: LiteralString) -> None:
    with pytest.raises(REFUSALS):
        application.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        *FORBIDDEN,
        "UPDATE sync.task SET status = 'succeeded'",
        "INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES ('me', '*', 'admin', 'me')",
        "DELETE FROM enterprise.permission",
        "SELECT FROM sync.task FOR UPDATE",
        "SELECT nextval('sync.serial')",
        "LOCK TABLE sync.task IN SHARE MODE",
        "CREATE TEMP TABLE t (a int)",
        "COPY sync.task (batch_no) FROM STDIN",
        "UPDATE pool.document SET remark = 'x'",
    ],
)
def test_a_reader_is_refused(reader: Pool, statement: LiteralString) -> None:
    with pytest.raises(REFUSALS):
        reader.execute(statement)


def test_what_a_session_names_like_our_own_does_not_lead_the_history_astray(application: Pool) -> None:
    """Temporary tables and functions come first for nobody but the session itself."""
    application.execute("""
        CREATE TEMP TABLE task_event (LIKE sync.task_event);
        CREATE TEMP TABLE stale (LIKE sync.task);
        CREATE TEMP TABLE fresh (LIKE sync.task);
        CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT ''::bytea $$;
        CREATE FUNCTION pg_temp.actor() RETURNS text LANGUAGE sql AS $$ SELECT 'nobody' $$;
        SET search_path = pg_temp, sync, pg_catalog;
        SELECT set_config('fapiao.actor', 'li', true);
    """)
    task_id = put(application, batch_no="LED")
    application.execute("UPDATE sync.task SET error_code = 'X', error_message = 'y' WHERE task_id = %s", [task_id])
    told = application.execute(
        "SELECT actor, length(hash) FROM sync.task_event WHERE task_id = %s", [task_id]
    ).fetchall()
    assert told == [("li", 32), ("li", 32)]
    assert application.execute("SELECT count(*) FROM pg_temp.task_event").fetchone() == (0,)


def test_a_reader_sees_every_view_table_and_function(reader: Pool) -> None:
    for name, *_ in reader.execute(RELATIONS).fetchall():
        reader.execute(f"SELECT * FROM {name} LIMIT 1")
    reader.execute("SELECT count(*) FROM fapiao.invoice_as_of(now())")


def test_the_application_keeps_statistics_of_what_large_imports_fill(application: Pool) -> None:
    notices: list[str] = []
    application.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    application.execute("ANALYZE pool.document (taxpayer_no), pool.line (taxpayer_no)")
    assert notices == []


def test_rights_that_are_given_again_are_those_of_the_file_and_no_others(owner: Pool) -> None:
    owner.execute(f"GRANT TRUNCATE, UPDATE ON sync.task_event TO {APPLICATION}; GRANT INSERT ON sync.task TO {READER}")
    owner.execute(f"REVOKE ALL ON sync.batch FROM {READER}")
    give_rights(owner)
    assert held(owner, APPLICATION, "sync.task_event") == {"SELECT"}
    assert held(owner, READER, "sync.task") == held(owner, READER, "sync.batch") == {"SELECT"}


def test_a_platform_team_gives_the_same_rights_with_psql(owner_url: str, postgres: EmbeddedPostgres) -> None:
    """In a copy of a database, which lacks the rights on itself."""
    file = SQL / "roles.sql"
    words = [
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set",
        "ON_ERROR_STOP=1",
        "--file",
        str(file),
        owner_url,
    ]
    for _ in range(2):
        done = subprocess.run([wheel().parent / PROGRAMS / "psql", *words], check=False, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with psycopg.connect(postgres.url(urlsplit(owner_url).path[1:], READER)) as reader:
        reader.execute("SELECT count(*) FROM fapiao.sync_log")
        with pytest.raises(REFUSALS):
            reader.execute("CREATE TEMP TABLE t (a int)")
