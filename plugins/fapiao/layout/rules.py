"""After which downloads layout files are asked for: include/rules/layout_files.yaml as records."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from fapiao.rules.rule_file import RULES, Least1, RuleFile, RuleRow, RuleSections, Texts


class LayoutRule(RuleRow, frozen=True, kw_only=True):
    """What a channel's download must be, and the taxpayer must have, for its files to be asked for."""

    unique = ("channel",)
    channel: Literal["etax", "leqi"]
    download_types: Annotated[tuple[Literal["input_full", "input_incremental"], ...], Meta(min_length=1)]
    invoice_types: Texts = ()
    countries: Annotated[Texts, Meta(description="国家和地区 that must be filled in; empty: not looked at")] = ()
    needs_city: Annotated[bool, Meta(description="税局城市及编码 must be filled in")]
    invoices_per_task: Least1


class LayoutRules(RuleSections, frozen=True):
    """版式文件: after which downloads PDF, OFD and XML are fetched, and what must be filled in for it."""

    file = "layout_files.yaml"
    layout_files: tuple[LayoutRule, ...]


@cache
def layout_rules(folder: Path = RULES) -> tuple[LayoutRule, ...]:
    """The rows of layout_files.yaml, one per channel. Raises RuleError with file and line."""
    return RuleFile(LayoutRules, folder).content.layout_files


def layout_rule(channel: str, download_type: str, invoice_type: str) -> LayoutRule | None:
    """The rule under which a download causes a file task (R130, R132, R133); None where it causes none."""
    for rule in layout_rules():
        if rule.channel == channel and download_type in rule.download_types and invoice_type in rule.invoice_types:
            return rule
    return None
