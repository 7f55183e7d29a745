"""【导入】 of 历史发票数据同步 (S3 §3.3): the form, declared once for the page and the command, and its checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fapiao.closed_lists import type_of
from fapiao.dag_texts.catalogue import field_texts, texts_of
from fapiao.enterprise.records import Enterprise, Taxpayer
from fapiao.errors import BadInput
from fapiao.forms.fields import Check, FormField, Option, run_day_field
from fapiao.forms.reading import Filled, fill
from fapiao.history.months import months_asked
from fapiao.identifiers import one_spelling
from fapiao.permissions.rules import Permissions
from fapiao.rules.book import RuleBook, rulebook

DETAILS, USAGE = "details", "usage"
RIGHT = "import"
"""导入: the button that makes import tasks, by a download and by a file alike (S3 §3.2)."""


def history_types(book: RuleBook) -> dict[str, str]:
    """Code and name of the six types that have a history (R271)."""
    return {kind.code: kind.name for kind in book.invoice_types.values() if kind.history}


def _sentence(key: str) -> str:
    return rulebook().message(key, "interactive")


def _history_type(text: str) -> str:
    """Raises BadInput; a type without a history is named, and those that have one."""
    kind = rulebook().invoice_types[type_of(text)]
    if not kind.history:
        raise BadInput([_sentence("history_types").format(type=kind.name)])
    return kind.code


def _one(name: str) -> Check:
    def objection(found: Sequence[str]) -> str | None:
        labels = rulebook().codes_of(f"history_{name}")
        chosen = "、".join(labels.get(one, one) for one in found)
        label = field_texts("history", name).label
        return _sentence("history_one").format(field=label, chosen=chosen) if len(found) > 1 else None

    return objection


REQUEST = (
    FormField("method", "texts", codes="history_method",
              check=lambda found: _sentence("history_file") if "bureau_file" in found else None),
    FormField("data_type", "one", *texts_of("history", "data_type"),
              preset=DETAILS, codes="history_data_type", check=_one("data_type"),
              option=Option("--type", "form_options.history_data_type", "placeholders.data_type")),
    FormField("channel", "one", *texts_of("history", "channel"),
              preset="leqi", codes="history_channel", check=_one("channel"),
              option=Option("--channel", "form_options.history_channel", "placeholders.channel")),
    FormField("taxpayers", "texts", *texts_of("history", "taxpayers"), means=one_spelling,
              option=Option("--taxpayers", "form_options.history_taxpayers", "placeholders.taxpayers")),
    FormField("years", "texts", *texts_of("history", "years"),
              suggested=[str(year) for year in range(2021, 2036)],
              option=Option("--years", "form_options.history_years", "placeholders.years")),
    FormField("months", "texts", *texts_of("history", "months"),
              option=Option("--months", "form_options.history_months", "placeholders.months")),
    FormField("invoice_types", "texts", *texts_of("history", "invoice_types"),
              choices=lambda: history_types(rulebook()), means=_history_type,
              option=Option("--types", "form_options.history_types", "placeholders.types")),
)  # fmt: skip
"""导入方式 · 发票数据类型 · 下载通道 · 企业名称 · 开票日期 by year and by month · 发票种类"""
HISTORY = (
    *REQUEST,
    FormField("dry_run", "flag", *texts_of("history", "dry_run"), preset=True),
    FormField("auto_update", "texts", *texts_of("history", "auto_update"),
              choices=lambda: rulebook().codes_of("history_data_type")),
    FormField("batches", "texts", *texts_of("history", "batches")),
    run_day_field("history"),
)  # fmt: skip
"""The request, and what is done with it: a dry run, the monthly renewal, or batches that a command made."""


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """What is asked for: sales invoices of whole months, each tax number over one channel (税局下载)."""

    data_type: str
    taxpayers: tuple[tuple[Taxpayer, str], ...]
    months: tuple[date, ...]
    invoice_types: tuple[str, ...]
    notes: tuple[str, ...] = ()


def checked(
    form: Mapping[str, object], enterprise: Enterprise, book: RuleBook, allowed: Permissions, day: date, horizon: int
) -> HistoryRequest:
    """The request of a form, judged on `day` (Asia/Shanghai); `horizon` counts months (A-12).

    No channel: each tax number's own 收票通道. No types: all six. Raises BadInput with every problem at once
    (R250, R251, R260, R261, R269–R271, R290).
    """
    filled = fill(REQUEST, form)
    data_type = filled["data_type"] or DETAILS
    asked = months_asked(filled["years"], filled["months"], day, horizon, _sentence)
    filled.problems.extend(asked.problems)
    if not asked.months and not asked.problems:
        filled.problems.append(_sentence("history_dates"))
    taxpayers = _taxpayers(filled, enterprise, allowed, data_type)
    filled.refuse()
    types = tuple(
        code for code in history_types(book) if code in filled["invoice_types"] or not filled["invoice_types"]
    )
    return HistoryRequest(data_type, taxpayers, asked.months, types, asked.notes)


def access_objection(enterprise: Enterprise, taxpayer: Taxpayer, data_type: str, channel: str) -> str | None:
    """The key of the sentence that says why a channel cannot serve a tax number, or None (R260, R261, R290).

    乐企 needs the tax number's own 收票通道 to be 乐企; rpa needs a default 电子税局账号 of either business.
    """
    if channel not in ("leqi", "etax"):
        return "history_channel"
    if data_type == USAGE and channel != "leqi":
        return "history_usage_channel"
    if channel == "leqi":
        return None if enterprise.download_channel(taxpayer) == "leqi" else "history_leqi"
    own = (one for one in enterprise.accounts.values() if one.taxpayer_no == taxpayer.taxpayer_no)
    return None if any(one.is_default for one in own) else "history_account"


def _taxpayers(
    filled: Filled, enterprise: Enterprise, permissions: Permissions, data_type: str
) -> tuple[tuple[Taxpayer, str], ...]:
    """企业名称: those that are there, permitted, and served by the channel."""
    if not filled["taxpayers"]:
        filled.problems.append(_sentence("history_taxpayers"))
    found = []
    for number in filled["taxpayers"]:
        taxpayer = enterprise.taxpayers.get(number)
        if taxpayer is None:
            filled.problems.append(f"{number}: {_sentence('history_unknown')}")
            continue
        chosen = filled["channel"] or enterprise.download_channel(taxpayer)
        refusal = permissions.objection(RIGHT, taxpayer.org_code)
        refusal = refusal or access_objection(enterprise, taxpayer, data_type, chosen)
        if refusal:
            filled.problems.append(f"{number} {taxpayer.name}: {_sentence(refusal)}")
        found.append((taxpayer, chosen))
    return tuple(found)
