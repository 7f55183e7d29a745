"""Builds 全量发票查询导出 workbooks and puts them through an import, so that a test says only what matters to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from openpyxl import Workbook

from fapiao.imports.requests import import_request
from fapiao.tasks import RunDay
from hooks.files.store import FileStore, FolderStore
from operators.imports.tasks import Created, ImportSession, create, work

OWNER = "91310000MA1EXAMP07"
OTHER = "91310000MA1EXAMPBB"
BUYER = "91110000802100433B"
KEY = "27312000000000000001"
DAY = date(2027, 2, 10)
NOON = datetime(2027, 2, 10, 4, tzinfo=UTC)
_runs = count(1)

HEADER = {
    "序号": "1", "发票代码": "", "发票号码": "", "数电发票号码": KEY, "销方识别号": OWNER, "销方名称": "示例公司",
    "购方识别号": BUYER, "购买方名称": "北京某某科技有限公司", "开票日期": "2026-01-03 10:20:30", "金额": "100.00",
    "税额": "13.00", "价税合计": "113.00", "发票来源": "电子发票服务平台", "发票票种": "数电发票（增值税专用发票）",
    "发票状态": "正常", "是否正数发票": "是", "发票风险等级": "正常", "开票人": "张三", "备注": "--",
}  # fmt: skip
LINE_ONLY = {
    "税收分类编码": "3040201010000000000", "特定业务类型": "", "货物或应税劳务名称": "*信息技术服务*软件服务",
    "规格型号": "", "单位": "套", "数量": "1", "单价": "100", "金额": "100.00", "税率": "13%", "税额": "13.00",
}  # fmt: skip
HEADER_COLUMNS = list(HEADER)
LINE_COLUMNS = [*HEADER_COLUMNS[:9], *LINE_ONLY, *HEADER_COLUMNS[11:]]
Cells = Mapping[str, str]


def header(**changed: str) -> dict[str, str]:
    """A row of 发票基础信息: one 数电专票 that OWNER issued."""
    return HEADER | changed


def line(**changed: str) -> dict[str, str]:
    """A row of 信息汇总表: the one line of that invoice."""
    return HEADER | LINE_ONLY | changed


def export(
    file: Path, headers: Sequence[Cells] = (), lines: Sequence[Cells] = (), name: str = "全量发票查询导出结果.xlsx"
) -> Path:
    """Writes a workbook with the sheets that have rows, and a 合计 row below the headers."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, columns, rows in (("发票基础信息", HEADER_COLUMNS, headers), ("信息汇总表", LINE_COLUMNS, lines)):
        if rows:
            sheet = book.create_sheet(title)
            sheet.append(columns)
            for row in rows:
                sheet.append([row[column] for column in columns])
    if headers:
        book["发票基础信息"].append(["合计"])
    place = file if file.suffix else file / name
    place.parent.mkdir(parents=True, exist_ok=True)
    book.save(place)
    return place


def company(pool: psycopg.Connection[Any], taxpayer_no: str = OWNER, channel: str = "leqi") -> str:
    """A company of the installation."""
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel) VALUES (%s, '示例公司', %s)",
        [taxpayer_no, channel],
    )
    return taxpayer_no


def run_day(day: date = DAY) -> RunDay:
    """A run of its own."""
    return RunDay("import_bureau_file", f"manual {next(_runs)}", day, day.isoformat(), explicit=True)


def importing(pool: psycopg.Connection[Any], store: FileStore) -> ImportSession:
    """A worker of the imports at noon."""
    return ImportSession(pool, run_day(), "worker", lambda: NOON, store)


def bring_in(
    pool: psycopg.Connection[Any], store: FolderStore, *files: Path, work_it: bool = True, **asked: Any
) -> Created:
    """Imports files as the command does, and works the tasks unless told otherwise."""
    surface, password = asked.pop("surface", "command"), asked.pop("password", None)
    request = import_request(surface, files, taxpayer_no=",".join(asked.pop("taxpayers", ())), **asked)
    created = create(pool, store, run_day(), request, "test", password=password)
    if work_it:
        work(importing(pool, store), created)
    return created
