"""One call of plane O: the opened request, and the part of the bureau an operation may touch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from simulator.bureau import Bureau
from simulator.companies import Company
from simulator.gateway import parameters
from simulator.gateway.accounts import Account, AccountKey
from simulator.gateway.answers import Denied
from simulator.gateway.codes import ASK_FOR_LOGIN, ELSEWHERE, LOGIN_LOST, NOT_OFFERED, RPA_FILES, SMALL_SCALE
from simulator.gateway.credentials import TENANT_ID
from simulator.gateway.state import Gateway
from simulator.wire import Json


@dataclass(frozen=True, slots=True)
class Visit:
    """`base_url` is the address the client used, for links in replies."""

    bureau: Bureau
    service: str
    request: Json
    base_url: str

    @property
    def gateway(self) -> Gateway:
        """Tokens, accounts, tasks."""
        return self.bureau.gateway

    @property
    def now(self) -> datetime:
        """The simulator's instant, Asia/Shanghai."""
        return self.bureau.clock.now()

    @property
    def today(self) -> date:
        """The simulator's day."""
        return self.now.date()

    def company(self, name: str = "taxNo") -> Company:
        """The taxpayer a parameter names; 1130 for one that is not in the tenant."""
        tax_no = parameters.text(self.request, name)
        company = self.bureau.registry.get(tax_no)
        if company is None:
            raise Denied(ELSEWHERE, f"税号:{tax_no},不在租户:{TENANT_ID} 范围内")
        return company

    def company_on(self, channels: Collection[str], code: str = NOT_OFFERED, text: str = "") -> tuple[Company, str]:
        """The taxpayer and the first of its channels that is one of these; refused with `code` where none is."""
        company = self.company()
        channel = next((channel for channel in company.channels if channel in channels), None)
        if channel is None:
            raise Denied(code, text and f"税号:{company.nsrsbh},{text}")
        return company, channel

    def general_company_on(self, channels: Collection[str], text: str = "") -> tuple[Company, str]:
        """The same, refused with P1201 for 小规模纳税人."""
        company, channel = self.company_on(channels)
        if company.small_scale:
            raise Denied(SMALL_SCALE, text)
        return company, channel

    def account(self, company: Company, channel: str) -> AccountKey | None:
        """The login that works for a company on a channel; None where the channel needs none."""
        if channel not in RPA_FILES:
            return None
        if company.receiving is None:
            raise Denied(LOGIN_LOST, ASK_FOR_LOGIN)
        return company.receiving

    def logged_in(self, company: Company, channel: str, text: str = "") -> None:
        """91300 unless the company's login is there, or logs in by itself; channels without accounts always are."""
        key = self.account(company, channel)
        if key is not None and not self.login(key).ready(self.now, self.gateway.settings):
            raise Denied(LOGIN_LOST, text)

    def login(self, key: AccountKey) -> Account:
        """The account of a key."""
        return self.gateway.accounts.get(key)
