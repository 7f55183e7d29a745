"""A template has the columns that its loader reads, and a line of explanations that no loader reads."""

import ast
import inspect
from types import ModuleType

import pytest

from fapiao.enterprise import accounts, entries, form, receipts, schemes, taxpayers
from fapiao.enterprise.kinds import COMMANDS
from fapiao.exports.templates import templates
from fapiao.permissions import grants
from fapiao.rules.templates import loaded_columns
from fapiao.selection import auto_rules, list_rows
from fapiao.tables.lines import REMARK, is_remark

LOADERS: dict[str, ModuleType] = {
    "taxpayers": taxpayers,
    "accounts": accounts,
    "schemes": schemes,
    "entries": entries,
    "rights": grants,
    receipts.SHEET: receipts,
    list_rows.SHEET: list_rows,
    "auto_rules": auto_rules,
}
READS = {"given", "items", "text", "needed", "number", "read", "day", "code", "needed_code", "flag", "needed_each"}
"""What a loader calls with the name of a column."""
TABLES = [(name, table) for name, template in templates().items() for table in template.tables]


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_a_table_has_the_columns_that_its_loader_allows_in_their_order(name: str, table: str) -> None:
    allowed = list_rows.COLUMNS if table == list_rows.SHEET else loaded_columns(table)
    assert tuple(column.name for column in templates()[name].columns(table)) == allowed


@pytest.mark.parametrize("table", LOADERS)
def test_a_loader_reads_every_column_of_its_template_and_no_other(table: str) -> None:
    nodes = [node for one in (LOADERS[table], form) for node in ast.walk(ast.parse(inspect.getsource(one)))]
    written = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    read = {
        str(call.args[0].value)
        for call in calls
        if ast.unparse(call.func).startswith("form.") and call.func.attr in READS  # type: ignore[attr-defined]
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert {*loaded_columns(table)} <= written
    assert read - {"name"} <= {*loaded_columns(table)}, "form.py reads the column name for those that have one"


def test_everything_that_is_loaded_has_a_template() -> None:
    assert {table for _, table in TABLES} == set(LOADERS)
    assert set(COMMANDS) < set(LOADERS)


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_every_column_is_explained_and_kept_as_text(name: str, table: str) -> None:
    template = templates()[name]
    assert len(template.remark(table)) == len(template.columns(table))
    assert {column.cell for column in template.columns(table)} == {"text"}


def test_needed_columns_say_so() -> None:
    assert templates()["taxpayers"].remark("taxpayers")[0].startswith("#说明 必填；")


@pytest.mark.parametrize(("first", "remark"), [(REMARK, True), (" #说明 x", True), ("#1 方案", False), (5.0, False)])
def test_a_remark_is_known_by_its_first_cell(first: object, remark: bool) -> None:
    assert is_remark(first) is remark
