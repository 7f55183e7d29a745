"""【导入】 of 历史发票数据同步 (S3 §3.3): one validation for the form in Airflow and for the command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from fapiao.enterprise.records import Enterprise, Taxpayer
from fapiao.errors import BadInput
from fapiao.form_items import items
from fapiao.history.months import months_asked
from fapiao.permissions.rules import Rights
from fapiao.rules.book import RuleBook
from fapiao.rules.invoice_types import InvoiceType

FIELDS = ("data_type", "method", "channel", "taxpayers", "years", "months", "invoice_types")
"""发票数据类型 · 导入方式 · 下载通道 · 企业名称 · 开票日期 by year and by month · 发票种类"""
DEFAULTS = {"data_type": "details", "method": "bureau_download"}
DETAILS, USAGE = "details", "usage"
RIGHT = "import"
"""导入: the button that makes import tasks, by a download and by a file alike (S3 §3.2)."""

Form = Mapping[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """What is asked for: sales invoices of whole months, each tax number over one channel (税局下载)."""

    data_type: str
    taxpayers: tuple[tuple[Taxpayer, str], ...]
    months: tuple[date, ...]
    invoice_types: tuple[str, ...]
    notes: tuple[str, ...] = ()


def checked(
    form: Form, enterprise: Enterprise, book: RuleBook, rights: Rights, day: date, horizon: int
) -> HistoryRequest:
    """The request of a form, judged on `day` (Asia/Shanghai); `horizon` counts months (A-12).

    No channel: each tax number's own 收票通道. No types: all six. Raises BadInput with every problem at once
    (R250, R251, R260, R261, R269–R271, R290).
    """
    reader = _Reader({**DEFAULTS, **{name: value for name, value in form.items() if items(value)}}, book)
    reader.problems.extend(f"{name!r} is no field of this form" for name in form if name not in FIELDS)
    data_type, channel = reader.data_type(), reader.channel()
    types = reader.types()
    asked = months_asked(reader.items("years"), reader.items("months"), day, horizon, reader.sentence)
    reader.problems.extend(asked.problems)
    if not asked.months and not asked.problems:
        reader.problems.append(reader.sentence("history_dates"))
    taxpayers = reader.taxpayers(enterprise, rights, data_type, channel)
    if reader.problems:
        raise BadInput(list(dict.fromkeys(reader.problems)))
    return HistoryRequest(data_type, taxpayers, asked.months, types, asked.notes)


def history_types(book: RuleBook) -> dict[str, str]:
    """Code and name of the six types that have a history (R271)."""
    return {kind.code: kind.name for kind in book.invoice_types.values() if kind.history}


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


class _Reader:
    """Reads the fields of a form and collects what is wrong with them."""

    def __init__(self, given: Form, book: RuleBook) -> None:
        self.given, self.book, self.problems = given, book, list[str]()

    def sentence(self, key: str) -> str:
        """What the form says."""
        return self.book.message(key, "interactive")

    def items(self, name: str) -> tuple[str, ...]:
        """The items of a field."""
        return items(self.given.get(name))

    def data_type(self) -> str:
        """发票数据类型; the method that is not a download is sent where it belongs."""
        if "bureau_file" in self._codes("method", "history_method"):
            self.problems.append(self.sentence("history_file"))
        return next(iter(self._codes("data_type", "history_data_type", one=True)), DETAILS)

    def channel(self) -> str | None:
        """下载通道, or None for each tax number's own."""
        return next(iter(self._codes("channel", "history_channel", one=True)), None)

    def types(self) -> tuple[str, ...]:
        """发票种类 in the order of the rules; a type without a history is named in the sentence of the manual."""
        known = history_types(self.book)
        found = {kind.code for kind in self._each("invoice_types", self._history_type)}
        return tuple(code for code in known if code in found or not found)

    def taxpayers(
        self, enterprise: Enterprise, rights: Rights, data_type: str, channel: str | None
    ) -> tuple[tuple[Taxpayer, str], ...]:
        """企业名称: those that are there, permitted, and served by the channel."""
        numbers = self.items("taxpayers")
        if not numbers:
            self.problems.append(self.sentence("history_taxpayers"))
        found = []
        for number in numbers:
            taxpayer = enterprise.taxpayers.get(number)
            if taxpayer is None:
                self.problems.append(f"{number}: {self.sentence('history_unknown')}")
                continue
            chosen = channel or enterprise.download_channel(taxpayer)
            refusal = rights.objection(RIGHT, taxpayer.org_code)
            refusal = refusal or access_objection(enterprise, taxpayer, data_type, chosen)
            if refusal:
                self.problems.append(f"{number} {taxpayer.name}: {self.book.message(refusal, 'interactive')}")
            found.append((taxpayer, chosen))
        return tuple(found)

    def _history_type(self, text: str) -> InvoiceType:
        kind = self.book.invoice_type(text)
        if not kind.history:
            raise BadInput([f"{kind.name}: {self.book.message('history_types', 'interactive')}"])
        return kind

    def _codes(self, name: str, kind: str, *, one: bool = False) -> tuple[str, ...]:
        found = self._each(name, lambda text: self.book.code(kind, text))
        if one and len(found) > 1:
            self.problems.append(f"{name}: {self.sentence('history_one')}（{', '.join(found)}）")
        return found

    def _each(self, name: str, read: Callable[[str], T]) -> tuple[T, ...]:
        found = []
        for item in self.items(name):
            try:
                found.append(read(item))
            except BadInput as wrong:
                self.problems.extend(wrong.problems)
        return tuple(found)
