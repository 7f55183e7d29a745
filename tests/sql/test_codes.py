"""The codes of the task table, of the rules and of the labels people read are one list, byte for byte."""

import re
from typing import Any

import psycopg
import pytest

from fapiao.rules.book import rulebook
from task_rows import put

Pool = psycopg.Connection[Any]
LABELS = {
    "status": {
        "incomplete": "进销项数据不全",
        "headers_only": "已下载表头",
        "download_failed": "下载失败",
        "downloading": "下载处理中",
        "apply_failed": "进销项下载申请失败",
        "downloaded": "数据已下载",
        "no_data": "没有数据",
        "succeeded": "成功",
        "pending": "未处理",
    },
    "download_type": {
        "input_full": "进项-全量",
        "output_full": "销项-全量",
        "input_status": "进项状态更新",
        "input_incremental": "进项-增量",
        "unselected_init": "未勾选数据初始化",
        "input_files": "进项-数电发票文件下载",
    },
    "sync_type": {
        "manual_capture": "进项采集",
        "current_month": "当前月进销项下载",
        "history_month": "历史月进销项下载",
        "current_period_input": "当前属期进项下载",
        "manual_import": "手工导入",
        "history_period_input": "历史属期进项下载",
        "current_day": "当天进销项下载",
    },
    "channel": {
        "etax": "电子税局",
        "leqi": "乐企",
        "soft_certificate": "软证书",
        "tax_disk": "税盘",
        "aisino": "航信",
    },
    "direction": {"input": "进项", "output": "销项"},
    "document": {"invoice": "发票", "customs": "海关缴款书", "withholding": "增值税代扣代缴完税凭证"},
    "void_state": {"voided": "作废", "terminated": "终止"},
}
S4 = pytest.mark.req(
    "R070", "R071", "R294", "R295", "R296", "R297", "R298", "R299", "R300", "R301", "R302",
    "R307", "R308", "R309", "R310", "R311", "R312", "R313",
)  # fmt: skip


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


def allowed(pool: Pool, column: str) -> set[str]:
    """The codes in the CHECK of a column of sync.task."""
    found = pool.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [f"task_{column}_check"]
    ).fetchone()
    assert found
    return set(re.findall(r"'(\w+)'::text", found[0]))


@S4
@pytest.mark.parametrize("kind", LABELS)
def test_the_labels_are_the_manuals_own(kind: str) -> None:
    assert rulebook().codes_of(kind) == LABELS[kind]


@S4
@pytest.mark.parametrize("kind", LABELS)
def test_the_pool_has_the_labels_of_the_rules(pool: Pool, kind: str) -> None:
    found = pool.execute("SELECT code, label FROM sync.code_label WHERE kind = %s", [kind]).fetchall()
    assert dict(found) == LABELS[kind]


@S4
@pytest.mark.parametrize("kind", LABELS)
def test_a_column_takes_the_codes_of_the_rules_and_no_other(pool: Pool, kind: str) -> None:
    assert allowed(pool, kind) == set(LABELS[kind])


@S4
@pytest.mark.parametrize("status", LABELS["status"])
def test_the_sync_log_shows_a_status_by_its_label(pool: Pool, status: str) -> None:
    put(pool, status)
    assert pool.execute("SELECT status, status_label FROM fapiao.sync_log").fetchall() == [
        (status, LABELS["status"][status])
    ]


def test_a_code_without_a_label_is_shown_as_it_is(pool: Pool) -> None:
    assert pool.execute("SELECT fapiao.label('status', 'brand_new')").fetchone() == ("brand_new",)
