"""The form of history_sync as Airflow shows it: typed parameters with Chinese titles and a sentence each."""

from typing import Any

from airflow.sdk import Param

from fapiao.history.form import history_types
from fapiao.rules.book import RuleBook

YEARS = [str(year) for year in range(2021, 2036)]
"""What the form suggests; which of them lie within the five years is checked on the run's day."""
_TEXTS = {"type": ["null", "array"], "items": {"type": "string"}}


def history_params(book: RuleBook) -> dict[str, Any]:
    """The parameters, each as empty as the command's option that is not given."""
    return {**_what(book), **_whose_months(book), **_how(book)}


def _what(book: RuleBook) -> dict[str, Any]:
    data, channels = book.codes_of("history_data_type"), book.codes_of("history_channel")
    return {
        "data_type": Param(
            "details",
            enum=[*data],
            values_display=data,
            title="发票数据类型",
            description="发票数据含购销方、明细、备注；发票用途状态仅查询正数发票，暂只支持乐企。",
        ),
        "channel": Param(
            "leqi",
            enum=[*channels],
            values_display=channels,
            title="下载通道",
            description="税局下载：rpa 使用默认电子税局账号，乐企须已开通归集能力；文件请用 import_bureau_file 导入。",
        ),
    }


def _whose_months(book: RuleBook) -> dict[str, Any]:
    types = history_types(book)
    return {
        "taxpayers": Param([], **_TEXTS, title="企业税号", description="可多选，每行一个税号；按税号拆分任务。"),
        "years": Param(
            [], **_TEXTS, examples=YEARS, title="开票年份", description="可多选，近五年；超出的月份截去并说明。"
        ),
        "months": Param(
            [], **_TEXTS, title="开票月份", description="每行一个，如 2026-01 或 2026-01..2026-03；与年份合并。"
        ),
        "invoice_types": Param(
            [],
            **_TEXTS,
            examples=[*types],
            values_display=types,
            title="发票种类",
            description="可多选；不选为全部六种。",
        ),
    }


def _how(book: RuleBook) -> dict[str, Any]:
    data = book.codes_of("history_data_type")
    return {
        "dry_run": Param(
            True,
            type="boolean",
            title="试算",
            description="只列出子任务、窗口、申请日与次数；取消勾选后才真正执行。",
        ),
        "auto_update": Param(
            [],
            **_TEXTS,
            examples=[*data],
            values_display=data,
            title="自动更新",
            description="可多选：为以上税号的组织创建每月五号自动更新上月数据的任务，默认本组织私有。",
        ),
        "batches": Param(
            [], **_TEXTS, title="导入批次号", description="继续已有的批次，忽略以上各项；例如由命令生成的批次。"
        ),
        "date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="日期",
            description="按哪一天计算和申请；空为今天（北京时间）。",
        ),
    }
