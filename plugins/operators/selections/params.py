"""The form of the DAG selection as Airflow shows it: typed parameters with Chinese titles and a sentence each."""

from typing import Any

from airflow.sdk import Param

from fapiao.rules.book import RuleBook
from fapiao.selection.form import operations
from fapiao.selection.rules import SelectionRules

_TEXTS = {"type": ["null", "array"], "items": {"type": "string"}}
_TEXT = {"type": ["null", "string"]}


def selection_params(book: RuleBook, rules: SelectionRules) -> dict[str, Any]:
    """The parameters, each as empty as the command's option that is not given."""
    kinds, reasons = operations(rules), book.codes_of("not_deductible_type")
    return {
        "operation": Param(
            "not_deduct", enum=[*kinds], values_display=kinds, title="操作", description="统计表的操作只需填写税号。"
        ),
        "document_keys": Param([], **_TEXTS, title="缴款书号码", description="每行一个。"),
        "taxpayers": Param([], **_TEXTS, title="税号", description="每行一个；缴款书属于多个税号时须填写。"),
        "reason": Param(
            None,
            **_TEXT,
            enum=[None, *reasons],
            values_display={"null": "各缴款书已有的原因", **reasons},
            title="不抵扣原因",
            description="勾选须有不抵扣原因；留空则用各缴款书已有的原因。",
        ),
        "reason_text": Param(None, **_TEXT, title="其他原因说明", description="不抵扣原因为其他时必填。"),
        "list_file": Param(
            None, **_TEXT, title="引入清单", description="收件夹 selection 目录里的清单文件名；填写后忽略以上各项。"
        ),
        "without": Param([], **_TEXTS, title="删除的税号", description="不提交这些税号的全部发票。"),
        "accounts": Param([], **_TEXTS, title="换账号", description="每行一个：税号=电子税局账号。"),
        "retry": Param([], **_TEXTS, title="重试的批次号", description="仅处理失败的任务；填写后忽略以上各项。"),
        "dry_run": Param(
            True,
            type="boolean",
            title="试算",
            description="只列出税号的通道、所属税局、账号和在线状态；取消勾选后才提交税局通道处理。",
        ),
        "date": Param(None, **_TEXT, format="date", title="日期", description="按哪一天处理；留空为今天（北京时间）。"),
    }
