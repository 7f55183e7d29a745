"""数电 on paper: code and number in one answer, 20 digits in another, and one document in the pool all the same."""

from datetime import datetime
from itertools import permutations
from typing import Any

import psycopg
import pytest

from pool_rows import DIGITAL, KEY, OWNER, context, counts, document, line, merge

PAPER = {"code": "044001900111", "number": "12345678"}
PAPER_KEY = "044001900111-12345678"
FACE = DIGITAL | {"zzfpDm": PAPER["code"], "zzfphm": PAPER["number"], "fpmx": [line()]}
ITEM = {"invoiceType": "4", "invoiceDate": "2027-01-03", "buyerTaxNo": OWNER}
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "face": ("digital", FACE),
    "header by paper": (
        "gateway_header",
        ITEM | {"invoiceCode": PAPER["code"], "invoiceNo": PAPER["number"], "taxPeriod": "202701"},
    ),
    "header by digits": ("gateway_header", ITEM | {"invoiceNo": KEY, "selectTime": "2027-01-20 10:00:00"}),
    "listed by paper": (
        "unselected_invoice",
        {"fphm": PAPER["code"] + PAPER["number"], "zzfpDm": PAPER["code"], "zzfphm": PAPER["number"], "fplx": "85",
         "kprq": "20270103", "yxdkse": "13.00"},
    ),
    "risk by paper": ("risk", {"fpdm": PAPER["code"], "fphm": PAPER["number"], "ycpzzt": "03"}),
    "usage by digits": ("usage", {"fphm": KEY, "rzzt": "02"}),
}  # fmt: skip
BY_PAPER = {"header by paper", "listed by paper"}


def tellable(order: tuple[str, ...]) -> bool:
    """Whether the pool is told that both are one before it holds each by itself."""
    before = set(order[: order.index("face")])
    return not (before & BY_PAPER and "header by digits" in before)


def orders(*names: str) -> list[tuple[str, ...]]:
    return [order for order in permutations(names) if tellable(order)]


def asked(name: str, day: int) -> Any:
    return context(datetime.fromisoformat(f"2027-01-{day:02d}T09:00:00+08:00"), "85" if name == "face" else "01")


@pytest.mark.finding("F02")
@pytest.mark.parametrize(
    "order",
    [
        *orders("face", "header by paper", "header by digits"),
        *orders("face", "listed by paper", "usage by digits"),
        *orders("face", "risk by paper", "header by digits"),
        *orders("face", "header by paper", "risk by paper", "usage by digits")[::5],
    ],
    ids=", ".join,
)
def test_an_invoice_of_two_names_is_one_row_in_whatever_order_they_come(
    pool: psycopg.Connection, order: tuple[str, ...]
):
    for day, name in enumerate(order, start=5):
        kind, row = ANSWERS[name]
        merge(pool, kind, [row], asked(name, day))
    ((key,),) = pool.execute("SELECT document_key FROM pool.document").fetchall()
    found = document(pool, key)
    assert (found["etax_invoice_no"], found["invoice_code"], found["invoice_no"]) == (KEY, *PAPER.values())
    assert (found["invoice_type"], found["bureau_invoice_type"], found["detail_level"]) == ("85", "85", "full")
    wanted = {"header by paper": ("tax_period", "202701"), "risk by paper": ("risk_status", "03"),
              "usage by digits": ("entry_status", "02")}  # fmt: skip
    assert {name: found[wanted[name][0]] for name in order if name in wanted} == {
        name: wanted[name][1] for name in order if name in wanted
    }
    assert pool.execute("SELECT DISTINCT document_key FROM pool.line").fetchall() == [(key,)]
    assert pool.execute("SELECT count(*) FROM pool.orphan_status").fetchone() == (0,)
    faces = pool.execute("SELECT DISTINCT unnest(document_keys) FROM pool.sighting WHERE kind = 'digital'").fetchall()
    assert faces == [(key,)]


@pytest.mark.finding("F02")
def test_both_names_in_one_answer_are_one_document(pool: psycopg.Connection):
    by_paper = ITEM | {"invoiceCode": PAPER["code"], "invoiceNo": PAPER["number"]}
    result = merge(pool, "gateway_header", [by_paper | {"etaxInvoiceNo": KEY}, by_paper, ITEM | {"invoiceNo": KEY}])
    assert counts(result) == {"downloaded": 3, "inserted": 1, "updated": 0, "unchanged": 0, "ignored": 2, "failed": 0}
    assert document(pool, KEY)["document_key"] == KEY


def test_a_paper_number_of_another_company_or_document_is_left_alone(pool: psycopg.Connection):
    merge(pool, "digital", [FACE], asked("face", 5))
    other = ITEM | {"invoiceCode": PAPER["code"], "invoiceNo": "12345679"}
    merge(pool, "gateway_header", [other], asked("header", 6))
    whose = context(direction="output")
    merge(pool, "gateway_header", [ITEM | {"invoiceCode": PAPER["code"], "invoiceNo": PAPER["number"]}], whose)
    keys = pool.execute("SELECT direction, document_key FROM pool.document ORDER BY 1, 2").fetchall()
    assert keys == [("input", f"{PAPER['code']}-12345679"), ("input", KEY), ("output", PAPER_KEY)]
