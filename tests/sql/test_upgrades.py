"""A pool that an older fapiao left behind comes up to date: the same schema as a new one, and its rows as they were."""

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest

from docs import make_schema
from fapiao.paths import SQL
from hooks.pool.migrations import migrate
from launcher.postgres import EmbeddedPostgres
from pool_rows import OWNER
from task_rows import put

Pool = psycopg.Connection[Any]
BEFORE_DEFINITIONS = 26
COUNTS = "SELECT (SELECT count(*) FROM sync.task_event), (SELECT count(*) FROM pool.document), (SELECT count(*) FROM pool.change)"
DOCUMENT = """INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, detail_level,
    first_collected_at, channel, batch_no) VALUES ('input', %s, %s, 'invoice', '81', 'full', now(), 'leqi', 'B')"""
LOGGED = "SELECT batch_no, status, created_at, schemes FROM fapiao.sync_log ORDER BY batch_no"


@pytest.fixture(scope="module")
def fresh(postgres: EmbeddedPostgres, template: str) -> str:
    """The schema of a new pool."""
    return make_schema.dump(postgres, template)


def left_at(connection: Pool, number: int, folder: Path) -> None:
    """Migrates as the fapiao did whose newest migration had this number: there were no definitions beside the schema."""
    (folder / "schema").mkdir()
    for file in sorted((SQL / "schema").glob("*.sql"))[:number]:
        shutil.copy(file, folder / "schema")
    assert len(migrate(connection, folder / "schema")) == number


@pytest.mark.parametrize("number", [1, 4, 8, 13, 18, 22, BEFORE_DEFINITIONS])
def test_a_pool_of_any_age_becomes_a_new_one(
    postgres: EmbeddedPostgres, empty_url: str, tmp_path: Path, fresh: str, number: int
):
    with psycopg.connect(empty_url, autocommit=True) as connection:
        left_at(connection, number, tmp_path)
        applied = migrate(connection)
        assert applied[0].startswith(f"{number + 1:04}_")
        assert migrate(connection) == []
        assert make_schema.dump(postgres, connection.info.dbname) == fresh


def test_rows_rights_and_what_people_built_outlive_the_first_definitions(
    empty_url: str, tmp_path: Path, maintenance: Pool
):
    maintenance.execute("CREATE ROLE upgrade_reader")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        left_at(connection, BEFORE_DEFINITIONS, tmp_path)
        for number in range(20):
            put(connection, "succeeded" if number % 2 else "pending", invoice_type=f"{number:02}")
            connection.execute(DOCUMENT, [OWNER, f"{number}"])
        connection.execute(
            "GRANT SELECT ON fapiao.sync_log, fapiao.invoice TO upgrade_reader;"
            "CREATE SCHEMA report; CREATE VIEW report.open AS SELECT batch_no FROM fapiao.sync_log WHERE finished_at IS NULL;"
            "CREATE MATERIALIZED VIEW report.months AS SELECT issue_date, count(*) FROM fapiao.invoice GROUP BY 1"
        )
        before = [connection.execute(statement).fetchall() for statement in (COUNTS, LOGGED)]
        migrate(connection)
        assert [connection.execute(statement).fetchall() for statement in (COUNTS, LOGGED)] == before
        held = "SELECT has_table_privilege('upgrade_reader', view, 'SELECT') FROM unnest(%s::text[]) AS view"
        assert connection.execute(held, [["fapiao.sync_log", "fapiao.invoice"]]).fetchall() == [(True,)] * 2
        assert connection.execute("SELECT count(*)::integer FROM report.open").fetchone() == (10,)
        connection.execute("REFRESH MATERIALIZED VIEW report.months")
        put(connection, invoice_type="20")
        assert connection.execute("SELECT count(*)::integer FROM sync.task_event").fetchone() == (21,)
        assert connection.execute("SELECT count(*)::integer FROM report.open").fetchone() == (11,)
        connection.execute("DROP OWNED BY upgrade_reader")
    maintenance.execute("DROP ROLE upgrade_reader")


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_a_pool_that_a_bureau_filled_before_it_knew_which_is_the_real_ones(empty_url: str, tmp_path: Path):
    with psycopg.connect(empty_url, autocommit=True) as connection:
        left_at(connection, BEFORE_DEFINITIONS, tmp_path)
        put(connection, "downloading", request_no="202701050001")
        migrate(connection)
        assert connection.execute("SELECT kind, binding FROM sync.bureau").fetchall() == [("real", False)]


def test_a_column_that_goes_from_a_view_of_ours_takes_nothing_else_along(owner_url: str, tmp_path: Path, fresh: str):
    shutil.copytree(SQL, tmp_path / "sql")
    history = tmp_path / "sql" / "views" / "09_history.sql"
    text = history.read_text(encoding="utf-8").replace(
        "k.error_message, k.advice, k.finished_at", "k.error_message, k.finished_at"
    )
    history.write_text(text, encoding="utf-8")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        columns = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'sync' AND table_name = 'history_row'"
        assert ("advice",) in connection.execute(columns).fetchall()
        assert "views/09_history" in migrate(connection, tmp_path / "sql" / "schema")
        assert ("advice",) not in connection.execute(columns).fetchall()
        views = connection.execute(
            "SELECT count(*)::integer FROM pg_views WHERE schemaname IN ('enterprise', 'sync', 'pool', 'fapiao')"
        )
        assert views.fetchone() == (fresh.count("\nCREATE VIEW "),)
        assert connection.execute("SELECT count(*) FROM fapiao.invoice_as_of(now())").fetchone() == (0,)
