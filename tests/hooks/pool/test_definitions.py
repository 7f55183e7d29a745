"""Functions, views and comments are replaced whole whenever their files, or the tables below them, have changed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fapiao.errors import Unusable
from hooks.pool.definitions import definitions
from hooks.pool.migrations import migrate

Pool = psycopg.Connection[Any]
VIEW = "CREATE OR REPLACE VIEW public.reading AS SELECT {} FROM public.number;\nCOMMENT ON VIEW public.reading IS '{}';"
ALL = """CREATE OR REPLACE FUNCTION public.readings(smallest int) RETURNS SETOF public.reading LANGUAGE sql STABLE AS $$
    SELECT * FROM public.reading WHERE n >= smallest $$;"""


@pytest.fixture
def empty(empty_url: str):
    with psycopg.connect(empty_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    """A table by a migration, and beside it a function, two views and a function of their rows."""
    for folder in ("schema", "functions", "views", "comments"):
        (tmp_path / folder).mkdir()
    write(
        tmp_path, "schema/0001_first", "CREATE TABLE number (n int, spare text); INSERT INTO number VALUES (1), (20);"
    )
    write(
        tmp_path,
        "functions/01_twice",
        "CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';",
    )
    write(tmp_path, "views/01_reading", VIEW.format("n, twice(n) AS doubled", "50% of it") + ALL)
    write(
        tmp_path, "views/02_above", "CREATE OR REPLACE VIEW public.above AS SELECT max(n) AS top FROM public.reading;"
    )
    write(tmp_path, "comments/01_tables", "COMMENT ON TABLE number IS 'Numbers.';")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.sql").write_text(text, encoding="utf-8")


def start(connection: Pool, sql: Path) -> list[str]:
    return migrate(connection, sql / "schema")


def columns(connection: Pool, view: str = "reading") -> list[str]:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [view]
    )
    return [name for (name,) in found]


def one(connection: Pool, statement: str) -> Any:
    row = connection.execute(statement).fetchone()
    assert row
    return row[0]


@pytest.fixture
def reader(maintenance: Pool):
    """A role that people were given rights as."""
    maintenance.execute("CREATE ROLE definition_reader")
    yield "definition_reader"
    maintenance.execute("DROP ROLE definition_reader")


def test_they_follow_the_migrations_in_their_order_once(empty: Pool, sql: Path):
    names = ["functions/01_twice", "views/01_reading", "views/02_above", "comments/01_tables"]
    assert start(empty, sql) == ["0001_first", *names]
    assert start(empty, sql) == []
    assert empty.execute("SELECT n, doubled FROM readings(2)").fetchall() == [(20, 40)]
    assert one(empty, "SELECT obj_description('reading'::regclass)") == "50% of it"
    assert one(empty, "SELECT obj_description('number'::regclass)") == "Numbers."


def test_a_changed_file_is_applied_and_what_people_hold_of_a_view_stays(empty: Pool, sql: Path, reader: str):
    start(empty, sql)
    empty.execute(f"GRANT SELECT ON reading TO {reader}; CREATE VIEW theirs AS SELECT doubled FROM reading")
    number = one(empty, "SELECT 'reading'::regclass::oid")
    write(sql, "views/01_reading", VIEW.format("n, twice(n) AS doubled, spare", "more") + ALL)
    assert "views/01_reading" in start(empty, sql)
    assert columns(empty) == ["n", "doubled", "spare"]
    assert one(empty, "SELECT 'reading'::regclass::oid") == number
    assert one(empty, "SELECT count(*) FROM theirs") == 2
    assert one(empty, f"SELECT has_table_privilege('{reader}', 'reading', 'SELECT')")
    empty.execute(f"DROP OWNED BY {reader}")


def test_a_migration_brings_them_back_even_if_nothing_of_them_changed(empty: Pool, sql: Path):
    start(empty, sql)
    write(sql, "schema/0002_wider", "DROP VIEW reading CASCADE; ALTER TABLE number ALTER COLUMN n TYPE numeric;")
    write(sql, "functions/01_twice", "CREATE OR REPLACE FUNCTION twice(n numeric) RETURNS numeric RETURN 2 * n;")
    write(sql, "views/01_reading", VIEW.format("n, twice(n) AS doubled", "x") + ALL)
    assert start(empty, sql)[0] == "0002_wider"
    assert one(empty, "SELECT pg_typeof(doubled)::text FROM reading LIMIT 1") == "numeric"
    write(sql, "schema/0003_gone", "DROP VIEW above;")
    assert start(empty, sql)[0] == "0003_gone"
    assert columns(empty, "above") == ["top"]


def test_a_starter_that_died_after_the_migration_is_made_good_by_the_next(empty: Pool, sql: Path):
    start(empty, sql)
    write(sql, "schema/0002_gone", "DROP VIEW reading CASCADE;")
    (sql / "views").rename(sql / "moved")
    (sql / "functions").rename(sql / "moved_functions")
    (sql / "comments").rename(sql / "moved_comments")
    assert start(empty, sql) == ["0002_gone"]
    for name, back in (("moved", "views"), ("moved_functions", "functions"), ("moved_comments", "comments")):
        (sql / name).rename(sql / back)
    assert "views/01_reading" in start(empty, sql)
    assert columns(empty, "above") == ["top"]


def test_columns_that_go_or_move_are_made_anew_with_the_rights_that_were_given(empty: Pool, sql: Path, reader: str):
    start(empty, sql)
    empty.execute(
        f"GRANT SELECT ON above TO {reader} WITH GRANT OPTION; GRANT SELECT (n, doubled) ON reading TO {reader};"
        "GRANT SELECT ON above TO PUBLIC; REVOKE ALL ON FUNCTION readings FROM PUBLIC;"
        f"GRANT EXECUTE ON FUNCTION readings TO {reader}"
    )
    write(sql, "views/01_reading", VIEW.format("spare, n", "turned") + ALL)
    start(empty, sql)
    assert columns(empty) == ["spare", "n"]
    assert one(empty, "SELECT top FROM above") == 20
    assert one(empty, "SELECT obj_description('reading'::regclass)") == "turned"
    held = (
        f"has_table_privilege('{reader}', 'above', 'SELECT WITH GRANT OPTION')",
        f"has_column_privilege('{reader}', 'reading', 'n', 'SELECT')",
        f"has_function_privilege('{reader}', 'readings(int)', 'EXECUTE')",
        "(SELECT bool_or(grantee = 0) FROM pg_class, aclexplode(relacl) WHERE relname = 'above')",
    )
    assert [right for right in held if not one(empty, f"SELECT {right}")] == []
    assert not one(empty, f"SELECT has_column_privilege('{reader}', 'reading', 'spare', 'SELECT')")
    assert one(empty, "SELECT bool_and(grantee <> 0) FROM pg_proc, aclexplode(proacl) WHERE proname = 'readings'")
    empty.execute(f"DROP OWNED BY {reader}")


def test_what_people_built_on_a_view_is_never_dropped_for_them(empty: Pool, sql: Path):
    start(empty, sql)
    empty.execute("CREATE VIEW theirs AS SELECT doubled FROM reading")
    write(sql, "views/01_reading", VIEW.format("spare, n", "turned") + ALL)
    with pytest.raises(Unusable, match=r"view theirs depends on view reading"):
        start(empty, sql)
    assert columns(empty) == ["n", "doubled"]
    empty.execute("DROP VIEW theirs")
    assert "views/01_reading" in start(empty, sql)


def test_a_file_that_fails_leaves_all_of_them_as_they_were(empty: Pool, sql: Path):
    start(empty, sql)
    write(sql, "views/01_reading", VIEW.format("n, twice(n) AS doubled, spare", "more"))
    write(sql, "views/02_above", "CREATE OR REPLACE VIEW public.above AS SELECT max(n) AS top, 1/0 AS bad FROM nobody;")
    with pytest.raises(psycopg.errors.UndefinedTable):
        start(empty, sql)
    assert (columns(empty), columns(empty, "above")) == (["n", "doubled"], ["top"])


def test_files_that_were_replaced_by_newer_ones_do_not_come_back(empty: Pool, sql: Path):
    start(empty, sql)
    older = (sql / "views" / "01_reading.sql").read_text(encoding="utf-8")
    write(sql, "views/01_reading", VIEW.format("n, twice(n) AS doubled, spare", "more") + ALL)
    start(empty, sql)
    write(sql, "views/01_reading", older)
    with pytest.raises(Unusable, match="defined by a newer fapiao"):
        start(empty, sql)
    assert columns(empty) == ["n", "doubled", "spare"]


def test_starters_at_the_same_time_apply_them_once(empty_url: str, sql: Path):
    def go(_: int) -> list[str]:
        with psycopg.connect(empty_url, autocommit=True) as connection:
            return start(connection, sql)

    with ThreadPoolExecutor(4) as starters:
        applied = [name for names in starters.map(go, range(4)) for name in names]
    assert len(applied) == len(set(applied)) == 5


@pytest.mark.parametrize(("name", "complaint"), [("0001_x", "is not named like 01_clock"), ("02_x", "has the number")])
def test_a_misnamed_file_is_refused(sql: Path, name: str, complaint: str):
    write(sql, f"views/{name}", "SELECT 1")
    with pytest.raises(Unusable, match=complaint):
        definitions(sql)
