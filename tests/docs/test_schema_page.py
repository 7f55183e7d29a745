"""docs/schema.sql is the schema of a migrated database."""

import re
from pathlib import Path

import psycopg
import pytest

from docs import make_schema
from launcher.postgres import EmbeddedPostgres

NAMES = """
WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname IN ('enterprise', 'sync', 'pool', 'fapiao'))
SELECT relname::text FROM pg_class WHERE relnamespace IN (TABLE ours) AND relkind IN ('r', 'v', 'i')
UNION SELECT proname FROM pg_proc WHERE pronamespace IN (TABLE ours)
UNION SELECT conname FROM pg_constraint WHERE connamespace IN (TABLE ours) AND contype <> 'n'
UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
UNION
SELECT a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace IN (TABLE ours) AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
"""
RENEW = "docs/schema.sql is out of date: run .venv/bin/python docs/make_schema.py"


@pytest.fixture(scope="module")
def schema(postgres: EmbeddedPostgres, template: str) -> str:
    """What the page should hold of the database that every test pool is copied from."""
    return make_schema.dump(postgres, template)


def test_the_page_is_the_schema_of_a_fresh_database(schema: str):
    assert make_schema.page(schema) == make_schema.PAGE.read_text(encoding="utf-8"), RENEW


def test_the_machine_is_explained_before_any_statement():
    head = make_schema.PAGE.read_text(encoding="utf-8").partition(make_schema.MARK)[0]
    assert [line for line in head.splitlines() if line and not line.startswith("--")] == []
    words = (
        "enterprise",
        "sync",
        "pool",
        "fapiao",
        "claim_no",
        "lease_until",
        "sync.now()",
        "sync.reply",
        "broke_workers",
    )
    assert [word for word in words if word not in head] == []


def test_nothing_of_it_depends_on_the_server_or_the_day(schema: str):
    assert [line for line in schema.splitlines() if ("ump" in line and "pg" in line) or line.startswith("SET ")] == []


def test_nothing_of_the_catalogue_is_left_out(schema: str, pool: psycopg.Connection):
    names = [name for (name,) in pool.execute(NAMES)]
    assert len(names) > 700
    assert [name for name in names if not re.search(rf"\b{name}\b", schema)] == []


def test_every_table_stands_below_its_sentence(schema: str):
    lines = schema.splitlines()
    things = [n for n, line in enumerate(lines) if line.startswith(("CREATE TABLE", "CREATE VIEW", "CREATE FUNCTION"))]
    assert len(things) > 90
    assert [lines[n] for n in things if not lines[n - 1].startswith("-- ")] == []


def test_a_page_that_was_changed_by_hand_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: str):
    page = tmp_path / "schema.sql"
    page.write_text(f"-- head\n{make_schema.MARK}\nCREATE TABLE other ();\n", encoding="utf-8")
    monkeypatch.setattr(make_schema, "PAGE", page)
    assert make_schema.page(schema) == f"-- head\n{make_schema.MARK}\n{schema}"
