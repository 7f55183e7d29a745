"""The empty tables of include/rules/templates.yaml: the loaders' own headings, and a line that explains them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.exports.columns import Column
from fapiao.rules.rule_file import RULES
from fapiao.rules.templates import template_file
from fapiao.tables.lines import REMARK


@dataclass(frozen=True, slots=True)
class Template:
    """What is handed out under a name: by table the column and its explanation, and the command that loads it."""

    label: str
    command: str
    tables: Mapping[str, Mapping[str, str]]

    def columns(self, table: str) -> list[Column]:
        """The columns of a table. All are text, so that Excel keeps every digit that somebody types."""
        return [Column(name, name, "text") for name in self.tables[table]]

    def remark(self, table: str) -> list[str]:
        """The line under the headings, which no loader reads."""
        first, *rest = self.tables[table].values()
        return [f"{REMARK} {first}", *rest]


@cache
def templates(folder: Path = RULES) -> dict[str, Template]:
    """The templates by name. Raises RuleError with file and line."""
    found = template_file(folder).content
    tables: dict[str, dict[str, dict[str, str]]] = {row.template: {} for row in found.templates}
    for row in found.columns:
        columns = tables[row.template].setdefault(row.table, {})
        columns[row.column] = f"{row.label}{'（必填）' if row.required else ''}：{row.meaning}"
    return {row.template: Template(row.label, row.command, tables[row.template]) for row in found.templates}
