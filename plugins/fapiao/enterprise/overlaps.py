"""What the schemes of one company may not do together: ask for the running month more often than the bureau allows."""

from collections.abc import Collection, Iterator, Mapping

from fapiao.calendar.frequency import MOST_DAYS, Frequency
from fapiao.enterprise.records import Enterprise, Scheme, Taxpayer
from fapiao.rules.book import RuleBook
from fapiao.texts.catalogue import listed, sentence

Asked = tuple[str, str]
"""A download type, and the code under which an invoice type is asked for: what the bureau counts by (R121)."""


def frequency_objections(
    enterprise: Enterprise, rules: RuleBook, taxpayers: Collection[str], schemes: Collection[str]
) -> Iterator[str]:
    """One sentence per set of schemes whose days of the running month are too many for one type (A-55).

    Looks at every company of the schemes named, and at the companies named.
    """
    channels = {rule.channel for rule in rules.calendar if rule.due == "frequency"}
    holding = schemes_by_scope(enterprise)
    seen: set[frozenset[str]] = set()
    for taxpayer in enterprise.taxpayers.values():
        found = schemes_of(taxpayer, holding)
        names = frozenset(found)
        touched = taxpayer.taxpayer_no in taxpayers or not names.isdisjoint(schemes)
        if touched and len(found) > 1 and names not in seen and enterprise.download_channel(taxpayer) in channels:
            seen.add(names)
            yield from _too_many(taxpayer, found, rules)


def schemes_by_scope(enterprise: Enterprise) -> dict[tuple[str, str], list[Scheme]]:
    """The enabled schemes by what they say of 适用组织."""
    holding: dict[tuple[str, str], list[Scheme]] = {}
    for scheme in enterprise.schemes.values():
        for scope in scheme.scopes if scheme.enabled else ():
            holding.setdefault(scope, []).append(scheme)
    return holding


def schemes_of(taxpayer: Taxpayer, holding: Mapping[tuple[str, str], list[Scheme]]) -> dict[str, Scheme]:
    """The schemes that cover a company, by name."""
    names = (("all", ""), ("organisation", taxpayer.org_code or ""), ("taxpayer", taxpayer.taxpayer_no))
    return {scheme.name: scheme for scope in names for scheme in holding.get(scope, ())}


def _too_many(taxpayer: Taxpayer, schemes: Mapping[str, Scheme], rules: RuleBook) -> Iterator[str]:
    wanted: dict[Asked, list[Scheme]] = {}
    for scheme in schemes.values():
        for asked in _asked(scheme, rules):
            wanted.setdefault(asked, []).append(scheme)
    reported: set[frozenset[str]] = set()
    for (_, code), together in wanted.items():
        names = frozenset(scheme.name for scheme in together)
        days = {day for scheme in together for day in Frequency.of(scheme.frequency).days}
        if len(days) > MOST_DAYS and names not in reported:
            reported.add(names)
            yield _sentence(
                taxpayer, together, days, rules.invoice_types[code].name if code in rules.invoice_types else code
            )


def _asked(scheme: Scheme, rules: RuleBook) -> Iterator[Asked]:
    kinds = [rules.invoice_types[code] for code in scheme.invoice_types]
    for direction in ("input", "output"):
        if f"{direction}_full" in scheme.download_types:
            yield from {(direction, kind.asked_of_leqi) for kind in kinds if direction in kind.directions}


def _sentence(taxpayer: Taxpayer, schemes: list[Scheme], days: set[int], kind: str) -> str:
    each = map(_with_days, sorted(schemes, key=lambda scheme: scheme.name))
    whose = {"number": taxpayer.taxpayer_no, "name": taxpayer.name}
    often = {"days": len(days), "most": MOST_DAYS, "kind": kind}
    return sentence("enterprise_files.too_many_days", schemes=listed(each), **whose, **often)


def _with_days(scheme: Scheme) -> str:
    return sentence("enterprise_files.scheme_days", name=scheme.name, days=Frequency.of(scheme.frequency))
