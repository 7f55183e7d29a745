"""The examples of the pages work: commands are understood, SQL runs, files load, codes exist."""

import argparse
import re
import shlex
from datetime import date
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest

from doc_pages import ROOT, blocks, name_of, pages
from fapiao.enterprise.loading import load_schemes
from fapiao.enterprise.spellings import vocabulary
from fapiao.rules.book import rulebook
from fapiao.tables.reading import read_tables
from hooks.enterprise.basics import change
from hooks.pool.roles import READER
from launcher import main as line
from launcher.postgres import EmbeddedPostgres

TEXTS = {name_of(page): page.read_text(encoding="utf-8") for page in pages()}
# test_pairs.py holds the blocks of a Chinese page to those of its pair
IN_ENGLISH = {name: text for name, text in TEXTS.items() if not name.startswith("docs/zh/")}
SHELL = [(name, row) for name, text in IN_ENGLISH.items() for block in blocks(text, "sh") for row in block.splitlines()]
COMMANDS = sorted({(name, row) for name, row in SHELL if row.startswith("./fapiao")})
STATEMENTS = [(name, block) for name, text in IN_ENGLISH.items() for block in blocks(text, "sql")]
CODE = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`")


def understood(words: list[str]) -> argparse.Namespace:
    """What a command makes of its words; SystemExit where it does not understand them."""
    module = line.module_of(words[0])
    parser = argparse.ArgumentParser(prog=words[0], exit_on_error=True)
    module.add_arguments(parser)
    known, others = parser.parse_known_args(words[1:])
    if others and not getattr(module, "PASSES_ON", False):
        parser.error(f"unknown {others}")
    return known


@pytest.mark.parametrize(("page", "example"), COMMANDS, ids=lambda value: value)
def test_every_command_of_an_example_is_understood(page, example):
    assert understood(shlex.split(example)[1:]) is not None


def test_an_example_with_an_unknown_option_is_found():
    with pytest.raises(SystemExit):
        understood(["log", "--no-such-option"])


@pytest.mark.parametrize(("page", "statement"), STATEMENTS, ids=lambda value: value.split()[0])
def test_every_sql_example_runs_on_the_pool(page, statement, pool: psycopg.Connection):
    pool.execute(f"SELECT count(*) FROM ({statement}) AS example".encode())


TASK = """
WITH batch AS (
    INSERT INTO sync.batch (batch_no, dag_id, run_id, day, created_by) VALUES ('B', 'd', 'r', '2027-03-10', 'x')
    RETURNING batch_no
)
INSERT INTO sync.task (
    batch_no, parent_batch_no, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name, channel, direction,
    download_type, sync_type, document, invoice_type, window_basis, created_by)
SELECT 'T', batch_no, 'd', 'r', 'j', 'rule', 't', '91310000MA1EXAMP07', 'n', 'leqi', 'input',
    'input_full', 'current_month', 'invoice', '81', 'issue_date', 'x'
FROM batch
"""


def chain_query(events: str) -> bytes:
    """The auditor's query for events of this table that do not fit their chain."""
    queries = [block for block in blocks(TEXTS["docs/auditor.md"], "sql") if "event_hash" in block]
    (query,) = [one for one in queries if f"FROM {events} AS" in one]
    return query.encode()


SELECTION = """
WITH batch AS (
    INSERT INTO sync.batch (batch_no, dag_id, run_id, day, created_by) VALUES ('B', 'd', 'r', '2027-03-10', 'x')
    RETURNING batch_no
)
INSERT INTO sync.selection (parent_batch_no, operation, surface, taxpayer_no, taxpayer_name, channel, document_count)
SELECT batch_no, 'make_statistics', 'api', 'T', 'n', 'leqi', 0 FROM batch
"""


def test_the_auditors_query_finds_a_rewritten_event_of_a_selection(owner: psycopg.Connection):
    query = chain_query("sync.selection_event")
    owner.execute(SELECTION)
    owner.execute("UPDATE sync.selection SET sent_at = now()")
    assert owner.execute("SELECT count(*) FROM sync.selection_event").fetchone() == (2,)
    assert owner.execute(query).fetchall() == []

    owner.execute("ALTER TABLE sync.selection_event DISABLE TRIGGER append_only")
    owner.execute("UPDATE sync.selection_event SET actor = 'another' WHERE seq = 2")
    assert [row[1] for row in owner.execute(query).fetchall()] == [2]


def test_the_auditors_query_finds_a_rewritten_event_and_nothing_else(owner: psycopg.Connection):
    query = chain_query("sync.task_event")
    owner.execute(TASK)
    owner.execute("UPDATE sync.task SET not_before_day = '2027-03-11', error_code = 'QUOTA_DAY', error_message = 'm'")
    owner.execute("UPDATE sync.task SET not_before_day = '2027-03-12'")
    assert owner.execute("SELECT count(*) FROM sync.task_event").fetchone() == (3,)
    assert owner.execute(query).fetchall() == []

    owner.execute("ALTER TABLE sync.task_event DISABLE TRIGGER append_only")
    owner.execute("UPDATE sync.task_event SET reason = 'another' WHERE seq = 2")
    assert [row[1] for row in owner.execute(query).fetchall()] == [2]


def administration_queries() -> tuple[bytes, bytes]:
    """The auditor's queries for changes that do not fit their chain, and for its newest link."""
    about = [block for block in blocks(TEXTS["docs/auditor.md"], "sql") if "FROM enterprise.change" in block]
    chain, newest, _ = (block.encode() for block in about)
    return chain, newest


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE enterprise.change SET actor = 'another' WHERE seq = 2", [2]),
        ("UPDATE enterprise.change SET before = '{}' WHERE seq = 3", [3]),
        ("DELETE FROM enterprise.change WHERE seq = 2", [3]),
        ("DELETE FROM enterprise.change WHERE seq = 1", [2]),
    ],
)
def test_the_auditors_query_finds_a_change_of_administration_that_was_rewritten_or_taken_out(
    owner: psycopg.Connection, statement: LiteralString, found: list[int]
):
    chain, _ = administration_queries()
    owner.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('A'), ('B'), ('C')")
    assert owner.execute("SELECT max(seq) FROM enterprise.change").fetchone() == (3,)
    assert owner.execute(chain).fetchall() == []
    owner.execute("ALTER TABLE enterprise.change DISABLE TRIGGER append_only")
    owner.execute(statement)
    assert [row[0] for row in owner.execute(chain).fetchall()] == found


def test_an_end_that_was_cut_off_is_found_by_the_link_that_the_auditor_kept(owner: psycopg.Connection):
    chain, newest = administration_queries()
    owner.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('A'), ('B')")
    kept = owner.execute(newest).fetchone()
    owner.execute("ALTER TABLE enterprise.change DISABLE TRIGGER append_only")
    owner.execute("DELETE FROM enterprise.change WHERE seq = 2")
    assert owner.execute(chain).fetchall() == [], "within the database nothing shows it"
    assert owner.execute(newest).fetchone() != kept


def test_the_reader_may_ask_whatever_the_auditors_guide_asks(postgres: EmbeddedPostgres, pool_url: str):
    with psycopg.connect(postgres.url(urlsplit(pool_url).path[1:], READER)) as reader:
        for page, statement in STATEMENTS:
            if page == "docs/auditor.md":
                reader.execute(f"SELECT count(*) FROM ({statement}) AS example".encode())


def test_the_scheme_of_the_admins_guide_loads(pool: psycopg.Connection, tmp_path: Path):
    (text,) = blocks(TEXTS["docs/admin.md"], "yaml")
    file = tmp_path / "schemes.yaml"
    file.write_text(text, encoding="utf-8")
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel) VALUES ('91310000MA1EXAMP07', '示例公司', 'leqi')"
    )
    words = vocabulary(rulebook())
    change(pool, lambda before: load_schemes(before, [read_tables(file)], words, date(2026, 11, 21)), "test", False)
    saved = pool.execute("SELECT name, cardinality(download_types), frequency FROM enterprise.scheme").fetchall()
    assert saved == [("月度全量", 5, [5, 10, 15, 20, 26])]


def everything_below(*folders: str) -> str:
    """The code, rules and SQL of some folders as one text."""
    files = [
        file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".yaml", ".sql")
    ]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_code_the_pages_name_exists():
    known = everything_below("plugins", "launcher", "include", "deploy", "tests/support", "tests/deploy")
    known += (ROOT / ".env.example").read_text(encoding="utf-8")
    named = {code for text in TEXTS.values() for code in CODE.findall(text)}
    assert {"QUOTA_DAY", "ANSWER_UNKNOWN"} <= named
    assert [code for code in sorted(named) if code not in known and not code.startswith("AIRFLOW_CONN_")] == []


def test_every_code_word_of_the_glossary_is_one_of_the_code():
    words = re.findall(r"^\| [^|]+ \| ([^|]+) \|", TEXTS["docs/glossary.md"], re.MULTILINE)
    known = everything_below("plugins", "include")
    codes = [code for cell in words for code in re.findall(r"`(\w+)`", cell)]
    assert len(codes) > 35
    assert [code for code in codes if not re.search(rf"\b{code}\b|\b{code}s\b|_{code}\b", known)] == []
