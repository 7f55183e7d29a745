"""Which Airflow connections a form may name for the password of a file: those that are kept for nothing else."""

import pytest

from fapiao.forms.reading import fill
from fapiao.imports.requests import IMPORT


@pytest.mark.finding("F81")
@pytest.mark.parametrize("named", ["workbook_zip", "workbook_A1", " workbook_zip ", "", None])
def test_a_connection_of_workbooks_or_none_may_be_named(named: str | None) -> None:
    assert fill(IMPORT, {"password_connection": named}).problems == []


@pytest.mark.finding("F81")
@pytest.mark.parametrize(
    "named",
    ["leqi", "bureau_gateway", "invoice_pool", "workbook", "workbook_", "Workbook_zip", "my_workbook_zip",
     "workbook_a/../leqi", "workbook_a\nleqi", "workbook_" + "x" * 300],
)  # fmt: skip
def test_any_other_connection_is_refused_with_what_to_do(named: str) -> None:
    (problem,) = fill(IMPORT, {"password_connection": named}).problems
    assert "只能填写以 workbook_ 开头" in problem
    assert len(problem) < 300
