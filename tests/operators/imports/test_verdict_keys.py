"""A verdict names its document wherever the row or another of the document does, whatever became of it."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_workbooks import BUYER, KEY, OTHER, OWNER, bring_in, company, export, header, line
from doc_pages import ROOT, blocks
from hooks.files.store import FolderStore
from hooks.queues.imports import verdict_rows

pytestmark = pytest.mark.req("R253")
Pool = psycopg.Connection[Any]
Told = list[tuple[str, int, str | None, str]]
SECOND = KEY[:-1] + "2"
DOCUMENT = {"数电发票号码": "", "发票代码": "3100201130", "发票号码": "12345678", "发票票种": "增值税专用发票"}
PAPER_KEY = "3100201130-12345678"
HEADERS, LINES = "发票基础信息", "信息汇总表"


@pytest.fixture
def store(tmp_path: Path, pool: Pool) -> FolderStore:
    company(pool)
    pool.commit()
    return FolderStore(tmp_path / "files")


def told(pool: Pool, store: FolderStore, *files: Path, **asked: Any) -> Told:
    """(sheet, row, 票据标识, verdict) of every row of an import."""
    created = bring_in(pool, store, *files, **asked)
    return [(row[4], row[5], row[6], row[7]) for row in verdict_rows(pool, created.batches)]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("row", "key", "verdict"),
    [
        (header(价税合计="999.00"), KEY, "失败"),
        (header(开票日期="2099-01-01 00:00:00"), KEY, "失败"),
        (header(开票日期="--"), KEY, "失败"),
        (header(是否正数发票="否"), KEY, "失败"),
        (header(金额="一百"), KEY, "失败"),
        (header(发票票种="未来票"), KEY, "待识别票种"),
        (header(**DOCUMENT, 金额="一百"), PAPER_KEY, "失败"),
        (header(**DOCUMENT, 价税合计="999.00"), PAPER_KEY, "失败"),
        (header(**DOCUMENT | {"发票票种": "未来票"}), PAPER_KEY, "待识别票种"),
        (header(发票代码="31002011301"), KEY, "失败"),
        (header(**DOCUMENT | {"发票代码": "31002011301"}), None, "失败"),
        (header(**DOCUMENT | {"发票代码": ""}), None, "失败"),
        (header(数电发票号码="2.6312E+19"), None, "失败"),
        (header(数电发票号码="--"), None, "失败"),
    ],
)
def test_a_row_that_does_not_come_in_names_the_document_that_can_be_read_in_it(
    pool: Pool, store: FolderStore, tmp_path: Path, row: dict[str, str], key: str | None, verdict: str
) -> None:
    found = told(pool, store, export(tmp_path, [header(数电发票号码=SECOND), row]))
    assert found == [
        (HEADERS, 2, SECOND, "新增"),
        (HEADERS, 3, key, verdict),
        (HEADERS, 4, None, "跳过"),
    ]
    assert pool.execute("SELECT document_key FROM pool.document").fetchall() == [(SECOND,)]


@pytest.mark.parametrize(
    ("headers", "lines"),
    [
        ([header()], [line(), line(金额="一百")]),
        ([header(金额="一百")], [line()]),
        ([header(发票票种="未来票")], [line()]),
        ([header(价税合计="999.00")], [line()]),
        ([header(), header(备注="别的")], []),
    ],
    ids=["bad line", "bad header", "unknown type", "refused", "two that differ"],
)
def test_the_other_rows_of_a_document_that_stays_out_name_it_too(
    pool: Pool, store: FolderStore, tmp_path: Path, headers: list[dict[str, str]], lines: list[dict[str, str]]
) -> None:
    found = told(pool, store, export(tmp_path, [*headers, header(数电发票号码=SECOND)], lines))
    kept_out = [key for *_, key, verdict in found if verdict not in ("新增", "跳过")]
    assert kept_out == [KEY] * (len(headers) + len(lines))


def test_lines_of_a_header_that_lost_its_number_name_what_they_say_themselves(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    lost = header(**DOCUMENT | {"数电发票号码": "2.6312E+19"})
    found = told(pool, store, export(tmp_path, [header(数电发票号码=SECOND), lost], [line(**DOCUMENT)]))
    assert (LINES, 2, PAPER_KEY, "失败") in found
    assert (HEADERS, 3, None, "失败") in found


def test_a_strangers_document_and_two_files_that_contradict_each_other_are_named(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    strange = header(数电发票号码=SECOND, 销方识别号=OTHER, 购方识别号=BUYER)
    one = export(tmp_path / "one.xlsx", [header(), strange])
    other = export(tmp_path / "other.xlsx", [header(金额="200.00", 税额="26.00", 价税合计="226.00")])
    found = told(pool, store, one, other, taxpayers=[OWNER])
    assert sorted(key for *_, key, verdict in found if verdict == "失败" and key) == [KEY, KEY, SECOND]


def test_a_document_that_cannot_be_stored_is_named(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    found = told(pool, store, export(tmp_path, [header(购方识别号="9" * 70)], [line(购方识别号="9" * 70)]))
    assert [row for row in found if row[3] != "跳过"] == [(LINES, 2, KEY, "失败"), (HEADERS, 2, KEY, "失败")]


def test_the_auditors_question_shows_the_file_that_was_refused_and_the_one_that_came_in(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    told(pool, store, export(tmp_path / "first.xlsx", [header(价税合计="999.00"), header(数电发票号码=SECOND)]))
    told(pool, store, export(tmp_path / "mended.xlsx", [header()]))
    page = (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")
    statement = next(one for one in blocks(page, "sql") if "fapiao.import_verdict" in one)
    found = pool.execute(statement.replace("27442000000000000001", KEY)).fetchall()  # type: ignore[arg-type]
    assert [(row[1], row[3], row[4]) for row in found] == [("first.xlsx", 2, "失败"), ("mended.xlsx", 2, "新增")]
