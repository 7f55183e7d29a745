"""引入清单勾选规则 1 to 10 as include/rules/selection_lists.yaml has them (S2, R196 to R205, A-15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from fapiao.rules.book import rulebook
from fapiao.rules.records import ChannelCode, Document
from fapiao.rules.rule_file import RULES, Count, RuleFile, RuleRow, RuleSections, Text, Texts
from fapiao.selection.answers import Action

ACTIONS: tuple[Action, ...] = ("select", "withdraw")
"""勾选 · 撤销勾选"""
MISSING, TWICE, NOT_IN_POOL, INCOMPLETE, TYPE = 1, 2, 3, 6, 7
"""Rules by the manual's number."""


class ListRule(RuleRow, frozen=True):
    """One rule: its sentence, and where it has a `column`, which values of it pass; `empty` is what no value means."""

    unique = ("code", "number")
    number: Annotated[Count, Meta(description="The manual's; a row is told what it breaks in this order")]
    code: Text
    message: Annotated[Text, Meta(description="A key of messages.yaml with surface import")]
    actions: Annotated[tuple[Action, ...], Meta(min_length=1)]
    documents: Annotated[tuple[Document, ...], Meta(min_length=1)]
    column: Literal["selection_state", "type", "amount_sign", "status", "risk_status"] | None = None
    allowed: Texts = ()
    empty: Text | None = None


class WantedColumns(RuleRow, frozen=True):
    """Which columns a 勾选通道 wants of a document (rule 6); of a channel that is not here nothing is wanted."""

    unique = (("channel", "document"),)
    channel: ChannelCode
    document: Document
    columns: Annotated[tuple[Literal["issue_date", "amount", "tax_amount"], ...], Meta(min_length=1)]


class SelectionLists(RuleSections, frozen=True):
    """引入清单勾选规则: what of a list is refused before anything is submitted."""

    file = "selection_lists.yaml"
    rules: tuple[ListRule, ...]
    channels: tuple[WantedColumns, ...]


@dataclass(frozen=True, slots=True)
class ListRules:
    """The rules by the manual's number, in its order; `wanted` are the columns of rule 6 by channel and document."""

    rules: Mapping[int, ListRule]
    wanted: Mapping[tuple[str, str], tuple[str, ...]]

    def text(self, number: int) -> str:
        """The sentence of a rule, byte for byte."""
        return rulebook().message(self.rules[number].message, "import")


@cache
def list_rules(folder: Path = RULES) -> ListRules:
    """Reads and checks the file once. Raises RuleError with file and line, for a sentence that is not there too."""
    file, book = RuleFile(SelectionLists, folder), rulebook()
    for rule in file.content.rules:
        if (rule.message, "import") not in book.messages:
            sentence = f"message {rule.message!r} is not in messages.yaml for surface import"
            raise file.refuse(rule, sentence, "message")
    file.known(file.content.channels, "channel", book.channels)
    return ListRules(
        {rule.number: rule for rule in sorted(file.content.rules, key=lambda rule: rule.number)},
        {(row.channel, row.document): row.columns for row in file.content.channels},
    )
