"""A document that contradicts itself is kept out or marked by a rule that says which; nothing is silent."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_workbooks import KEY, bring_in, company, export, header, line
from hooks.files.store import FolderStore
from hooks.queues.imports import failed_rows, verdict_rows

pytestmark = [pytest.mark.finding("F15"), pytest.mark.req("R253")]
Pool = psycopg.Connection[Any]
SECOND = KEY[:-1] + "2"


@pytest.fixture
def store(tmp_path: Path, pool: Pool) -> FolderStore:
    company(pool)
    pool.commit()
    return FolderStore(tmp_path / "store")


def imported(pool: Pool, folder: Path, *headers: dict[str, str], lines: tuple[dict[str, str], ...] = ()) -> list[Any]:
    """(row, verdict, sentence) of an import of these rows beside one that nothing is wrong with."""
    company(pool)
    pool.commit()
    fine = header(数电发票号码=SECOND)
    created = bring_in(pool, FolderStore(folder / "files"), export(folder, [*headers, fine], lines))
    return [(sheet, row, verdict, said) for *_, sheet, row, _, verdict, said in verdict_rows(pool, created.batches)]


def kept(pool: Pool) -> list[str]:
    return [key for (key,) in pool.execute("SELECT document_key FROM pool.document ORDER BY 1").fetchall()]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"价税合计": "999.00"}, "金额 100.00 元 + 税额 13.00 元 ≠ 价税合计 999.00 元"),
        ({"价税合计": "113.06"}, "≠ 价税合计 113.06"),
        ({"开票日期": "2099-01-01 00:00:00"}, "开票日期 2099-01-01 晚于导入日期 2027-02-10"),
        ({"开票日期": "2027-02-11 00:00:00"}, "晚于导入日期"),
        ({"金额": "-100.00", "税额": "-13.00", "价税合计": "-113.00"}, "是否正数发票为“是”，金额却是 -100.00"),
        ({"是否正数发票": "否"}, "是否正数发票为“否”，金额却是 100.00 元"),
    ],
)
def test_a_document_that_contradicts_itself_is_kept_out_with_its_sentence(
    pool: Pool, tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    found = imported(pool, tmp_path, header(**changed))
    assert (found[0][1:3], sentence in found[0][3]) == ((2, "失败"), True)
    assert kept(pool) == [SECOND]
    (task,) = pool.execute("SELECT status, downloaded_count, failed_count FROM fapiao.sync_log").fetchall()
    assert tuple(task.values() if isinstance(task, dict) else task) == ("succeeded", 2, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"价税合计": "113.05"},
        {"开票日期": "2027-02-10 23:59:59"},
        {"金额": "-100.00", "税额": "-13.00", "价税合计": "-113.00", "是否正数发票": "否"},
        {"金额": "0.00", "税额": "0.00", "价税合计": "0.00"},
        {"发票票种": "数电票（航空运输电子客票行程单）", "价税合计": "163.00"},
    ],
)
def test_what_only_looks_odd_is_taken(pool: Pool, tmp_path: Path, changed: dict[str, str]) -> None:
    imported(pool, tmp_path, header(**changed))
    assert kept(pool) == [KEY, SECOND]


def test_of_two_rows_that_contradict_each_other_neither_is_taken(pool: Pool, tmp_path: Path) -> None:
    found = imported(pool, tmp_path, header(), header(金额="200.00", 税额="26.00", 价税合计="226.00"))
    assert [verdict for *_, verdict, _ in found[:2]] == ["失败", "失败"]
    assert "内容不同，两行都未导入" in found[1][3]
    assert kept(pool) == [SECOND]


def test_lines_that_do_not_add_up_to_the_face_are_taken_and_marked(pool: Pool, tmp_path: Path) -> None:
    found = imported(pool, tmp_path, header(), lines=(line(金额="60.00"), line(金额="30.00")))
    assert kept(pool) == [KEY, SECOND]
    (marked,) = (said for sheet, row, _, said in found if (sheet, row) == ("发票基础信息", 2))
    assert "明细金额合计 90.00 元与票面金额 100.00 元不一致" in marked


def test_a_list_of_details_repeats_and_is_no_contradiction(pool: Pool, tmp_path: Path) -> None:
    found = imported(pool, tmp_path, header(), lines=(line(), line(货物或应税劳务名称="原价合计")))
    assert all("不一致" not in said for *_, said in found)


OTHERWISE = {"金额": "200.00", "税额": "26.00", "价税合计": "226.00"}


@pytest.mark.parametrize("lines", [[], [line()]], ids=["headers", "with lines"])
def test_of_two_files_that_contradict_each_other_neither_tells_the_amount(
    pool: Pool, store: FolderStore, tmp_path: Path, lines: list[dict[str, str]]
) -> None:
    one = export(tmp_path / "one.xlsx", [header(), header(数电发票号码=SECOND)], lines)
    other = export(tmp_path / "other.xlsx", [header(**OTHERWISE)])
    created = bring_in(pool, store, one, other)
    assert pool.execute("SELECT document_key FROM pool.document").fetchall() == [(SECOND,)]
    told = {file: sentence for file, sheet, _, sentence in failed_rows(pool, created.batches, 9) if sheet[0] == "发"}
    assert set(told) == {"one.xlsx", "other.xlsx"}
    assert all("但金额、税额、价税合计不同，两处都未导入" in sentence for sentence in told.values())


def test_two_files_that_differ_in_what_may_change_are_both_read(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    one = export(tmp_path / "one.xlsx", [header()])
    other = export(tmp_path / "other.xlsx", [header(发票状态="作废", 金额="100", 备注="x")])
    created = bring_in(pool, store, one, other)
    assert failed_rows(pool, created.batches, 9) == []


def test_a_list_that_contradicts_the_pool_says_both_and_changes_nothing(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    bring_in(pool, store, export(tmp_path / "one.xlsx", [header()], [line()]))
    bring_in(pool, store, export(tmp_path / "other.xlsx", [header(**OTHERWISE)]))
    assert pool.execute("SELECT total_amount FROM pool.document").fetchall() == [(Decimal("113.00"),)]
    ((warnings,),) = pool.execute("SELECT warnings FROM fapiao.sync_log WHERE unchanged_count = 1").fetchall()
    assert [(KEY in said, "226.00" in said, "113.00" in said) for said in warnings] == [(True, True, True)]
