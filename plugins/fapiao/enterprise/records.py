"""The enterprise basics as values: organisations, taxpayers, accounts, schemes, parameters, and all together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fapiao.calendar.frequency import Frequency

DEFAULT_FREQUENCY = Frequency().days
COLLECT_BY_LEQI = "rim_leqi_collect"
"""Parameter type: key = 税号, value 1 = 下票用乐企通道，勾选用电子税局通道 (R147)."""

ParameterKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """企业信息 of one 税号; `channel` is the 收票通道, `leqi_authorised_on` a day in Asia/Shanghai."""

    taxpayer_no: str
    name: str = ""
    org_code: str | None = None
    channel: str = ""
    company_type: str = "general"
    leqi_id: str | None = None
    leqi_authorised_on: date | None = None
    selection_channel: str | None = None
    country: str | None = None
    bureau_city_code: str | None = None
    bureau_city: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """数电账号 of a taxpayer; `account_type` is its 默认业务."""

    taxpayer_no: str
    account: str
    account_type: str = "receive"
    is_default: bool = False
    login: str = "manual"

    def serves(self, business: str) -> bool:
        """Whether the account is for the business, `receive` or `issue`."""
        return self.account_type in (business, "both")


@dataclass(frozen=True, slots=True)
class Scheme:
    """下载方案. `scopes` are pairs of (all | organisation | taxpayer, code); `invoice_types` are codes, never `all`.

    Both dates are issue dates in Asia/Shanghai and included; without an end date the scheme goes on.
    """

    name: str
    scopes: frozenset[tuple[str, str]] = frozenset()
    download_types: tuple[str, ...] = ()
    invoice_types: tuple[str, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    frequency: tuple[int, ...] = DEFAULT_FREQUENCY
    layout_files: bool = False
    status_mode: str = "update_only"
    enabled: bool = True

    def covers(self, taxpayer: Taxpayer) -> bool:
        """Whether the taxpayer is one of 适用组织."""
        names = {("all", ""), ("organisation", taxpayer.org_code or ""), ("taxpayer", taxpayer.taxpayer_no)}
        return not names.isdisjoint(self.scopes)


@dataclass(frozen=True, slots=True)
class Enterprise:
    """Everything that is saved, by key; deleted schemes are not among them. `parents` is 上级组织 by org_code."""

    organisations: Mapping[str, str | None] = field(default_factory=dict)
    taxpayers: Mapping[str, Taxpayer] = field(default_factory=dict)
    accounts: Mapping[tuple[str, str], Account] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    parameters: Mapping[ParameterKey, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)

    def organisation_rows(self) -> dict[str, tuple[str | None, str | None]]:
        """Name and parent of every organisation, as they are saved."""
        return {code: (name, self.parents.get(code)) for code, name in self.organisations.items()}

    def download_channel(self, taxpayer: Taxpayer) -> str:
        """The channel that downloads for the taxpayer, as the view enterprise.effective_channel has it (R147)."""
        by_leqi = self.parameters.get((COLLECT_BY_LEQI, taxpayer.taxpayer_no)) == "1"
        return "leqi" if by_leqi else taxpayer.channel
