"""An export takes what its sheet shows out of Postgres, as one instant saw it, and holds no more than a package of it."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook
from psycopg.rows import dict_row

from fapiao.exports.columns import plan, plans
from fapiao.exports.pages import PACKAGE
from fapiao.queries import query
from hooks.exports.rows import FILTERS, export_invoices, export_rows, sheet
from launcher.exporting import STATEMENTS
from pool_rows import KEY, OWNER, SELLER, context, digital, line, merge
from task_rows import put

EVERYTHING = dict.fromkeys(FILTERS)
OTHER, PLAIN = "27442000000000000002", "27442000000000000000"
LOG_FILTER = dict.fromkeys(
    ("batches", "parent", "taxpayer", "name", "org", "organisations", "channel", "direction", "download_type", "sync_type",
     "document", "invoice_type", "status", "module", "dag", "error", "voided", "window_from", "window_to", "created_from",
     "created_to", "limit")
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pool.xlsx"


@pytest.fixture
def invoices(pool: psycopg.Connection) -> psycopg.Connection:
    """Two invoices of two months, one with two lines."""
    merge(pool, "digital", [digital(fpmx=[line(), line(2, fpjydj="0.1234567890123456")])], batch_no="B1")
    merge(pool, "digital", [digital(fphm=OTHER, kprq="2027-02-03 10:20:30")], batch_no="B2")
    pool.commit()
    return pool


def rows(file: Path, title: str) -> list[dict[str, Any]]:
    """The rows of a sheet by heading."""
    headings, *found = load_workbook(file)[title].values
    return [dict(zip(headings, row, strict=True)) for row in found]


def keys(file: Path) -> list[str]:
    """Which invoices are in the file, in their order."""
    return [row["票据标识"] for row in rows(file, "发票")]


@pytest.mark.req("R317", "R318")
def test_an_invoice_is_exported_with_its_labels_its_numbers_and_its_days(
    invoices: psycopg.Connection, file: Path
) -> None:
    assert export_invoices(invoices, file, EVERYTHING) == 4
    first, second = rows(file, "发票")
    assert (first["票据标识"], second["票据标识"]) == (KEY, OTHER)
    assert (first["进销项"], first["票据类型"], first["通道"]) == ("进项", "发票", "乐企")
    assert (first["发票类型"], first["销方税号"], first["企业税号"]) == ("数电票（增值税专用发票）", SELLER, OWNER)
    assert (first["金额"], first["税额"]) == (100, 13)
    assert first["开票日期"] == datetime(2027, 1, 3)  # noqa: DTZ001 Excel knows no zones
    assert first["开票时间"] == datetime(2027, 1, 3, 10, 20, 30)  # noqa: DTZ001 the clock of Shanghai


def test_lines_are_a_sheet_of_their_own_and_long_prices_keep_every_digit(
    invoices: psycopg.Connection, file: Path
) -> None:
    export_invoices(invoices, file, EVERYTHING)
    lines = rows(file, "明细")
    assert [(row["票据标识"], row["行号"], row["税率"]) for row in lines] == [(KEY, 1, 0.13), (KEY, 2, 0.13)]
    assert lines[1]["单价"] == "0.1234567890123456"


def test_headers_alone_have_no_sheet_of_lines(invoices: psycopg.Connection, file: Path) -> None:
    assert export_invoices(invoices, file, EVERYTHING, lines=False) == 2
    assert load_workbook(file).sheetnames == ["发票"]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"taxpayers": [OWNER]}, [KEY, OTHER]),
        ({"taxpayers": ["nobody"]}, []),
        ({"direction": "output"}, []),
        ({"invoice_types": ["81"]}, [KEY, OTHER]),
        ({"invoice_types": ["82", "01"]}, []),
        ({"month_to": date(2027, 1, 1)}, [KEY]),
        ({"month_from": date(2027, 2, 1)}, [OTHER]),
        ({"batches": ["B2"]}, [OTHER]),
        ({"batches": ["B1", "B2"]}, [KEY, OTHER]),
        ({"organisations": ["0100"]}, []),
    ],
)
def test_a_filter_leaves_the_documents_it_names_and_their_lines(
    invoices: psycopg.Connection, file: Path, chosen: dict[str, object], expected: list[str]
) -> None:
    export_invoices(invoices, file, EVERYTHING | chosen)
    assert [key for key in keys(file) if key] == expected
    assert {row["票据标识"] for row in rows(file, "明细")} - {None} <= set(expected)


def test_a_planning_brings_what_its_tasks_brought(invoices: psycopg.Connection, file: Path) -> None:
    put(invoices, "succeeded", batch_no="B1", parent_batch_no="P")
    invoices.commit()
    export_invoices(invoices, file, EVERYTHING | {"batches": ["P"]})
    assert keys(file) == [KEY]


def test_headers_and_lines_are_of_one_instant(invoices: psycopg.Connection, file: Path, pool_url: str) -> None:
    def meanwhile(_: int) -> None:
        with psycopg.connect(pool_url) as other:
            merge(other, "digital", [digital(fphm="27442000000000000003", fpmx=[line()])], context(), "B3")

    export_invoices(invoices, file, EVERYTHING, progress=meanwhile)
    assert keys(file) == [KEY, OTHER]
    assert {row["票据标识"] for row in rows(file, "明细")} == {KEY}


def test_invoices_stand_by_company_direction_type_day_and_number_on_both_sheets(
    invoices: psycopg.Connection, file: Path
) -> None:
    merge(
        invoices,
        "digital",
        [digital(fphm=PLAIN, kprq="2025-02-03 10:20:30", fpmx=[line()])],
        context(invoice_type="82"),
    )
    invoices.commit()
    export_invoices(invoices, file, EVERYTHING)
    assert keys(file) == [KEY, OTHER, PLAIN]
    assert [row["票据标识"] for row in rows(file, "明细")] == [KEY, KEY, PLAIN]


def test_the_order_of_invoices_is_that_of_an_index_so_that_rows_leave_before_all_are_sorted(
    pool: psycopg.Connection,
) -> None:
    (stated,) = pool.execute("SELECT pg_get_indexdef('pool.document_of_month'::regclass)").fetchall()[0]
    *leading, last = plan("invoices").order
    assert stated.endswith(f"({', '.join(leading)})")
    assert (last, plan("lines").order) == ("document_key", (*plan("invoices").order, "line_no"))


def test_a_connection_that_hands_out_dicts_will_do(invoices: psycopg.Connection, file: Path, pool_url: str) -> None:
    with psycopg.connect(pool_url, row_factory=dict_row) as other:
        assert export_invoices(other, file, EVERYTHING) == len(rows(file, "发票")) + len(rows(file, "明细"))
    assert keys(file) == [KEY, OTHER]


def test_rows_come_in_packages_and_those_that_nobody_takes_are_not_sent(pool: psycopg.Connection) -> None:
    pool.execute("CREATE TEMP TABLE many AS SELECT n::text AS remark FROM generate_series(1, 2500) AS n")
    remark = [column for column in plan("invoices").columns if column.name == "remark"]
    one = type(plan("invoices"))("x", tuple(remark))
    with sheet(pool, one, "SELECT remark, 1 AS not_wanted FROM many", {}) as found:
        assert found.total == 2500
        packages = iter(found.packages)
        (column,) = next(packages)
        assert (column[0], len(column)) == ("1", PACKAGE)
    assert pool.info.transaction_status is not psycopg.pq.TransactionStatus.ACTIVE


@pytest.mark.req("R317")
@pytest.mark.parametrize("name", [name for name in plans() if name not in ("invoices", "lines", "selection")])
def test_every_sheet_of_the_log_finds_its_columns_in_its_statement(
    pool: psycopg.Connection, file: Path, name: str
) -> None:
    put(pool, "succeeded", batch_no="B1")
    pool.commit()
    statement = query("log", STATEMENTS.get(name, name))
    export_rows(pool, file, [(plan(name), statement)], LOG_FILTER | {"batches": ["B1"]})
    (found,) = load_workbook(file)
    assert [one.value for one in found[1]] == [column.heading for column in plan(name).columns]


def test_secrets_in_what_was_asked_are_hidden(pool: psycopg.Connection, file: Path) -> None:
    task = put(pool, "succeeded", batch_no="B1")
    pool.execute(
        """INSERT INTO sync.part (task_id, part_no, argument, done) VALUES (%s, 1, '{"access_token": "s3cret"}', true)""",
        [task],
    )
    pool.commit()
    export_rows(pool, file, [(plan("attempts"), query("log", "attempts"))], LOG_FILTER | {"batches": ["B1"]})
    (row,) = rows(file, "请求与应答")
    assert '"access_token": "***"' in row["请求内容"]
    assert "s3cret" not in row["请求内容"]
    assert row["是否完成"] == "是"
