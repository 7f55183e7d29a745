"""The empty tables of include/rules/templates.yaml: the loaders' own headings, and a line that explains them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.exports.columns import Column
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text
from fapiao.tables.lines import REMARK


class TemplateRow(RuleRow, frozen=True):
    """What is handed out under a name, and the command that loads the filled file."""

    unique = ("template",)
    template: Text
    label: Text
    command: Text


class TemplateColumn(RuleRow, frozen=True):
    """A column of a table: its heading, and what explains it in the second line."""

    unique = (("template", "table", "column"),)
    template: Text
    table: Text
    column: Text
    label: Text
    required: bool
    meaning: Text


class Templates(RuleSections, frozen=True):
    """导入模板: one for everything that a command asks people to fill in."""

    file = "templates.yaml"
    templates: tuple[TemplateRow, ...]
    columns: tuple[TemplateColumn, ...]


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
    """Reads and checks the file once. Raises RuleError with file and line, for a template without columns too."""
    file = RuleFile(Templates, folder)
    tables: dict[str, dict[str, dict[str, str]]] = {row.template: {} for row in file.content.templates}
    file.known(file.content.columns, "template", tables)
    for row in file.content.columns:
        columns = tables[row.template].setdefault(row.table, {})
        columns[row.column] = f"{row.label}{'（必填）' if row.required else ''}：{row.meaning}"
    for template in file.content.templates:
        if not tables[template.template]:
            raise file.refuse(template, f"{template.template} has no columns")
    return {row.template: Template(row.label, row.command, tables[row.template]) for row in file.content.templates}
