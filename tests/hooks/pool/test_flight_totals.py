"""The total of flight tickets is worked out again when its rule changes, and every change is told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import psycopg
import pytest

from fapiao.pool_columns.reading import load_fields
from hooks.pool import flight_totals
from hooks.pool.flight_totals import recompute_flight_totals
from pool_rows import changes, context, full, item, line, merge, on

Pool = psycopg.Connection[Any]
PARTS = {"ticketPrice": "480.00", "fuelSurcharge": "10.00", "airportConstructionFee": "50.00", "otherAmount": "0.00"}
DAYS = {"1" * 20: "2025-07-27", "2" * 20: "2025-07-28"}


def ticket(number: str, day: str, **changed: object) -> dict[str, object]:
    amounts = {"invoiceAmount": "540.00", "totalTaxAmount": "44.10", "totalAmount": "584.10"}
    said = {"invoiceType": "28", "govInvoiceType": "61", "invoiceNo": number, "invoiceDate": day}
    return full(**(said | amounts | PARTS | changed))


def totals(pool: Pool) -> dict[str, Decimal | None]:
    return dict(pool.execute("SELECT document_key, total_tax_incl_amount FROM pool.document").fetchall())


@pytest.mark.req("A-01", "G15")
def test_nothing_changes_while_the_rule_is_the_same(pool: Pool):
    rows = [ticket(number, day) for number, day in DAYS.items()]
    merge(pool, "gateway_full", [*rows, ticket("3" * 20, "2025-08-01", otherAmount="")])
    before = totals(pool)
    assert before == {"1" * 20: None, "2" * 20: Decimal("584.10"), "3" * 20: Decimal("584.10")}
    assert recompute_flight_totals(pool, "RULE", on("2027-01-07")) == 0
    assert totals(pool) == before


@pytest.mark.req("A-01", "R005")
def test_another_rule_reaches_the_tickets_that_are_there_and_leaves_a_change_row_each(pool: Pool, monkeypatch):
    merge(pool, "gateway_full", [ticket(number, day) for number, day in DAYS.items()])
    fields = load_fields()
    (rule,) = fields.tax_bureau_totals
    earlier = replace(
        fields, tax_bureau_totals=(msgspec.structs.replace(rule, version="2", from_issue_date=date(2025, 7, 1)),)
    )
    monkeypatch.setattr(flight_totals, "load_fields", lambda: earlier)
    assert recompute_flight_totals(pool, "RULE", on("2027-01-07")) == 1
    assert totals(pool)["1" * 20] == Decimal("584.10")
    assert changes(pool) == [("total_tax_incl_amount", None, "584.10", "RULE")]


@pytest.mark.req("A-01", "R004")
@pytest.mark.parametrize("kind", ["air", "gateway_full"])
def test_the_parts_are_kept_whether_they_come_as_fields_or_as_lines(pool: Pool, kind):
    names = {"票价": "480.00", "燃油附加费": "10.00", "民航发展基金": "50.00"}
    if kind == "air":
        lines = [line(number, xmmc=name, je=amount, se="0") for number, (name, amount) in enumerate(names.items(), 1)]
        row: dict[str, object] = {"fphm": "2" * 20, "kprq": "2025-07-28 08:00:00", "hjje": "540.00", "hjse": "44.10", "jshj": "584.10",
                                  "hwxx": lines}  # fmt: skip
    else:
        lines = [item(number, goodsName=name, amount=amount) for number, (name, amount) in enumerate(names.items(), 1)]
        row = ticket("2" * 20, "2025-07-28", items=lines) | dict.fromkeys(PARTS, "")
    merge(pool, kind, [row], context(invoice_type="61"))
    found = pool.execute("SELECT fare, fuel_surcharge, development_fund, other_charges FROM fapiao.invoice").fetchone()
    assert found == (Decimal("480.00"), Decimal("10.00"), Decimal("50.00"), None)
    assert totals(pool) == {"2" * 20: Decimal("584.10")}
    assert recompute_flight_totals(pool, "RULE", on("2027-01-07")) == 0
