"""A submission in words and tables: the sheet before it, what was refused, how far it is."""

from collections.abc import Mapping, Sequence

from fapiao.rules.book import rulebook
from fapiao.selection.records import SubmissionProgress
from fapiao.selection.submission import NotSubmitted, PreviewLine
from fapiao.shown import visible
from fapiao.text_table import table

SHEET = ("税号", "企业名称", "通道", "所属税局", "电子税局账号", "默认业务", "账号状态", "份数", "说明")
BUSINESS = {"receive": "收票管理", "issue": "开票管理", "both": "开票管理+收票管理"}
"""默认业务 of an account, as S2 换账号 calls it."""
REQUESTS = ("批次号", "税号", "企业名称", "状态", "份数", "成功", "失败", "原因")
MOST_REFUSALS = 20
"""So many refused documents are told one by one; the ledger and the workbook hold them all."""


def sheet_text(lines: Sequence[PreviewLine], width: int | None = None) -> str:
    """提交税局通道前校验 as a table for a screen of `width` cells, one line per tax number (R176)."""
    return table(SHEET, [list(row.values()) for row in sheet_rows(lines)], "", width)


def sheet_rows(lines: Sequence[PreviewLine]) -> list[dict[str, object]]:
    """The same as plain values, for a page."""
    return [
        dict(
            zip(
                SHEET,
                (
                    line.taxpayer_no,
                    line.name,
                    line.channel_label,
                    line.bureau_city or "",
                    line.account or "",
                    BUSINESS.get(line.account_type or "", ""),
                    _online(line),
                    line.documents,
                    _objections(line.objections),
                ),
                strict=True,
            )
        )
        for line in lines
    ]


def _online(line: PreviewLine) -> str:
    if line.login_text:
        return f"未能查询：{line.login_text}"
    if line.login is None:
        return ""
    if line.online:
        return "在线"
    return f"未登录：{line.login.url}" if line.login.url else "未登录"


def _objections(refused: Sequence[NotSubmitted]) -> str:
    """Each sentence once, with the number of documents it holds up."""
    counts: dict[str, int] = {}
    for one in refused:
        counts[one.text] = counts.get(one.text, 0) + (one.document_key is not None)
    return "；".join(f"{text}（{count} 份）" if count else text for text, count in counts.items())


def refusal_lines(refused: Sequence[NotSubmitted]) -> list[str]:
    """What was not submitted, document by document; of many the first ones, and how many more there are."""
    told = ((one, rulebook().as_told(one.text)) for one in refused)
    lines = [visible(f"{one.taxpayer_no} {one.document_key or ''}：{text}".replace(" ：", "：")) for one, text in told]
    more = len(lines) - MOST_REFUSALS
    return [*lines[:MOST_REFUSALS], *([f"……另有 {more} 份未提交，原因同类。"] if more > 0 else [])]


def progress_line(now: SubmissionProgress, labels: Mapping[str, str]) -> str:
    """The progress bar in one line (R152)."""
    done = now.succeeded + now.failed
    counts = "，".join(f"{labels.get(status, status)} {count}" for status, count in now.statuses.items())
    return f"{done}/{now.documents} 份：成功 {now.succeeded}，失败 {now.failed}；任务：{counts}"


def requests_text(now: SubmissionProgress, width: int | None = None) -> str:
    """The requests of a submission as a table for a screen of `width` cells."""
    return table(
        REQUESTS,
        [
            [one.batch_no, one.taxpayer_no, one.taxpayer_name, one.status_label, one.document_count,
             one.succeeded_count, one.failed_count, one.error_message or ""]
            for one in now.requests
        ],
        "",
        width,
    )  # fmt: skip
