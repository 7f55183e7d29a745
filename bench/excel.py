"""Workbooks: an export of the pool against the bare writer and openpyxl on the same rows."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from openpyxl import Workbook
from rustpy_xlsxwriter import write_worksheet

from bench.filled_pool import fill
from bench.process import in_its_own, peak_megabytes
from bench.setting import Row, Setting
from bench.timing import medians
from fapiao.exports.cells import Cell
from fapiao.exports.columns import SheetPlan, known_columns, plan
from fapiao.queries import query
from hooks.exports.rows import FILTERS, export_rows, sheet
from hooks.exports.workbooks import Progress

NAMES = (
    "direction", "taxpayer_no", "document_key", "invoice_type", "invoice_no", "etax_invoice_no", "issue_date",
    "issued_at", "seller_tax_no", "seller_name", "seller_address", "seller_phone", "seller_bank", "seller_account",
    "buyer_tax_no", "buyer_name", "buyer_address", "buyer_phone", "amount", "tax_amount", "total_amount", "drawer",
    "payee", "reviewer", "remark", "first_collected_at", "aggregated_on",
)  # fmt: skip
"""27 columns that the benchmark's invoices fill, as many as the bureau's own list of lines has."""
EVERYTHING = dict.fromkeys(FILTERS)

Work = Callable[[Path], object]


def export(setting: Setting) -> Iterator[Row]:
    """Export of the pool, 27 columns: from Postgres to the file, against writers that have the rows already."""
    with psycopg.connect(setting.url) as connection:
        fill(connection, setting.rows, setting.rows)
        rows = _rows(connection)
    headings = [column.heading for column in _plan().columns]
    works: dict[str, Work] = {
        "bare writer": lambda file: write_worksheet((dict(zip(headings, row, strict=True)) for row in rows), file),
        "our export": lambda file: _export(setting.url, file),
    }
    seconds = _medians(works, setting.rounds)
    slow = _medians({"openpyxl write_only": lambda file: _openpyxl(file, headings, rows)}, 1)
    bare, ours = seconds["bare writer"], seconds["our export"]
    yield "bare writer (rustpy-xlsxwriter)", f"{bare:.2f} s"
    yield "our export", f"{ours:.2f} s = {ours / bare:.2f} × the bare writer, goal ≤ 1.5 ×"
    yield "openpyxl write_only", f"{(s := slow['openpyxl write_only']):.2f} s = {s / ours:.1f} × our export, goal ≥ 8 ×"
    yield _memory(setting)


def _plan() -> SheetPlan:
    return SheetPlan("发票", tuple(known_columns()[name] for name in NAMES), plan("invoices").order)


def _rows(connection: psycopg.Connection[Any]) -> list[tuple[Cell, ...]]:
    """What the file will hold, fetched beforehand."""
    with sheet(connection, _plan(), query("exports", "invoices"), EVERYTHING) as found:
        return [row for package in found.packages for row in zip(*package, strict=True)]


def _export(url: str, file: Path, progress: Progress | None = None) -> None:
    with psycopg.connect(url) as connection:
        export_rows(connection, file, [(_plan(), query("exports", "invoices"))], EVERYTHING, progress)


def _openpyxl(file: Path, headings: list[str], rows: list[tuple[Cell, ...]]) -> None:
    book = Workbook(write_only=True)
    table = book.create_sheet()
    table.append(headings)
    for row in rows:
        table.append([value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in row])
    book.save(file)


def _medians(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Seconds of each work, which writes one file over and over."""
    with tempfile.TemporaryDirectory() as folder:
        return medians({name: partial(work, Path(folder) / "bench.xlsx") for name, work in works.items()}, rounds)


def _memory(setting: Setting) -> Row:
    grown = in_its_own(grown_after_a_package, setting.url)
    return f"memory of the export, {setting.rows:,} rows", f"{grown:.0f} MB more than after its first package"


def grown_after_a_package(url: str) -> float:
    """The peak of this process over an export, above what it needs for its first package."""
    peaks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        _export(url, Path(folder) / "bench.xlsx", lambda _: peaks.append(peak_megabytes()))
    return peak_megabytes() - peaks[0] if peaks else 0.0
