"""Selecting documents: a page of the list and its totals among 50,000, and a list of 10,000 rows against the pool."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from rustpy_xlsxwriter import write_worksheets

from bench.setting import Row, Setting
from bench.timing import medians
from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from fapiao.selection.list_rows import SHEET
from fapiao.selection.listing import ListFilter
from fapiao.tables.reading import read_tables
from hooks.pool.merge import MergeContext, StagedMerge
from hooks.pool.rule_tables import load_rules
from hooks.selection_lists.list_import import validate_list, write_result
from hooks.selection_lists.listing import list_page, list_totals

OWNERS = tuple(f"9131000000BENCH{number:03d}" for number in range(5))
OBSERVED = datetime(2027, 1, 5, 1, tzinfo=UTC)
FIRST_DAY, DAYS = date(2026, 1, 1), 365
_FILL = """
WITH organisation AS (
    INSERT INTO enterprise.organisation (org_code, org_name) SELECT code, code FROM unnest(%(owners)s::text[]) AS code
)
INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel) SELECT code, code, code, 'leqi'
FROM unnest(%(owners)s::text[]) AS code
"""
_SCATTER = """
UPDATE pool.document SET
    selection_status = (ARRAY['0', '0', '0', '1', '4'])[1 + abs(hashtext(document_key)) % 5],
    not_deductible_type = (ARRAY['1', '2', '3', '4', NULL])[1 + abs(hashtext(document_key)) % 5],
    deduction_purpose = (ARRAY[NULL, NULL, '2', '1'])[1 + abs(hashtext(document_key)) % 4]
"""
FILTERS: Mapping[str, ListFilter] = {
    "S2's default": ListFilter(),
    "an organisation, a status, a quarter": ListFilter(
        organisations=[OWNERS[0]],
        selection_states=["0"],
        issued_from=date(2026, 7, 1),
        issued_to=date(2026, 9, 30),
    ),
    "a reason, an amount": ListFilter(reasons=["2"], amount_from=Decimal(1000), amount_to=Decimal(1100)),
}


def selection(setting: Setting) -> Iterator[Row]:
    """Selecting documents: the list, its filters and pages, and the import of a list."""
    documents, rows = setting.rows // 2, setting.rows // 10
    with psycopg.connect(setting.url) as connection:
        _fill(connection, documents)
        yield from _listed(connection, documents, setting.rounds)
        yield from _imported(connection, documents, rows)


def _listed(connection: psycopg.Connection[Any], documents: int, rounds: int) -> Iterator[Row]:
    for name, wanted in FILTERS.items():
        page = _median(rounds, lambda wanted=wanted: list_page(connection, wanted))  # type: ignore[misc]
        totals = _median(rounds, lambda wanted=wanted: list_totals(connection, wanted))  # type: ignore[misc]
        found = list_totals(connection, wanted).documents
        yield f"{name}: {found:,} of {documents:,}", f"page of 200 {page * 1000:.1f} ms, totals {totals * 1000:.1f} ms"
    after = None
    for _ in range(50):
        after = list_page(connection, ListFilter(), after).after or after
    late = _median(rounds, lambda: list_page(connection, ListFilter(), after))
    yield "the page after 50 pages", f"{late * 1000:.1f} ms"


def _imported(connection: psycopg.Connection[Any], documents: int, rows: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file, result = Path(folder) / "list.xlsx", Path(folder) / "result.xlsx"
        write_worksheets(
            [(SHEET, [_wish(number) for number in range(documents - rows // 2, documents + rows // 2)])], file
        )
        start = time.perf_counter()
        tables = read_tables(file)
        read = time.perf_counter()
        verdicts = validate_list(connection, [tables])
        judged = time.perf_counter()
        write_result(result, verdicts)
        written = time.perf_counter()
    passed = sum(verdict.passed for verdict in verdicts)
    yield (
        f"a list of {rows:,} rows, {passed:,} pass",
        f"read {read - start:.2f} s, validated {judged - read:.2f} s, result written {written - judged:.2f} s",
    )


def _median(rounds: int, work: Callable[[], object]) -> float:
    return medians({"": work}, max(rounds, 3))[""]


def _number(count: int) -> str:
    return f"531020261{count:09d}-L01"


def _wish(count: int) -> dict[str, str]:
    return {"是否勾选": "勾选", "缴款书号码": _number(count), "不抵扣原因": "用于免税项目"}


def _document(count: int) -> dict[str, object]:
    return {
        "hgjkshm": _number(count),
        "tfrq": f"{FIRST_DAY + timedelta(days=count % DAYS)} 00:00:00",
        "skje": f"{count % 9_973}.{count % 100:02d}",
        "jkdwrnsrsbh": OWNERS[count % len(OWNERS)],
        "jkdwrnsrmc": "测试公司",
        "sfchsd": "N",
    }


def _fill(connection: psycopg.Connection[Any], documents: int) -> None:
    """Documents of five companies, scattered over statuses, reasons and a year."""
    load_rules(connection)
    connection.execute(_FILL, {"owners": list(OWNERS)})
    for place, owner in enumerate(OWNERS):
        context = Context("input", owner, "customs", OBSERVED, None)
        rows = [_document(count) for count in range(place, documents, len(OWNERS))]
        stage = StagedMerge(connection, "documents", MergeContext(f"BENCH{place}", "leqi", "input", owner))
        stage.load(translate("customs", rows, context), place)
        stage.merge()
    connection.execute("SELECT pool.lock_owner('input', '')")
    connection.execute(_SCATTER)
    connection.execute("ANALYZE pool.document, enterprise.taxpayer")
    connection.commit()
