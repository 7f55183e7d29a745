"""Schemes that can be saved and will never plan anything, and why: a warning, not an objection."""

from collections.abc import Collection, Iterator
from datetime import date

from fapiao.enterprise.records import Enterprise, Scheme
from fapiao.rules.book import CalendarRule, RuleBook
from fapiao.rules.invoice_types import InvoiceType
from fapiao.texts.catalogue import sentence
from fapiao.windows import month_start

FURTHEST_BACK = 3
"""Months before the running one that a window of the calendar reaches (未勾选数据初始化)."""


def idle_warnings(enterprise: Enterprise, rules: RuleBook, schemes: Collection[str], day: date) -> Iterator[str]:
    """One sentence per enabled scheme among these that plans nothing from `day` (Asia/Shanghai) on."""
    for name in schemes:
        scheme = enterprise.schemes[name]
        why = _why_idle(enterprise, rules, scheme, day) if scheme.enabled else None
        if why:
            yield sentence("enterprise_files.idle", name=name, why=why)


def _why_idle(enterprise: Enterprise, rules: RuleBook, scheme: Scheme, day: date) -> str | None:
    channels = {
        enterprise.download_channel(taxpayer) for taxpayer in enterprise.taxpayers.values() if scheme.covers(taxpayer)
    }
    if not channels:
        return sentence("enterprise_files.idle_nobody")
    if scheme.end_date and scheme.end_date < month_start(day, FURTHEST_BACK):
        return sentence("enterprise_files.idle_ended", end=scheme.end_date)
    kinds = [rules.invoice_types[code] for code in scheme.invoice_types]
    served = [rule for rule in rules.calendar if rule.channel in channels and _downloads(rule, scheme)]
    names = "、".join(rules.channels[channel].label for channel in sorted(channels))
    if not served:
        labels = rules.codes_of("download_type")
        types = "、".join(labels[one] for one in scheme.download_types)
        return sentence("enterprise_files.idle_download", channels=names, types=types)
    if not any(_fits(rule, kind, scheme) for rule in served for kind in kinds):
        return sentence("enterprise_files.idle_types", channels=names)
    return None


def _downloads(rule: CalendarRule, scheme: Scheme) -> bool:
    return any(_download_type(rule, direction) in scheme.download_types for direction in rule.documents)


def _fits(rule: CalendarRule, kind: InvoiceType, scheme: Scheme) -> bool:
    return (kind.deductible or not rule.deductible) and any(
        kind.document in documents
        and direction in kind.directions
        and _download_type(rule, direction) in scheme.download_types
        for direction, documents in rule.documents.items()
    )


def _download_type(rule: CalendarRule, direction: str) -> str:
    return f"{direction}_full" if rule.download == "full" else rule.download
