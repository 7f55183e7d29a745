"""Pages of the gateway: counted without being parsed, never taken for whole where rows are missing."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.channels.gateway.pages import UnreadablePage, read_page, rows_of
from fapiao.tasks import SHANGHAI

AT = datetime(2027, 1, 20, 9, tzinfo=SHANGHAI)


def body(rows: int, total: Any, **values: Any) -> bytes:
    """A page of that many rows."""
    head = {"pageNo": 1, "pageSize": 200, "totalElement": total, "totalPage": 1}
    return json.dumps(head | {"invoices": [{"invoiceNo": str(n)} for n in range(rows)]} | values).encode()


@given(st.integers(1, 700), st.sampled_from([50, 200]))
def test_a_series_ends_exactly_where_its_total_is_reached(total: int, size: int) -> None:
    read, page_no = 0, 0
    while True:
        page_no += 1
        rows = min(size, total - read)
        page = read_page("invoices", body(rows, total, pageNo=page_no, pageSize=size), page_no, AT)
        assert page
        read += page.row_count
        if page.last:
            break
    assert (read, page.announced, page.cursor) == (total, total, None)


@pytest.mark.parametrize("total", [0, "0"])
def test_a_total_of_nothing_is_an_empty_result(total: Any) -> None:
    assert read_page("invoices", body(0, total), 1, AT) is None


def test_failures_alone_are_not_an_empty_result() -> None:
    page = read_page("invoices", body(0, 0, fail=[{"errorCode": "P2201", "message": "x"}]), 1, AT)
    assert page
    assert (page.row_count, page.last) == (1, True)


def test_numbers_may_be_texts_and_lists_may_be_null() -> None:
    page = read_page("invoices", body(2, "2", pageNo="1", pageSize="200", fail=None), 1, AT)
    assert page
    assert (page.row_count, page.announced, page.last) == (2, 2, True)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (body(1, 1, pageNo=2), "page 1 was asked for, and page 2 came"),
        (body(1, "many"), "totalElement of the page is no number"),
        (body(1, None), "totalElement of the page is no number"),
        (body(1, 1, invoices={}), "invoices of the page is no list"),
        (b'{"invoices":[]}', "totalElement of the page is no number"),
        (b"[]", "not a JSON object"),
        (b'{"totalElement"', "not a JSON object"),
    ],
)
def test_a_page_that_is_not_what_was_promised_says_what_is_wrong(content: bytes, what: str) -> None:
    with pytest.raises(UnreadablePage, match=what):
        read_page("invoices", content, 1, AT)


def test_a_page_with_a_row_too_many_is_handed_over_for_the_merge_to_judge() -> None:
    page = read_page("invoices", body(3, 2), 1, AT)
    assert page
    assert (page.row_count, page.last) == (3, True)


@pytest.mark.finding("F03")
@pytest.mark.parametrize(("rows", "total", "last"), [(1, 2, True), (199, 401, False), (0, 401, True)])
def test_a_page_with_a_row_too_few_is_handed_over_and_one_without_rows_ends_the_series(
    rows: int, total: int, *, last: bool
) -> None:
    page = read_page("invoices", body(rows, total), 1, AT)
    assert page
    assert (page.row_count, page.announced, page.last) == (rows, total, last)


def test_failures_stand_on_every_page_and_count_once() -> None:
    fail = [{"invoiceNo": "9", "errorCode": "P6901", "message": "下载失败，请重试"}]
    first, second = (rows_of("invoices", body(2, 400, pageNo=number, fail=fail)) for number in (1, 2))
    assert (len(first), len(second), first[-1]) == (3, 2, fail[0])


def test_amounts_keep_every_digit_they_came_with() -> None:
    (row,) = rows_of("invoices", b'{"invoices":[{"a":1.10,"b":"1.10","c":7,"d":12345678901234567.89}]}')
    assert row == {"a": "1.10", "b": "1.10", "c": 7, "d": "12345678901234567.89"}
