"""What key_elements.yaml says: wire words of the form's choices, the conditions of 重置, the current tax period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from fapiao.paths import RULES
from fapiao.rules.readers import rule_rows
from fapiao.windows import month_end, month_start

FILTERS = ("document", "invoice_types", "deduction_statuses", "invoice_statuses", "date_from", "date_to")
"""票据类型 · 发票类型 · 抵扣状态 · 发票状态 · 开票日期"""
_SECTIONS = ("deduction_statuses", "defaults", "tax_period")
_DAYS = {"first_of_month": month_start, "today": lambda day: day}


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
    path = folder / "key_elements.yaml"
    flags = {
        row.text("code"): row.texts("flags")
        for row in rule_rows(path, "deduction_statuses", ("code", "flags"), "code", _SECTIONS)
    }
    (period,) = rule_rows(path, "tax_period", ("last_filing_day",), (), _SECTIONS)
    return KeyElementRules(flags, _conditions(path), period.number("last_filing_day"))


def _conditions(path: Path) -> dict[str, str]:
    found = {}
    for row in rule_rows(path, "defaults", ("field", "value"), "field", _SECTIONS):
        name = row.one_of("field", FILTERS)
        found[name] = row.one_of("value", _DAYS) if name.startswith("date_") else row.any_text("value")
    missing = [name for name in FILTERS if name not in found]
    if missing:
        raise row.refuse(f"defaults lack {', '.join(missing)}")
    return found
