"""进项发票关键要素同步 (S0): a filled-in form becomes one request, or every sentence that speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fapiao.enterprise.objections import receiving_account
from fapiao.enterprise.organisation_tree import resolved
from fapiao.enterprise.records import Enterprise, Taxpayer
from fapiao.forms.items import items
from fapiao.forms.reading import Filled, fill
from fapiao.key_elements.fields import REQUEST
from fapiao.key_elements.rules import KeyElementRules
from fapiao.rules.book import RuleBook
from fapiao.texts.catalogue import sentence

ALL = "all"


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
    form: Mapping[str, object], enterprise: Enterprise, book: RuleBook, rules: KeyElementRules, day: date, surface: str
) -> KeyElements:
    """The request of a form, judged on `day` (Asia/Shanghai); what is not filled in takes its default (R032).

    `surface` is interactive for the form and api for the command: the manuals word refusals by it (A-17).
    Raises BadInput with every problem at once; nothing is created then (R010, R030, R037, R041).
    """
    filled = fill(REQUEST, rules.defaults(day) | {name: value for name, value in form.items() if items(value)})
    start, end = _days(filled, day)
    filled.problems.extend(_misfits(filled, book))
    taxpayer = _taxpayer(filled, enterprise, book, surface)
    filled.refuse()
    assert taxpayer is not None  # noqa: S101 without one there is a problem
    return KeyElements(
        org_code=filled["org"],
        taxpayer=taxpayer,
        channel=enterprise.download_channel(taxpayer),
        document=filled["document"],
        invoice_types=filled["invoice_types"],
        deduction_statuses=filled["deduction_statuses"],
        invoice_statuses=filled["invoice_statuses"],
        start=start,
        end=end,
        sync_type=rules.sync_type(start, end, day),
    )


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


def _days(filled: Filled, day: date) -> tuple[date, date]:
    """开票日期 from and to, in order and not after `day`, which also stands for one that cannot be read."""
    start, end = filled["date_from"] or day, filled["date_to"] or day
    if start > end:
        filled.problems.append(sentence("key_element_form.ends_before", end=end, start=start))
    if end > day:
        filled.problems.append(sentence("key_element_form.ends_later", end=end, day=day))
    return start, end


def _misfits(filled: Filled, book: RuleBook) -> Sequence[str]:
    """Filters that do not go together."""
    kinds = [book.invoice_types[code] for code in filled["invoice_types"]]
    if filled["document"] == "customs" and (kinds or filled["invoice_statuses"]):
        return [sentence("key_element_form.customs_filters")]
    return [
        sentence("key_element_form.not_selectable", type=kind.name)
        for kind in kinds
        if kind.document != "invoice" or not kind.deductible
    ]


def _taxpayer(filled: Filled, enterprise: Enterprise, book: RuleBook, surface: str) -> Taxpayer | None:
    """The taxpayer behind the one organisation that is asked for; problems where it may not be asked for."""
    organisations, numbers = items(filled["org"]), items(filled["taxpayer_no"])
    if len(organisations) != 1 or len(numbers) > 1:
        filled.problems.append(sentence("key_element_form.one_organisation"))
        return None
    taxpayer = filled.read(lambda: resolved(enterprise, organisations[0], next(iter(numbers), None)))
    if taxpayer and (objection := _objection(enterprise, taxpayer)):
        filled.problems.append(book.message(objection, surface))
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
