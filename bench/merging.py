"""The merge against the plain COPY of the same rows into the same indexed pool."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from bench.filled_pool import CONTEXT, PACKAGE, fill, merge, tidy
from bench.process import in_its_own, peak_megabytes
from bench.rows import staged_documents, staged_lines
from bench.setting import Row, Setting
from fapiao.payloads.staged import Staged
from fapiao.pool_columns.reading import staged_columns
from fapiao.pool_columns.records import LINE_COLUMNS
from hooks.pool.merge import StagedMerge

Connection = psycopg.Connection[Any]
NEW = 5_000_000
GOALS = {"new": 1.25, "chg10": 0.9, "same": 0.6, "new with lines": 1.5}
_FIXED = ("direction", "taxpayer_no", "channel", "batch_no", "first_collected_at")


def headers(setting: Setting) -> Iterator[Row]:
    """new, chg10 and same headers, with a change row per changed field."""
    cases = {"COPY": (NEW, 0), "new": (2 * NEW, 0), "chg10": (0, 10), "same": (0, 0)}
    with psycopg.connect(setting.url) as connection:
        fill(connection, setting.rows, setting.pool)

        def prepare(case: str) -> Callable[[], Any]:
            first, changed_every = cases[case]
            documents = list(staged_documents(first, setting.rows, changed_every))
            if case == "COPY":
                return lambda: plain_copy(connection, documents, [])
            return lambda: merge(connection, documents)

        yield from _ratios(connection, list(cases), prepare, setting.rounds)


def headers_and_lines(setting: Setting) -> Iterator[Row]:
    """New documents with their lines; and the same documents again, whose lines are known by their fingerprint."""
    cases = {"COPY of both": NEW, "new with lines": 2 * NEW, "same with lines": 0}
    with psycopg.connect(setting.url) as connection:
        fill(connection, setting.rows, setting.pool, with_lines=True)

        def prepare(case: str) -> Callable[[], Any]:
            documents = list(staged_documents(cases[case], setting.rows))
            lines = list(staged_lines(cases[case], setting.rows))
            if case == "COPY of both":
                return lambda: plain_copy(connection, documents, lines)
            return lambda: merge(connection, documents, lines)

        yield from _ratios(connection, list(cases), prepare, setting.rounds)


def memory(setting: Setting) -> Iterator[Row]:
    """How much a process grows while it merges package after package; a fresh process each, for peaks never fall."""
    for rows in (setting.rows // 5, setting.rows):
        grown = in_its_own(grown_after_a_package, setting.url, rows)
        yield f"memory of the client, {rows:,} rows", f"{grown:.0f} MB more than after its first package"


def grown_after_a_package(url: str, rows: int) -> float:
    """The peak of this process over a merge of `rows`, above what one package needs."""
    with psycopg.connect(url) as connection:
        stage = StagedMerge(connection, "documents", CONTEXT)
        first: float | None = None
        for start in range(0, rows, PACKAGE):
            documents = list(staged_documents(NEW + start, min(PACKAGE, rows - start)))
            stage.load(Staged("digital", "documents", documents), reply_id=start)
            first = first or peak_megabytes()
        stage.merge()
        tidy(connection)
    return peak_megabytes() - (first or 0.0)


def plain_copy(connection: Connection, documents: list[Any], lines: list[Any]) -> None:
    """COPY into the pool's own tables: no merge could be faster and still be indexed."""
    fixed = (CONTEXT.direction, CONTEXT.taxpayer_no, CONTEXT.channel, CONTEXT.batch_no)
    connection.execute("SELECT pool.lock_owner(%s, %s)", fixed[:2])
    columns = [*_FIXED, "document_key", *staged_columns("digital")[3:]]
    with connection.cursor().copy(f"COPY pool.document ({', '.join(columns)}) FROM STDIN".encode()) as copy:
        for row in documents:
            copy.write_row((*fixed, row[1], row[0], *row[3:]))
    columns = ["direction", "taxpayer_no", *LINE_COLUMNS]
    with connection.cursor().copy(f"COPY pool.line ({', '.join(columns)}) FROM STDIN".encode()) as copy:
        for row in lines:
            copy.write_row((*fixed[:2], *row))


def _ratios(
    connection: Connection, cases: list[str], prepare: Callable[[str], Callable[[], Any]], rounds: int
) -> Iterator[Row]:
    """Medians of interleaved rounds; the first case is what the others are held against."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for case in cases:
            work = prepare(case)
            start = time.perf_counter()
            work()
            seconds[case].append(time.perf_counter() - start)
            tidy(connection)
    floor = statistics.median(seconds[cases[0]])
    for case in cases:
        ratio = statistics.median(seconds[case]) / floor
        goal = f", goal ≤ {GOALS[case]} ×" if case in GOALS else ""
        yield case, f"{statistics.median(seconds[case]):.2f} s = {ratio:.2f} × {cases[0]}{goal}"
