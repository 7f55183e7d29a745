"""What others do with the same work: upserts that keep no change log, held against our merge with one."""

import atexit
import contextlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.dialects.postgresql import insert

from bench.dlt_peer import DltFailed, fastest
from bench.filled_pool import CONTEXT, fill, merge, tidy
from bench.peer_environment import NoPeers, peer_python
from bench.rows import staged_documents
from bench.setting import Row, Setting
from fapiao.pool_columns.reading import staged_columns
from launcher.home import ROOT

KEY = ("direction", "taxpayer_no", "document_key")
PAGE = 1_000
CHANGED_EVERY = 10


def peers(setting: Setting) -> Iterator[Row]:
    """Every peer merges the chg10 rows once, after ours did in the same run; dlt once per strategy."""
    with psycopg.connect(setting.url) as connection:
        fill(connection, setting.rows, setting.pool)
        documents = list(staged_documents(0, setting.rows, CHANGED_EVERY))
        ours = _seconds(lambda: merge(connection, documents))
        tidy(connection)
        yield "our merge, chg10, with change log", f"{ours:.2f} s"
        for name, work, goal in _others(setting, documents):
            seconds = _seconds(work)
            tidy(connection)
            yield name, f"{seconds:.2f} s = {seconds / ours:.1f} × ours, goal ≥ {goal} ×"
        yield _dlt(setting.url, documents, ours)


def _others(setting: Setting, documents: list[Any]) -> Iterator[tuple[str, Callable[[], Any], int]]:
    names, rows = pool_rows(documents)
    yield "PostgresHook.insert_rows(replace=True)", lambda: _insert_rows(setting.url, names, rows), 4
    yield "SQLAlchemy executemany upsert", lambda: _sqlalchemy(setting.url, names, rows), 4


def pool_rows(documents: list[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names and rows of pool.document for the staged rows."""
    fixed = (CONTEXT.direction, CONTEXT.taxpayer_no, CONTEXT.channel, CONTEXT.batch_no)
    names = [*KEY[:2], "channel", "batch_no", "first_collected_at", "document_key", *staged_columns("digital")[3:]]
    return names, [(*fixed, row[1], row[0], *row[3:]) for row in documents]


def airflow_environment() -> Mapping[str, str]:
    """An Airflow of its own that touches nobody's home and logs only what went wrong: figures are read here."""
    return os.environ | {
        "AIRFLOW_HOME": _airflow_home(),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
    }


@cache
def _airflow_home() -> str:
    home = tempfile.mkdtemp(prefix="fapiao-bench-airflow-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _insert_rows(url: str, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    os.environ.update(airflow_environment())
    # Airflow reads its environment when it is imported.
    from airflow.providers.postgres.hooks.postgres import PostgresHook
    from airflow.sdk import Connection

    hook = PostgresHook(connection=Connection(conn_id="bench", uri=url.replace("postgresql://", "postgres://")))
    # It says so for every page.
    with contextlib.redirect_stdout(io.StringIO()):
        hook.insert_rows(
            "pool.document", rows, target_fields=names, commit_every=PAGE, replace=True, replace_index=list(KEY)
        )


def _sqlalchemy(url: str, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    # Texts without a type of their own, as COPY has them: Postgres casts, as it does for the others.
    columns = [sqlalchemy.Column(name, sqlalchemy.types.NullType()) for name in names]
    table = sqlalchemy.Table("document", sqlalchemy.MetaData(), *columns, schema="pool")
    statement = insert(table)
    upsert = statement.on_conflict_do_update(
        index_elements=list(KEY), set_={name: statement.excluded[name] for name in names if name not in KEY}
    )
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for start in range(0, len(rows), PAGE):
            connection.execute(upsert, [dict(zip(names, row, strict=True)) for row in rows[start : start + PAGE]])
    engine.dispose()


def _dlt(url: str, documents: list[Any], ours: float) -> Row:
    """The fastest strategy of dlt; or why there is none, for the others were measured all the same."""
    names, rows = pool_rows(documents)
    try:
        strategy, seconds = fastest(peer_python(), url, KEY, names, rows)
    except (NoPeers, DltFailed) as reason:
        return "dlt merge", f"not measured: {reason}."
    return f"dlt merge ({strategy})", f"{seconds:.2f} s = {seconds / ours:.1f} × ours, goal ≥ 5 ×"
