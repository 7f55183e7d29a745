"""上查税号: the tax number an organisation resolves to, its own or that of the nearest organisation above it (R038)."""

from collections.abc import Iterator, Mapping

from fapiao.enterprise.records import Enterprise, Taxpayer
from fapiao.errors import BadInput
from fapiao.texts.catalogue import listed, sentence


def upwards(parents: Mapping[str, str], org_code: str) -> Iterator[str]:
    """The organisation and those above it, nearest first, each once."""
    seen: set[str] = set()
    current: str | None = org_code
    while current is not None and current not in seen:
        seen.add(current)
        yield current
        current = parents.get(current)


def circles(parents: Mapping[str, str], codes: Iterator[str]) -> list[str]:
    """Those of the organisations that stand above themselves."""
    return [code for code in codes if code in parents and code in upwards(parents, parents[code])]


def resolved(enterprise: Enterprise, org_code: str, taxpayer_no: str | None = None) -> Taxpayer:
    """The taxpayer that an organisation's downloads are made for.

    `taxpayer_no` chooses where the organisation holds several tax numbers. Raises BadInput with what is missing.
    """
    if org_code not in enterprise.organisations:
        raise BadInput([sentence("enterprise_files.unknown_organisation", code=org_code)])
    for code in upwards(enterprise.parents, org_code):
        own = [taxpayer for taxpayer in enterprise.taxpayers.values() if taxpayer.org_code == code]
        if own:
            return _one_of(own, code, taxpayer_no)
    raise BadInput([sentence("enterprise_files.no_number_above", code=org_code)])


def _one_of(own: list[Taxpayer], code: str, taxpayer_no: str | None) -> Taxpayer:
    found = [taxpayer for taxpayer in own if taxpayer_no in (None, taxpayer.taxpayer_no)]
    if len(found) == 1:
        return found[0]
    numbers = listed(sorted(taxpayer.taxpayer_no for taxpayer in own))
    if found:
        raise BadInput([sentence("enterprise_files.several_numbers", code=code, numbers=numbers)])
    raise BadInput([sentence("enterprise_files.number_of_another", number=taxpayer_no, code=code, numbers=numbers)])
