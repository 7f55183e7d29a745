"""A template has the columns that its loader reads, and a line of explanations that no loader reads."""

import pytest

from fapiao.enterprise import receipts
from fapiao.enterprise.kinds import COLUMNS
from fapiao.exports.templates import templates
from fapiao.permissions import grants
from fapiao.selection import auto_rules, list_rows
from fapiao.tables.lines import REMARK, is_remark

LOADERS = COLUMNS | {
    "rights": grants.COLUMNS,
    receipts.SHEET: receipts.COLUMNS,
    list_rows.SHEET: list_rows.COLUMNS,
    "auto_rules": auto_rules.COLUMNS,
}
TABLES = [(name, table) for name, template in templates().items() for table in template.tables]


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_a_table_has_its_loaders_columns_in_their_order(name: str, table: str) -> None:
    assert tuple(column.name for column in templates()[name].columns(table)) == tuple(LOADERS[table])


def test_everything_that_is_loaded_has_a_template() -> None:
    assert {table for _, table in TABLES} == set(LOADERS)


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_every_column_is_explained_and_kept_as_text(name: str, table: str) -> None:
    template = templates()[name]
    assert len(template.remark(table)) == len(template.columns(table))
    assert {column.cell for column in template.columns(table)} == {"text"}


def test_needed_columns_say_so() -> None:
    assert templates()["taxpayers"].remark("taxpayers")[0].startswith("#说明 企业税号（必填）：")


@pytest.mark.parametrize(("first", "remark"), [(REMARK, True), (" #说明 x", True), ("#1 方案", False), (5.0, False)])
def test_a_remark_is_known_by_its_first_cell(first: object, remark: bool) -> None:
    assert is_remark(first) is remark
