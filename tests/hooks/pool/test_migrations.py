"""The migrations runner: forward only, once each, by one starter at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from fapiao.errors import Unusable
from hooks.pool import migrations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (id int); INSERT INTO first VALUES (1);")
    (tmp_path / "0002_second.sql").write_text("ALTER TABLE first ADD COLUMN note text DEFAULT '50% 已知';")
    return tmp_path


@pytest.fixture
def empty(empty_url: str):
    with psycopg.connect(empty_url, autocommit=True) as connection:
        yield connection


def rows(connection: psycopg.Connection, statement: str) -> list[tuple]:
    return connection.execute(statement).fetchall()


def test_files_are_applied_in_order_once(empty, folder):
    assert migrations.migrate(empty, folder) == ["0001_first", "0002_second"]
    assert migrations.migrate(empty, folder) == []
    assert rows(empty, "SELECT * FROM first") == [(1, "50% 已知")]
    assert rows(empty, "SELECT number, name FROM fapiao_migration ORDER BY 1") == [(1, "first"), (2, "second")]


def test_a_new_file_is_applied_to_a_database_in_use(empty, folder):
    migrations.migrate(empty, folder)
    (folder / "0003_third.sql").write_text("CREATE TABLE third ();")
    assert migrations.migrate(empty, folder) == ["0003_third"]


def test_a_failing_file_leaves_nothing_of_itself_and_keeps_the_ones_before(empty, folder):
    (folder / "0002_second.sql").write_text("CREATE TABLE second (); SELECT 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrations.migrate(empty, folder)
    assert rows(empty, "SELECT to_regclass('first') IS NULL, to_regclass('second') IS NULL") == [(False, True)]
    assert rows(empty, "SELECT number FROM fapiao_migration") == [(1,)]


def test_a_changed_applied_file_is_refused_by_name(empty, folder):
    migrations.migrate(empty, folder)
    (folder / "0001_first.sql").write_text("CREATE TABLE other ();")
    with pytest.raises(Unusable, match=r"0001_first\.sql was changed after it was applied"):
        migrations.migrate(empty, folder)


def test_a_database_ahead_of_these_files_is_refused(empty, folder):
    migrations.migrate(empty, folder)
    (folder / "0002_second.sql").unlink()
    with pytest.raises(Unusable, match="0002_second"):
        migrations.migrate(empty, folder)


def test_starters_at_the_same_time_apply_each_file_once(empty_url, folder):
    def start(_: int) -> list[str]:
        with psycopg.connect(empty_url, autocommit=True) as connection:
            return migrations.migrate(connection, folder)

    with ThreadPoolExecutor(4) as starters:
        applied = [name for names in starters.map(start, range(4)) for name in names]
    assert sorted(applied) == ["0001_first", "0002_second"]


@pytest.mark.parametrize(("name", "complaint"), [("2_x.sql", "is not named like"), ("0002_x.sql", "has the number")])
def test_a_misnamed_file_is_refused(folder, name, complaint):
    (folder / name).write_text("SELECT 1")
    with pytest.raises(Unusable, match=complaint):
        migrations.migrations(folder)


def test_a_server_below_18_is_refused_in_one_sentence(folder):
    class Info:
        server_version = 170004

    class Old:
        info = Info()

    with pytest.raises(Unusable, match="is version 17, fapiao needs 18 or newer"):
        migrations.migrate(Old(), folder)


@pytest.mark.finding("F40")
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_has_no_room_for_chinese_is_refused_before_the_first_statement(empty_url, folder, encoding):
    name = f"in_{encoding.lower()}"
    with psycopg.connect(empty_url, autocommit=True) as server:
        server.execute(
            f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
        try:
            with psycopg.connect(empty_url, dbname=name, client_encoding="utf8", autocommit=True) as connection:
                with pytest.raises(Unusable, match=f"数据库 {name} 的编码是 {encoding}，存不下中文"):
                    migrations.migrate(connection, folder)
                assert rows(connection, "SELECT nspname FROM pg_namespace WHERE nspname IN ('sync', 'pool')") == []
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_shipped_schema_is_applied_to_every_test_pool(pool):
    names = {f"{m.number:04}_{m.name}" for m in migrations.migrations()}
    assert {f"{n:04}_{name}" for n, name in rows(pool, "SELECT number, name FROM fapiao_migration")} == names
