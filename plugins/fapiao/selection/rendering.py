"""A submission in words and tables: the sheet before it, what was refused, how far it is."""

from collections.abc import Mapping, Sequence

from fapiao.rules.book import rulebook
from fapiao.selection.records import RequestProgress, SubmissionProgress
from fapiao.selection.submission import NotSubmitted, PreviewLine
from fapiao.shown import visible
from fapiao.text_table import table
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language

SHEET = ("税号", "企业名称", "通道", "所属税局", "电子税局账号", "默认业务", "账号状态", "份数", "说明")
"""The keys that pages and programs read."""
SHEET_COLUMNS = ("taxpayer_no", "taxpayer_name", "channel", "bureau_city", "account", "business", "login", "documents",
                 "note")  # fmt: skip
REQUESTS = ("batch_no", "taxpayer_no", "taxpayer_name", "status", "documents", "succeeded", "failed", "reason")
MOST_REFUSALS = 20
"""So many refused documents are told one by one; the ledger and the workbook hold them all."""


def sheet_text(lines: Sequence[PreviewLine], width: int | None = None) -> str:
    """提交税局通道前校验 as a table for a screen of `width` cells, one line per tax number (R176)."""
    return table(_headings(SHEET_COLUMNS), [list(row.values()) for row in sheet_rows(lines)], "", width)


def _headings(names: Sequence[str]) -> list[str]:
    return [sentence(f"submission_columns.{name}") for name in names]


def business(kind: str | None) -> str:
    """默认业务 of an account, as S2 换账号 calls it; empty where it has none."""
    return sentence(f"account_business.{kind}") if kind else ""


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
                    business(line.account_type),
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
        return sentence("selection_sheet.login_unknown", reason=line.login_text)
    if line.login is None:
        return ""
    if line.online:
        return sentence("selection_sheet.online")
    url = line.login.url
    return sentence("selection_sheet.log_in_at", url=url) if url else sentence("selection_sheet.offline")


def _objections(refused: Sequence[NotSubmitted]) -> str:
    """Each sentence once, with the number of documents it holds up."""
    counts: dict[str, int] = {}
    for one in refused:
        counts[one.text] = counts.get(one.text, 0) + (one.document_key is not None)
    said = (
        sentence("selection_sheet.objection", text=text, count=counts[text]) if counts[text] else text
        for text in counts
    )
    return ("；" if language() == "zh" else "; ").join(said)


def refusal_lines(refused: Sequence[NotSubmitted]) -> list[str]:
    """What was not submitted, document by document; of many the first ones, and how many more there are."""
    told = ((one, rulebook().as_told(one.text)) for one in refused)
    lines = [visible(_refused(one, text)) for one, text in told]
    more = len(lines) - MOST_REFUSALS
    said = [sentence("selection_sheet.more_refused", count=more)] if more > 0 else []
    return [*lines[:MOST_REFUSALS], *said]


def _refused(one: NotSubmitted, text: str) -> str:
    if one.document_key is None:
        return sentence("selection_sheet.refused_all", taxpayer=one.taxpayer_no, text=text)
    return sentence("selection_sheet.refused", taxpayer=one.taxpayer_no, document=one.document_key, text=text)


def progress_line(now: SubmissionProgress, labels: Mapping[str, str]) -> str:
    """The progress bar in one line (R152)."""
    done = now.succeeded + now.failed
    said = labels if language() == "zh" else {}
    tasks = [
        sentence("selection_sheet.tasks", status=said.get(status, status), count=count)
        for status, count in now.statuses.items()
    ]
    counts = {"done": done, "documents": now.documents, "succeeded": now.succeeded, "failed": now.failed}
    return sentence("selection_sheet.progress", tasks=listed(tasks), **counts)


def requests_text(now: SubmissionProgress, width: int | None = None) -> str:
    """The requests of a submission as a table for a screen of `width` cells."""
    return table(_headings(REQUESTS), map(_request, now.requests), "", width)


def _request(one: RequestProgress) -> list[object]:
    status = one.status_label if language() == "zh" else one.status
    counts = [one.document_count, one.succeeded_count, one.failed_count]
    return [one.batch_no, one.taxpayer_no, one.taxpayer_name, status, *counts, one.error_message or ""]
