"""templates.yaml: the columns of every table that a command asks people to fill in, and their explanations."""

from functools import cache
from pathlib import Path

from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text


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


@cache
def template_file(folder: Path = RULES) -> RuleFile[Templates]:
    """Reads and checks the file once. Raises RuleError with file and line, for a template without columns too."""
    file = RuleFile(Templates, folder)
    file.known(file.content.columns, "template", [row.template for row in file.content.templates])
    for row in file.content.templates:
        if row.template not in {column.template for column in file.content.columns}:
            raise file.refuse(row, f"{row.template} has no columns")
    return file


def loaded_columns(table: str) -> tuple[str, ...]:
    """The columns that the loader of a table reads, in the order of its template."""
    return tuple(row.column for row in template_file().content.columns if row.table == table)
