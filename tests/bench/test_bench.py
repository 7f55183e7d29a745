"""The benchmark measures what it says it measures; a tiny run goes through every section of the merge."""

import psycopg
import pytest

from bench import merging, peers
from bench.filled_pool import fill, merge
from bench.rows import LINES_PER_DOCUMENT, staged_document, staged_documents, staged_lines
from bench.setting import Setting
from fapiao.pool_columns.reading import staged_columns
from launcher.commands.bench import NAMES


@pytest.fixture
def setting(owner_url: str) -> Setting:
    return Setting(owner_url, rows=40, pool=120, rounds=1)


def test_the_rows_fit_the_staging_and_are_the_same_every_time():
    assert len(staged_document(7)) == len(staged_columns("digital"))
    assert list(staged_documents(0, 50)) == list(staged_documents(0, 50))
    assert len({row[0] for row in staged_documents(0, 5000)}) == 5000


def test_ten_percent_differ_in_five_fields():
    plain, changed = list(staged_documents(0, 100)), list(staged_documents(0, 100, changed_every=10))
    differing = [sum(a != b for a, b in zip(*pair, strict=True)) for pair in zip(plain, changed, strict=True)]
    assert sorted(differing) == [0] * 90 + [5] * 10


def test_the_cases_are_what_their_names_say(setting: Setting):
    with psycopg.connect(setting.url) as connection:
        fill(connection, setting.rows, setting.pool, with_lines=True)
        assert connection.execute("SELECT count(*) FROM pool.document").fetchone() == (120,)
        same = merge(connection, list(staged_documents(0, 40)), list(staged_lines(0, 40)))
        assert (same.unchanged, same.updated, same.inserted) == (40, 0, 0)
        changed = merge(connection, list(staged_documents(0, 40, changed_every=10)))
        assert (changed.unchanged, changed.updated) == (36, 4)
        assert connection.execute("SELECT count(*) FROM pool.change").fetchone() == (20,)
        new = merge(connection, list(staged_documents(1000, 40)), list(staged_lines(1000, 40)))
        assert new.inserted == 40
        lines = connection.execute("SELECT count(*) FROM pool.line").fetchone()
        assert lines == ((40 * 3 + 40) * LINES_PER_DOCUMENT,)


@pytest.mark.parametrize("section", [merging.headers, merging.headers_and_lines])
def test_every_case_is_a_ratio_to_the_plain_copy(setting: Setting, section):
    rows = dict(section(setting))
    assert all(" × COPY" in figures for figures in rows.values())
    assert any("goal ≤" in figures for figures in rows.values())


def test_memory_is_told_for_a_fifth_and_the_whole(setting: Setting):
    assert len(list(merging.memory(setting))) == 2


def test_sqlalchemy_does_the_same_work_as_the_merge(setting: Setting):
    with psycopg.connect(setting.url) as connection:
        fill(connection, setting.rows, setting.pool)
        work = {name: work for name, work, _ in peers._others(setting, list(staged_documents(0, 40, 10)))}
        work["SQLAlchemy executemany upsert"]()
        found = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE remark LIKE '%%，已变更') FROM pool.document"
        )
        assert found.fetchone() == (120, 4)


def test_the_command_offers_every_section():
    from bench.sections import SECTIONS

    assert tuple(SECTIONS) == NAMES
