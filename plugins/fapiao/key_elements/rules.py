"""What key_elements.yaml says: wire words of the form's choices, the conditions of 重置, the current tax period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from fapiao.rules.refusals import RowError, unknown
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text, Texts
from fapiao.windows import month_end, month_start

Filter = Literal["document", "invoice_types", "deduction_statuses", "invoice_statuses", "date_from", "date_to"]
_DAYS = {"first_of_month": month_start, "today": lambda day: day}


class DeductionStatus(RuleRow, frozen=True):
    """抵扣状态, and the authenticateFlags of the header collection that it is on the wire."""

    unique = ("code",)
    code: Text
    flags: Texts


class DefaultFilter(RuleRow, frozen=True):
    """What 重置 gives back for a field of the form; an empty value asks for all, a day is a word."""

    unique = ("field",)
    every = "field"
    field: Filter
    value: str

    def __post_init__(self) -> None:
        if self.field.startswith("date_") and self.value not in _DAYS:
            raise RowError(unknown("value", repr(self.value), _DAYS, listed=False), "value")


class FilingDay(RuleRow, frozen=True):
    """Up to which day of the month the month before is the current 税款所属期."""

    last_filing_day: Annotated[int, Meta(ge=1, le=28)]


class KeyElementSections(RuleSections, frozen=True):
    """进项发票关键要素同步: what the form's words are on the wire, and the conditions that 重置 gives back."""

    file = "key_elements.yaml"
    deduction_statuses: tuple[DeductionStatus, ...]
    defaults: tuple[DefaultFilter, ...]
    tax_period: Annotated[tuple[FilingDay, ...], Meta(min_length=1, max_length=1)]


@dataclass(frozen=True, slots=True)
class KeyElementRules:
    """`flags` are authenticateFlags by 抵扣状态; `conditions` the default filter, its days still as words."""

    flags: Mapping[str, tuple[str, ...]]
    conditions: Mapping[str, str]
    last_filing_day: int

    def defaults(self, day: date) -> dict[str, str]:
        """重置: the default conditions on `day` (Asia/Shanghai); an empty one asks for all (R032)."""
        words = dict(self.conditions)
        for name in ("date_from", "date_to"):
            words[name] = _DAYS[words[name]](day).isoformat()
        return words

    def sync_type(self, start: date, end: date, day: date) -> str:
        """同步类型 of a window of issue dates on `day`: of the current tax period or of history (A-38)."""
        filed = month_start(day) - timedelta(days=1) if day.day <= self.last_filing_day else day
        within = month_start(filed) <= start and end <= month_end(filed)
        return "current_period_input" if within else "history_period_input"


@cache
def key_element_rules(folder: Path = RULES) -> KeyElementRules:
    """Reads and checks key_elements.yaml once. Raises RuleError with file and line."""
    found = RuleFile(KeyElementSections, folder).content
    return KeyElementRules(
        {row.code: row.flags for row in found.deduction_statuses},
        {row.field: row.value for row in found.defaults},
        found.tax_period[0].last_filing_day,
    )
