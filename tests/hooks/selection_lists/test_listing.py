"""The list shows what can be selected, by S2's default and by every filter, page by page and as a workbook."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from customs_rows import customs_document, customs_documents, number, organisation, set_columns
from fapiao.rules.book import rulebook
from fapiao.selection.chosen import RequestedDocument, SelectionRequest
from fapiao.selection.form import SelectionForm
from fapiao.selection.listing import ListFilter, Order, Totals
from hooks.enterprise.permissions import permissions_of, replace_grants
from hooks.selection_lists.listing import export_list, list_page, list_totals
from operators.selections.requests import request_of_form
from pool_rows import OWNER, SELLER, digital, merge

Pool = psycopg.Connection[Any]
ALL = ListFilter(deductible=None, purposes=None)


@pytest.fixture
def pool(pool: Pool) -> Pool:
    """Documents 1 to 4 of ORG1, issued on the days 1 to 4, and document 5 of ORG2, issued on the fifth."""
    organisation(pool, "ORG1", OWNER)
    organisation(pool, "ORG2", SELLER)
    customs_documents(
        pool, *(customs_document(n, tfrq=f"2026-11-0{n} 00:00:00", skje=f"{n}00.00") for n in range(1, 5))
    )
    customs_documents(
        pool, customs_document(5, tfrq="2026-11-05 00:00:00", skje="500.00", jkdwrnsrsbh=SELLER), owner=SELLER
    )
    return pool


def listed(pool: Pool, wanted: ListFilter = ALL) -> list[int]:
    """Which documents the filter has, in the order of the list; its totals say the same."""
    rows = list_page(pool, wanted).rows
    expected = Totals(len(rows), sum((row.face_tax_amount or Decimal(0) for row in rows), Decimal(0)))
    assert list_totals(pool, wanted) == expected
    return [int(row.customs_no[9:18]) for row in rows]


@pytest.mark.req("R173")
def test_by_default_the_list_shows_what_is_deductible_and_is_used_for_nothing_or_not_deducted(pool: Pool) -> None:
    for n, purpose in enumerate(("1", "2", "3", "0"), 1):
        set_columns(pool, number(n), deduction_purpose=purpose)
    assert listed(pool, ListFilter()) == [5, 4, 2]
    pool.execute("UPDATE pool.document SET deductible = false WHERE document_key = %s", [number(2)])
    assert listed(pool, ListFilter()) == [5, 4]
    assert listed(pool) == [5, 4, 3, 2, 1]


@pytest.mark.req("R173")
def test_invoices_are_not_in_the_list(pool: Pool) -> None:
    merge(pool, "digital", [digital()])
    assert listed(pool) == [5, 4, 3, 2, 1]


@pytest.mark.req("R209", "R168", "R169")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"organisations": ["ORG2"]}, [5]),
        ({"organisations": ["ORG1", "ORG2"]}, [5, 4, 3, 2, 1]),
        ({"tax_organisations": ["ORG1"]}, [4, 3, 2, 1]),
        ({"taxpayers": [SELLER]}, [5]),
        ({"document_keys": [number(2), number(4)]}, [4, 2]),
        ({"use_states": ["1"]}, [5, 4, 3, 2]),
        ({"use_states": ["60"]}, [1]),
        ({"selection_states": ["0"]}, [5, 4, 3]),
        ({"selection_states": ["1", "4"]}, [2, 1]),
        ({"reasons": ["3"]}, [2]),
        ({"tax_periods": ["202610"]}, [1]),
        ({"issued_from": date(2026, 11, 2), "issued_to": date(2026, 11, 3)}, [3, 2]),
        ({"amount_from": Decimal(200), "amount_to": Decimal("400.00")}, [4, 3, 2]),
        ({"allowed": []}, []),
        ({"allowed": ["ORG2"], "organisations": ["ORG1"]}, []),
    ],
)
def test_every_filter_of_the_page_narrows_the_list(pool: Pool, wanted: dict[str, Any], found: list[int]) -> None:
    set_columns(pool, number(1), selection_status="4", use_state="60", tax_period="202610")
    set_columns(pool, number(2), selection_status="1", not_deductible_type="3")
    assert listed(pool, replace(ALL, **wanted)) == found


@pytest.mark.req("R150")
def test_whoever_was_granted_one_organisation_sees_its_documents_only(pool: Pool) -> None:
    replace_grants(pool, [("li", "ORG2", "auditor"), ("wang", "*", "auditor")], "admin")
    allowed = {name: permissions_of(pool, name).organisations("view") for name in ("li", "wang", "zhao")}
    assert {name: listed(pool, ListFilter(allowed=codes)) for name, codes in allowed.items()} == {
        "li": [5],
        "wang": [5, 4, 3, 2, 1],
        "zhao": [],
    }


@pytest.mark.parametrize(("order", "expected"), [("newest", [5, 4, 3, 2, 1]), ("oldest", [1, 2, 3, 4, 5])])
def test_pages_follow_each_other_without_a_gap_even_within_a_day(pool: Pool, order: Order, expected: list[int]) -> None:
    set_columns(pool, number(1), issue_date=None)
    set_columns(pool, number(4), issue_date=date(2026, 11, 3))
    found, after = [], None
    for _ in range(3):
        page = list_page(pool, ALL, after, limit=2, order=order)
        found += [int(row.customs_no[9:18]) for row in page.rows]
        after = page.after
    assert (found, after) == (expected, None)


@pytest.mark.req("R161", "R162", "R163", "R164", "R165")
def test_the_statuses_of_the_list_are_those_of_the_manual() -> None:
    labels = rulebook().codes_of("selection_state")
    assert "、".join(list(labels.values())[:5]) == "未勾选、预勾选、已勾选、已认证、扫描认证"
    assert labels.keys() == rulebook().codes_of("selection_status").keys()


@pytest.mark.req("A-10")
def test_one_code_has_the_word_of_each_manual_and_the_bureaus_own_status_its_own_column(pool: Pool) -> None:
    codes = rulebook().codes_of("selection_status")
    assert codes == {"0": "未勾选", "1": "已勾选", "2": "勾选认证", "3": "扫描认证", "4": "预勾选", "5": "勾选中"}
    set_columns(pool, number(1), selection_status="2", deduction_status="1")
    (shown,) = list_page(pool, replace(ALL, document_keys=[number(1)])).rows
    assert rulebook().codes_of("selection_state")[shown.selection_state] == "已认证"
    found = pool.execute(
        "SELECT fapiao.label('selection_status', selection_status), deduction_status FROM fapiao.invoice"
        " WHERE document_key = %s",
        [number(1)],
    ).fetchone()
    assert found == ("勾选认证", "1")
    assert {rulebook().words("selection_state").find(word) for word in ("已认证", "2")} == {"2"}


@pytest.mark.req("A-44")
def test_a_row_is_wished_for_with_the_reason_that_was_chosen_else_with_its_own(pool: Pool) -> None:
    set_columns(pool, number(5), not_deductible_type="2")
    own, form = RequestedDocument(SELLER, number(5), "2"), SelectionForm("not_deduct", [number(5)])
    assert request_of_form(pool, form, "interactive") == SelectionRequest("not_deduct", "interactive", [own])
    chosen = request_of_form(pool, replace(form, reason="5", reason_text="样品"), "interactive").chosen
    assert chosen == [RequestedDocument(SELLER, number(5), "5", "样品")]


@pytest.mark.req("R156", "R166")
@pytest.mark.finding("F62")
def test_the_list_is_written_to_a_workbook_with_its_numbers_as_text_and_its_codes_as_words(
    pool: Pool, tmp_path: Path
) -> None:
    set_columns(pool, number(5), selection_status="2", not_deductible_type="3", deduction_purpose="2")
    pool.commit()
    file = tmp_path / "list.xlsx"
    assert export_list(pool, file, ListFilter()) == 5
    sheet = load_workbook(file)["海关缴款书不抵扣勾选"]
    headings, first, *_ = sheet.iter_rows(values_only=True)
    row = dict(zip(headings, first, strict=True))
    assert (row["缴款书号码"], row["企业税号"], row["企业名称"]) == (number(5), SELLER, "公司ORG2")
    assert "填发日期" in row and "开票日期" not in row  # F62: the date of a 缴款书
    assert (row["票面税额"], row["勾选状态"], row["不抵扣原因"]) == (500, "已认证", "用于集体福利或者个人消费")
    assert (row["抵扣用途"], row["是否可抵扣"], row["使用状态"]) == ("不抵扣", "是", "未用")
