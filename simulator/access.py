"""Who is let in, and to what: the platform's own checks before a service sees the request (protocols 5.1)."""

from collections.abc import Mapping
from datetime import date

from simulator.codes import PLATFORM
from simulator.companies import Company, Registry


class Turned(Exception):
    """The platform refuses; `code` is the httpStatusCode."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.text = PLATFORM[code]
        super().__init__(f"{code} {self.text}")


def using_unit(registry: Registry, headers: Mapping[str, str], ability: str, today: date) -> str:
    """The sydwptbh of an admitted call. Turned with 4054, 4055, 4033, 40321 or 4032 otherwise."""
    direct = headers.get("jrdwptbh", "")
    if not registry.knows_direct_unit(direct):
        raise Turned(4054)
    unit = headers.get("sydwptbh", "")
    companies = registry.of_unit(unit)
    if not companies:
        raise Turned(4055)
    for objection in (_of_direct_unit(companies, direct), _authorised(companies, today), _able(companies, ability)):
        if objection:
            raise Turned(objection)
    return unit


def service_named_twice(headers: Mapping[str, str], ability: str, service: str) -> None:
    """The optional headers nlbm and fwbm must not contradict the address: Turned with 4049."""
    for name, value in (("nlbm", ability), ("fwbm", service)):
        if headers.get(name, value) != value:
            raise Turned(4049)


def _of_direct_unit(companies: list[Company], direct: str) -> int | None:
    return None if any(company.jrdwptbh == direct for company in companies) else 4033


def _authorised(companies: list[Company], today: date) -> int | None:
    starts = [company.authorised_on for company in companies]
    return None if any(start is not None and start <= today for start in starts) else 40321


def _able(companies: list[Company], ability: str) -> int | None:
    return None if any(ability in company.abilities for company in companies) else 4032
