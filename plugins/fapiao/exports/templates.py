"""The empty tables of include/rules/templates.yaml: the loaders' own headings, and a line that explains them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.exports.columns import Column
from fapiao.paths import RULES
from fapiao.rules.readers import rule_rows
from fapiao.tables.lines import REMARK

_SECTIONS = ("templates", "columns")
_KEYS = ("template", "table", "column", "label", "required", "meaning")


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
    path = folder / "templates.yaml"
    rows = rule_rows(path, "templates", ("template", "label", "command"), "template", _SECTIONS)
    tables: dict[str, dict[str, dict[str, str]]] = {row.text("template"): {} for row in rows}
    for row in rule_rows(path, "columns", _KEYS, ("template", "table", "column"), _SECTIONS):
        columns = tables[row.one_of("template", tables)].setdefault(row.text("table"), {})
        need = "（必填）" if row.decided("required") else ""
        columns[row.text("column")] = f"{row.text('label')}{need}：{row.text('meaning')}"
    for row in rows:
        if not tables[row.text("template")]:
            raise row.refuse(f"{row.text('template')} has no columns")
    return {
        row.text("template"): Template(row.text("label"), row.text("command"), tables[row.text("template")])
        for row in rows
    }
