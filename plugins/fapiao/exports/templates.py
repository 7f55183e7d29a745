"""The empty tables of include/rules/templates.yaml: headings and sheets in Chinese, and a line that explains them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.exports.columns import Column
from fapiao.rules.rule_file import RULES
from fapiao.rules.templates import TemplateColumn, template_file
from fapiao.tables.lines import REMARK


@dataclass(frozen=True, slots=True)
class Template:
    """What is handed out under a name: its tables and their columns, and the command that loads it."""

    label: str
    command: str
    sheets: Mapping[str, str]
    tables: Mapping[str, Sequence[TemplateColumn]]

    def columns(self, table: str) -> list[Column]:
        """The columns of a table. All are text, so that Excel keeps every digit that somebody types."""
        return [Column(row.column, row.label, "text") for row in self.tables[table]]

    def remark(self, table: str) -> list[str]:
        """The line under the headings, which no loader reads."""
        first, *rest = (f"{'必填；' if row.required else ''}{row.meaning}" for row in self.tables[table])
        return [f"{REMARK} {first}", *rest]


@cache
def templates(folder: Path = RULES) -> dict[str, Template]:
    """The templates by name. Raises RuleError with file and line."""
    found = template_file(folder).content
    columns: dict[str, dict[str, list[TemplateColumn]]] = {row.template: {} for row in found.templates}
    for column in found.columns:
        columns[column.template].setdefault(column.table, []).append(column)
    sheets = {row.table: row.label for row in found.tables}
    return {row.template: Template(row.label, row.command, sheets, columns[row.template]) for row in found.templates}
