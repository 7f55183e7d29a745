"""引入清单勾选规则 1 to 10 as include/rules/selection_lists.yaml has them (S2, R196 to R205, A-15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.paths import RULES
from fapiao.rules.book import rulebook
from fapiao.rules.readers import rule_rows
from fapiao.rules.records import DOCUMENTS
from fapiao.selection.answers import Action

ACTIONS: tuple[Action, ...] = ("select", "withdraw")
"""勾选 · 撤销勾选"""
COLUMNS = ("selection_state", "type", "amount_sign", "status", "risk_status")
WANTED = ("issue_date", "amount", "tax_amount")
MISSING, TWICE, NOT_IN_POOL, INCOMPLETE, TYPE = 1, 2, 3, 6, 7
"""Rules by the manual's number."""
_KEYS = ("number", "code", "message", "actions", "documents", "column", "allowed", "empty")
_SECTIONS = ("rules", "channels")


@dataclass(frozen=True, slots=True)
class ListRule:
    """One rule: its sentence, and where it has a `column`, which values of it pass; `empty` is what no value means."""

    number: int
    code: str
    message: str
    actions: tuple[str, ...]
    documents: tuple[str, ...]
    column: str | None
    allowed: tuple[str, ...]
    empty: str | None


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
    path, book = folder / "selection_lists.yaml", rulebook()
    rules: dict[int, ListRule] = {}
    for row in rule_rows(path, "rules", _KEYS, "code", _SECTIONS):
        number, message = row.number("number"), row.text("message")
        if number in rules:
            raise row.refuse(f"rule {number} stands here for the second time", "number")
        if (message, "import") not in book.messages:
            raise row.refuse(f"message {message!r} is not in messages.yaml for surface import", "message")
        column = row.one_of("column", COLUMNS) if row.optional("column") else None
        rules[number] = ListRule(
            number,
            row.text("code"),
            message,
            row.some_of("actions", ACTIONS),
            row.some_of("documents", DOCUMENTS),
            column,
            row.texts("allowed"),
            row.optional("empty"),
        )
    return ListRules(dict(sorted(rules.items())), _wanted(path))


def _wanted(path: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    rows = rule_rows(path, "channels", ("channel", "document", "columns"), ("channel", "document"), _SECTIONS)
    channels = rulebook().channels
    return {
        (row.one_of("channel", channels), row.one_of("document", DOCUMENTS)): row.some_of("columns", WANTED)
        for row in rows
    }
