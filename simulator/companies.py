"""Who may call: direct units (直连单位), using units (使用单位) and the taxpayers behind them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from simulator.codes import ABILITIES, GENERAL, INPUT, SMALL_SCALE

MIGRATION_YEARS = 2


@dataclass(frozen=True, slots=True)
class AccountLink:
    """A bureau account a company names: what it is for, and whether it is the default."""

    account: str
    account_type: str = "both"
    is_default: bool = True

    @property
    def receives(self) -> bool:
        """Whether it may download purchases (收票)."""
        return self.account_type in ("receive", "both")


@dataclass(frozen=True, slots=True)
class Company:
    """One taxpayer. `authorised_on` is the day its 乐企 authorisation began; None means it has none.

    `channels` are the ways it is seen; a company that is not on 乐企 has no using unit.
    """

    nsrsbh: str
    sydwptbh: str
    jrdwptbh: str
    name: str = "示例企业有限公司"
    authorised_on: date | None = None
    company_type: str = GENERAL
    abilities: tuple[str, ...] = ABILITIES
    migrated: bool = False
    quarterly: bool = False
    channels: tuple[str, ...] = ("leqi",)
    city_code: str = ""
    city: str = ""
    accounts: tuple[AccountLink, ...] = ()

    @property
    def receiving(self) -> tuple[str, str] | None:
        """(account, city) of the login that downloads for it: the default one for 收票, else the first such."""
        fit = sorted((link for link in self.accounts if link.receives), key=lambda link: not link.is_default)
        return (fit[0].account, self.city_code) if fit else None

    def link_of(self, key: tuple[str, str]) -> AccountLink | None:
        """What the company says of an account."""
        return next((link for link in self.accounts if (link.account, self.city_code) == key), None)

    @property
    def small_scale(self) -> bool:
        """小规模纳税人: has no deduction lists."""
        return self.company_type == SMALL_SCALE

    def covered_from(self, sjlx: str, today: date) -> date | None:
        """First issue date the bureau shows: authorisation, or two years back for purchases after data migration."""
        if self.authorised_on is None or not (self.migrated and sjlx == INPUT):
            return self.authorised_on
        return min(self.authorised_on, _years_before(today, MIGRATION_YEARS))


class Registry:
    """All seeded companies, by taxpayer number."""

    def __init__(self) -> None:
        self._companies: dict[str, Company] = {}

    def add(self, companies: Iterable[Company]) -> None:
        """Add or replace; a taxpayer number is one company."""
        self._companies.update((company.nsrsbh, company) for company in companies)

    def get(self, nsrsbh: str) -> Company | None:
        """The company of a taxpayer number."""
        return self._companies.get(nsrsbh)

    def of_unit(self, sydwptbh: str) -> list[Company]:
        """The taxpayers behind one using unit; several may share an id."""
        return [company for company in self if sydwptbh and company.sydwptbh == sydwptbh]

    def knows_direct_unit(self, jrdwptbh: str) -> bool:
        """Whether any company is connected through this direct unit."""
        return any(jrdwptbh and company.jrdwptbh == jrdwptbh for company in self)

    def __iter__(self) -> Iterator[Company]:
        return iter(self._companies.values())

    def clear(self) -> None:
        """Forget every company."""
        self._companies.clear()


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
