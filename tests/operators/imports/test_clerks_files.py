"""A clerk's file with one oddity gives what is right in it, and a list of the rest that is always kept."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from bureau_workbooks import KEY, OTHER, OWNER, bring_in, company, export, header, line
from fapiao.errors import BadInput
from hooks.files.store import FolderStore
from hooks.queues.imports import failed_rows, verdict_rows

pytestmark = pytest.mark.finding("F28")
Pool = psycopg.Connection[Any]
SECOND, THIRD = KEY[:-1] + "2", KEY[:-1] + "3"


@pytest.fixture
def store(tmp_path: Path, pool: Pool) -> FolderStore:
    company(pool)
    pool.commit()
    return FolderStore(tmp_path / "store")


def kept(pool: Pool) -> list[str]:
    return [key for (key,) in pool.execute("SELECT document_key FROM pool.document ORDER BY 1").fetchall()]


@pytest.mark.parametrize(
    ("hidden", "rows"), [(True, [["本表由财务部整理"], ["联系人", "电话", "备注"]]), (False, [["单一"]])]
)
def test_sheets_that_are_nothing_of_the_bureau_are_named_and_left_out(
    pool: Pool, store: FolderStore, tmp_path: Path, hidden: bool, rows: list[list[str]]
) -> None:
    file = export(tmp_path, [header()], [line()])
    book = load_workbook(file)
    notes = book.create_sheet("说明")
    for row in rows:
        notes.append(row)
    notes.sheet_state = "hidden" if hidden else "visible"
    book.save(file)
    bring_in(pool, store, file)
    ((warnings, failed),) = pool.execute("SELECT warnings, failed_count FROM fapiao.sync_log").fetchall()
    assert (len(warnings), "说明" in warnings[0], failed, kept(pool)) == (1, True, 0, [KEY])


def test_sums_and_signatures_below_the_rows_are_no_failures(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    file = export(tmp_path, [header()])
    book = load_workbook(file)
    for cells in (
        ["本页合计"],
        ["", "合计"],
        ["总计（大写）：壹佰元整"],
        ["", "", "", "", "", "制单：李四", "复核：王五"],
    ):
        book.worksheets[0].append(cells)
    book.save(file)
    created = bring_in(pool, store, file)
    assert [verdict for *_, verdict, _ in verdict_rows(pool, created.batches)] == ["新增", *["跳过"] * 5]


def test_a_file_of_two_sellers_names_them_and_not_their_buyer(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    company(pool, OTHER)
    pool.commit()
    file = export(tmp_path, [header(), header(数电发票号码=SECOND, 销方识别号=OTHER)])
    with pytest.raises(BadInput) as refused:
        bring_in(pool, store, file)
    assert OWNER in str(refused.value)
    assert OTHER in str(refused.value)
    assert "按税号分别导出" in str(refused.value)


@pytest.mark.req("A-51")
def test_of_a_file_of_two_sellers_one_that_is_asked_for_comes_in(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    file = export(tmp_path, [header(), header(数电发票号码=SECOND, 销方识别号=OTHER), header(数电发票号码=THIRD)])
    created = bring_in(pool, store, file, taxpayers=[OWNER], direction="output")
    assert kept(pool) == [KEY, THIRD]
    ((_, _, row_no, sentence),) = failed_rows(pool, created.batches, 20)
    assert (row_no, OTHER in sentence) == (3, True)


@pytest.mark.finding("F15")
def test_columns_that_nobody_reads_are_told_and_keep_no_row_out(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    own = ["部门", "项目", "凭证号", "核对", "经办"]
    file = export(tmp_path, [header()])
    book = load_workbook(file)
    for column, heading in enumerate(own, start=len(header()) + 1):
        book.worksheets[0].cell(1, column).value = heading
    book.worksheets[0].cell(1, list(header()).index("金额") + 1).value = "金额（元）"
    book.save(file)
    bring_in(pool, store, file)
    ((warnings,),) = pool.execute("SELECT warnings FROM fapiao.sync_log").fetchall()
    assert (len(warnings), "、".join(own) in warnings[0], kept(pool)) == (1, True, [KEY])


def test_notes_and_headings_between_the_rows_are_told_and_are_no_failures(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    file = export(tmp_path, [header()])
    book = load_workbook(file)
    sheet = book.worksheets[0]
    for cells in (
        ["财务负责人：王"],
        ["共1张"],
        ["", "注：本表由税局导出"],
        ["本月合计", *[""] * 8, 100.0],
        list(header()),
    ):
        sheet.append(cells)
    sheet.append(list(header(数电发票号码=SECOND).values()))
    book.save(file)
    created = bring_in(pool, store, file)
    assert [verdict for *_, verdict, _ in verdict_rows(pool, created.batches)] == ["新增", *["跳过"] * 6, "新增"]


@pytest.mark.parametrize(
    "lost",
    [
        {"数电发票号码": ""},
        {"数电发票号码": "", "开票日期": "", "销方识别号": "", "购方识别号": ""},
        {"数电发票号码": "", "备注": "合计"},
    ],
)
def test_a_row_that_lost_its_number_is_no_note(
    pool: Pool, store: FolderStore, tmp_path: Path, lost: dict[str, str]
) -> None:
    created = bring_in(pool, store, export(tmp_path, [header(), header(**lost)]))
    told = failed_rows(pool, created.batches, 9)
    assert [(row_no, "没有票据号码" in sentence) for _, _, row_no, sentence in told] == [(3, True)]
