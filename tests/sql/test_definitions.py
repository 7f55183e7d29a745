"""include/sql/functions, views and comments are the only current definition of what is not a table."""

import hashlib
import re
from typing import Any

import psycopg
import pytest

from doc_pages import ROOT
from fapiao.paths import SQL
from hooks.pool.definitions import definitions
from hooks.pool.migrations import migrations

Pool = psycopg.Connection[Any]
LAST_THAT_DEFINES = 27
"""0001 to 0026 define views and functions as they were then; 0027 brings the clock that its defaults ask."""
DEFINES = re.compile(r"^CREATE (?:OR REPLACE )?(VIEW|FUNCTION) ([a-z_.]+)", re.MULTILINE)
OURS = "('enterprise', 'sync', 'pool', 'fapiao')"
IN_DATABASE = f"""
SELECT 'VIEW', schemaname || '.' || viewname FROM pg_views WHERE schemaname IN {OURS}
UNION ALL
SELECT 'FUNCTION', n.nspname || '.' || p.proname
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname IN {OURS}
"""
WITHOUT_SENTENCE = f"""
SELECT c.oid::regclass::text
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN {OURS} AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL
UNION ALL
SELECT p.oid::regprocedure::text
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname IN {OURS} AND obj_description(p.oid, 'pg_proc') IS NULL
"""
FILES = {name: file.text for name, file in definitions().items()}


def defined() -> list[tuple[str, str]]:
    """Kind and name of everything that the files define."""
    return [(kind, name) for text in FILES.values() for kind, name in DEFINES.findall(text)]


def test_the_database_has_what_the_files_define_and_nothing_else(untouched: Pool):
    assert sorted(untouched.execute(IN_DATABASE)) == sorted(defined())


def test_nothing_is_defined_twice():
    assert len(set(defined())) == len(defined()) > 40


def test_every_definition_may_be_applied_again():
    first_words = {
        word for text in FILES.values() for word in re.findall(r"^(CREATE \w+|[A-Z]+)\b", text, re.MULTILINE)
    }
    assert not first_words & {"CREATE VIEW", "CREATE FUNCTION", "CREATE TABLE", "CREATE INDEX", "DROP", "ALTER"}


def test_no_new_migration_defines_what_has_a_file_of_its_own():
    newer = [file for file in migrations() if file.number > LAST_THAT_DEFINES]
    assert {file.label: found for file in newer if (found := DEFINES.findall(file.text))} == {}, (
        "a view or a function is written in include/sql/views or include/sql/functions; a migration may only drop one"
    )


@pytest.mark.parametrize("name", FILES)
def test_every_file_opens_with_a_sentence(name: str):
    assert re.match(r"-- .+\.\n", FILES[name])


def test_every_table_view_and_function_has_its_sentence_in_the_database(untouched: Pool):
    assert [name for (name,) in untouched.execute(WITHOUT_SENTENCE)] == []


def test_the_migrations_that_pools_have_seen_are_as_they_were():
    lines = (ROOT / "tests" / "sql" / "released_migrations.sha256").read_text(encoding="utf-8").splitlines()
    released = {name: digest for digest, name in map(str.split, lines)}
    files = {name: hashlib.sha256((SQL / "schema" / name).read_bytes()).hexdigest() for name in released}
    assert files == released
