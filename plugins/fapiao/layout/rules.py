"""After which downloads layout files are asked for: include/rules/layout_files.yaml as records."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.paths import RULES
from fapiao.rules.readers import rule_rows
from fapiao.rules.rule_file import RuleRow

CHANNELS = ("etax", "leqi")
DOWNLOADS = ("input_full", "input_incremental")
_KEYS = ("channel", "download_types", "invoice_types", "countries", "needs_city", "invoices_per_task")


@dataclass(frozen=True, slots=True)
class LayoutRule:
    """What a channel's download must be, and the taxpayer must have, for its files to be asked for."""

    channel: str
    download_types: tuple[str, ...]
    invoice_types: tuple[str, ...]
    countries: tuple[str, ...]
    needs_city: bool
    invoices_per_task: int


@cache
def layout_rules(folder: Path = RULES) -> tuple[LayoutRule, ...]:
    """The rows of layout_files.yaml, one per channel. Raises RuleError with file and line."""
    return tuple(_rule(row) for row in rule_rows(folder / "layout_files.yaml", "layout_files", _KEYS, "channel"))


def _rule(row: RuleRow) -> LayoutRule:
    if row.number("invoices_per_task") == 0:
        raise row.refuse("invoices_per_task must be at least 1", "invoices_per_task")
    return LayoutRule(
        row.one_of("channel", CHANNELS),
        row.some_of("download_types", DOWNLOADS),
        row.texts("invoice_types"),
        row.texts("countries"),
        row.decided("needs_city"),
        row.number("invoices_per_task"),
    )


def layout_rule(channel: str, download_type: str, invoice_type: str) -> LayoutRule | None:
    """The rule under which a download causes a file task (R130, R132, R133); None where it causes none."""
    for rule in layout_rules():
        if rule.channel == channel and download_type in rule.download_types and invoice_type in rule.invoice_types:
            return rule
    return None
