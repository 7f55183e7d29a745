"""What a change of the basics touches: each by its name, with the 核算组织 whose right it takes."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from fapiao.enterprise.records import Enterprise, Scheme

Touched = tuple[str, str | None]
"""A name and a 核算组织; None where only a right everywhere will do."""
Key = TypeVar("Key")
Value = TypeVar("Value")


def touched(before: Enterprise, after: Enterprise) -> list[Touched]:
    """Everything that came, went or changed, as it was and as it is; parameters are everybody's."""
    return list(dict.fromkeys([*_said_otherwise(before, after), *_said_otherwise(after, before)]))


def _said_otherwise(here: Enterprise, there: Enterprise) -> Iterator[Touched]:
    names = _others(here.organisation_rows(), there.organisation_rows())
    yield from ((code, code) for code, _ in names)
    for number, taxpayer in _others(here.taxpayers, there.taxpayers):
        yield number, taxpayer.org_code
    for (number, account), _ in _others(here.accounts, there.accounts):
        yield f"{number} {account}", _of_taxpayer(number, here)
    for name, scheme in _others(here.schemes, there.schemes):
        yield from ((name, organisation) for organisation in _of_scheme(scheme, here))
    yield from ((" ".join(key), None) for key, _ in _others(here.parameters, there.parameters))


def _others(here: Mapping[Key, Value], there: Mapping[Key, Value]) -> Iterator[tuple[Key, Value]]:
    return ((key, value) for key, value in here.items() if key not in there or there[key] != value)


def _of_taxpayer(number: str, basics: Enterprise) -> str | None:
    taxpayer = basics.taxpayers.get(number)
    return taxpayer.org_code if taxpayer else None


def _of_scheme(scheme: Scheme, basics: Enterprise) -> Iterator[str | None]:
    """Whose it is: of 适用组织 as it was said; of everybody takes a right everywhere."""
    for kind, code in sorted(scheme.scopes):
        yield code if kind == "organisation" else _of_taxpayer(code, basics)
