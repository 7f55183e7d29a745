"""The list of 海关缴款书 that is selected from: what it is filtered by, and its rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from fapiao.identity import spelled

NO_PURPOSE, NOT_DEDUCTED = "0", "2"
"""抵扣用途: 值为空 (and the bureau's 0 默认), 不抵扣."""
Order = Literal["newest", "oldest"]
"""By 填发日期, and by tax number and 缴款书号码 within a day."""


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What the list shows; None is no condition. The defaults are S2's: 是否可抵扣=是，抵扣用途=不抵扣或值为空 (R173).

    Codes are those of statuses.yaml (selection_state, use_state, not_deductible_type), amounts 税款金额 in yuan, both
    bounds of a range are inside, dates are days in Asia/Shanghai, `tax_periods` are YYYYMM. `allowed` are the 核算组织
    that whoever asks may see (R150).
    """

    deductible: bool | None = True
    purposes: Sequence[str] | None = (NO_PURPOSE, NOT_DEDUCTED)
    organisations: Sequence[str] | None = None
    tax_organisations: Sequence[str] | None = None
    taxpayers: Sequence[str] | None = None
    document_keys: Sequence[str] | None = None
    selection_states: Sequence[str] | None = None
    use_states: Sequence[str] | None = None
    reasons: Sequence[str] | None = None
    tax_periods: Sequence[str] | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    allowed: Sequence[str] | None = None

    def values(self) -> dict[str, Any]:
        """The parameters of selection_list.sql."""
        values = asdict(self) | {"document_keys": self.document_keys and tuple(map(spelled, self.document_keys))}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


class PageKey(NamedTuple):
    """Where a row stands in the list; the next page begins behind it."""

    day: date
    taxpayer_no: str
    customs_no: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list (S2 §3.1); money in yuan, `selection_reason` is 不抵扣原因 1 to 5, `deduction_period` YYYYMM.

    `selection_state` and `use_state` are always a code; `listed_under` is the day it is ordered by.
    """

    taxpayer_no: str
    taxpayer_name: str | None
    customs_no: str
    collected_at: datetime
    listed_under: date
    issue_date: date | None
    face_tax_amount: Decimal | None
    effective_tax_amount: Decimal | None
    selection_state: str
    selection_reason: str | None
    selection_reason_text: str | None
    deduction_period: str | None
    deductible: bool | None
    deduction_purpose: str | None
    org_code: str | None
    org_name: str | None
    tax_org_code: str | None
    use_state: str
    entry_at: datetime | None
    entry_tax_amount: Decimal | None
    transfer_out_amount: Decimal | None
    transfer_out_reason: str | None
    voucher_no: str | None

    @property
    def place(self) -> PageKey:
        """Its place in either order."""
        return PageKey(self.listed_under, self.taxpayer_no, self.customs_no)


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some rows, and where the next page begins; None after the last one."""

    rows: Sequence[Listed]
    after: PageKey | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the whole filter: how many documents, and their 税款金额 in yuan."""

    documents: int
    tax_sum: Decimal
