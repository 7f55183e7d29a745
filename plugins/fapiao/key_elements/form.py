"""进项发票关键要素同步 (S0): a filled-in form becomes one request, or every sentence that speaks against it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from fapiao.enterprise.objections import receiving_account
from fapiao.enterprise.organisation_tree import resolved
from fapiao.enterprise.records import Enterprise, Taxpayer
from fapiao.errors import BadInput
from fapiao.form_items import items
from fapiao.key_elements.rules import FILTERS, KeyElementRules
from fapiao.rules.book import RuleBook
from fapiao.rules.invoice_types import InvoiceType

ALL = "all"
DOCUMENTS = ("invoice", "customs")
"""票据类型: 发票 (R012) · 海关缴款书 (R013)"""
_FORM = ("org", "taxpayer_no", *FILTERS)

Form = Mapping[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeyElements:
    """What is asked for: codes throughout, days of Asia/Shanghai, both included; an empty tuple asks for all."""

    org_code: str
    taxpayer: Taxpayer
    channel: str
    document: str
    invoice_types: tuple[str, ...]
    deduction_statuses: tuple[str, ...]
    invoice_statuses: tuple[str, ...]
    start: date
    end: date
    sync_type: str


@dataclass(frozen=True, slots=True)
class Search:
    """One header collection: the type its task row names, and what searchOpt says beyond it (protocols §4.02)."""

    invoice_type: str
    argument: Mapping[str, str]


def checked(
    form: Form, enterprise: Enterprise, book: RuleBook, rules: KeyElementRules, day: date, surface: str
) -> KeyElements:
    """The request of a form, judged on `day` (Asia/Shanghai); what is not filled in takes its default (R032).

    `surface` is interactive for the form and api for the command: the manuals word refusals by it (A-17).
    Raises BadInput with every problem at once; nothing is created then (R010, R030, R037, R041).
    """
    problems: list[str] = [f"{name!r} is no field of this form" for name in form if name not in _FORM]
    given = rules.defaults(day) | {name: value for name, value in form.items() if items(value)}
    read = _Reader(given, book, problems)
    document, types = read.document(), read.each("invoice_types", book.invoice_type)
    deductions = read.codes("deduction_statuses", "deduction_status")
    statuses = read.codes("invoice_statuses", "invoice_status")
    start, end = read.days(day)
    problems.extend(_misfits(document, types, statuses))
    taxpayer = _taxpayer(given, enterprise, book, surface, problems)
    if problems or taxpayer is None:
        raise BadInput(problems)
    return KeyElements(
        org_code=str(given["org"]).strip(),
        taxpayer=taxpayer,
        channel=enterprise.download_channel(taxpayer),
        document=document,
        invoice_types=tuple(kind.code for kind in types),
        deduction_statuses=deductions,
        invoice_statuses=statuses,
        start=start,
        end=end,
        sync_type=rules.sync_type(start, end, day),
    )


def choices(book: RuleBook) -> dict[str, dict[str, str]]:
    """Code and label of everything the form offers, by field: only types that the bureau lets be selected."""
    documents = book.codes_of("document")
    types = {
        kind.code: kind.name for kind in book.invoice_types.values() if kind.document == "invoice" and kind.deductible
    }
    return {
        "document": {code: documents[code] for code in DOCUMENTS},
        "invoice_types": types,
        "deduction_statuses": book.codes_of("deduction_status"),
        "invoice_statuses": book.codes_of("invoice_status"),
    }


def searches(request: KeyElements, rules: KeyElementRules) -> list[Search]:
    """One collection per type asked, or one for all types of the document (R034)."""
    types = ("customs",) if request.document == "customs" else request.invoice_types or (ALL,)
    return [Search(code, _search(request, rules)) for code in types]


def _search(request: KeyElements, rules: KeyElementRules) -> dict[str, str]:
    """The gateway filters by one 发票状态 or none: several are asked for as all, whose statuses are as welcome."""
    wanted, statuses = request.deduction_statuses, request.invoice_statuses
    flags = {flag for code in wanted for flag in rules.flags[code]} if len(wanted) < len(rules.flags) else set()
    return {
        "authenticateFlags": ",".join(sorted(flags)),
        "invoiceStatus": statuses[0] if len(statuses) == 1 else "",
        "startTime": request.start.isoformat(),
        "endTime": request.end.isoformat(),
    }


class _Reader:
    """Reads the fields of a form and collects what is wrong with them."""

    def __init__(self, given: Form, book: RuleBook, problems: list[str]) -> None:
        self.given, self.book, self.problems = given, book, problems

    def each(self, name: str, read: Callable[[str], T]) -> tuple[T, ...]:
        """Every item of a list, each once."""
        found = []
        for item in items(self.given.get(name)):
            try:
                found.append(read(item))
            except BadInput as wrong:
                self.problems.extend(wrong.problems)
        return tuple(dict.fromkeys(found))

    def codes(self, name: str, kind: str) -> tuple[str, ...]:
        """The items of a list as codes of statuses.yaml, by code or label."""
        return self.each(name, lambda text: self.book.code(kind, text))

    def document(self) -> str:
        """票据类型: exactly one."""
        found = self.codes("document", "document")
        if len(found) == 1 and found[0] in DOCUMENTS:
            return found[0]
        self.problems.append("票据类型 is one of invoice 发票 and customs 海关缴款书")
        return ""

    def days(self, day: date) -> tuple[date, date]:
        """开票日期 from and to, in order and not after `day`."""
        start, end = self._day("date_from", day), self._day("date_to", day)
        if start > end:
            self.problems.append(f"开票日期 ends ({end}) before it starts ({start})")
        if end > day:
            self.problems.append(f"开票日期 ends on {end}, which is after {day}")
        return start, end

    def _day(self, name: str, day: date) -> date:
        text = str(self.given[name]).strip()
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems.append(f"{name} {text!r} is not a day: write it like 2026-01-05")
            return day


def _misfits(document: str, types: tuple[InvoiceType, ...], statuses: tuple[str, ...]) -> list[str]:
    """Filters that do not go together."""
    if document == "customs" and (types or statuses):
        return ["海关缴款书 has neither 发票类型 nor 发票状态: leave both empty"]
    return [
        f"{kind.name} is not among the invoices of 发票勾选确认, so it cannot be asked for here"
        for kind in types
        if kind.document != "invoice" or not kind.deductible
    ]


def _taxpayer(
    given: Form, enterprise: Enterprise, book: RuleBook, surface: str, problems: list[str]
) -> Taxpayer | None:
    """The taxpayer behind the one organisation that is asked for; problems where it may not be asked for."""
    organisations, numbers = items(given.get("org")), items(given.get("taxpayer_no"))
    if len(organisations) != 1 or len(numbers) > 1:
        problems.append("核算组织: name exactly one (and at most one tax number of it)")
        return None
    try:
        taxpayer = resolved(enterprise, organisations[0], numbers[0] if numbers else None)
    except BadInput as missing:
        problems.extend(missing.problems)
        return None
    objection = _objection(enterprise, taxpayer)
    if objection:
        problems.append(book.message(objection, surface))
    return taxpayer


def _objection(enterprise: Enterprise, taxpayer: Taxpayer) -> str | None:
    """The key of messages.yaml that says why this taxpayer may not be asked for: the first that holds."""
    channel = enterprise.download_channel(taxpayer)
    if channel == "leqi":
        return "key_element_leqi"
    if taxpayer.company_type == "small_scale":
        return "small_scale_download"
    able = channel == "soft_certificate" or (channel == "etax" and receiving_account(enterprise, taxpayer))
    return None if able else "key_element_access"
