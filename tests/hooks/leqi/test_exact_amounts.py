"""Amounts that come as JSON numbers reach the pool digit by digit, over both planes, and so do kept replies."""

import gzip
import json
from base64 import b64encode
from typing import Any

import psycopg
import pytest

from fapiao.channels.gateway import pages as gateway_pages
from fapiao.channels.leqi import pages as leqi_pages
from fapiao.channels.leqi.services import INVOICE_APPLY
from fapiao.payloads.kinds import payload_kind
from hooks.bureau.connection import BureauConnection
from hooks.leqi.wire import LeqiWire
from hooks.queues.verifications import answer
from one_answer_server import one_answer
from pool_rows import DIGITAL, KEY, context, document, merge

AMOUNTS = ["9876543210123456.78", "0.07", "1234567.10", "-9007199254740993.01"]


def as_number(row: dict[str, Any], name: str, number: str) -> str:
    """JSON with that number, not one that Python has rounded."""
    return json.dumps(row | {name: "@"}, ensure_ascii=False).replace('"@"', number)


@pytest.mark.finding("F12")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_of_leqi_is_stored_as_it_was_written(pool: psycopg.Connection, amount: str):
    array = f"[{as_number(DIGITAL, 'hjje', amount)}]"
    reply = json.dumps({"returncode": "00", "sjl": b64encode(gzip.compress(array.encode())).decode()})
    rows = leqi_pages.rows_of("input_full", "history_input", reply.encode())
    merge(pool, payload_kind("invoice", "81", "input_full"), rows)
    assert str(document(pool)["amount"]) == amount


@pytest.mark.finding("F12")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_of_the_gateway_is_stored_as_it_was_written(pool: psycopg.Connection, amount: str):
    row = {"invoiceNo": KEY, "govInvoiceType": "81", "invoiceDate": "2027-01-03", "items": [{"seq": 1, "amount": "@"}]}
    line = as_number(row, "invoiceAmount", amount)
    rows = gateway_pages.rows_of("invoices", f'{{"pageNo":1,"invoices":[{line}]}}'.encode())
    merge(pool, "gateway_full", rows, context())
    stored = pool.execute("SELECT amount::text FROM pool.line").fetchall()
    assert (str(document(pool)["amount"]), stored) == (amount, [(amount,)])
    assert answer(line.encode())["invoiceAmount"] == amount


@pytest.mark.finding("F12")
def test_a_reply_in_clear_is_kept_with_the_digits_that_came():
    with one_answer() as bureau:
        wire = LeqiWire(BureauConnection("leqi", bureau.url, None, None, "JR", "", {"encryption": "off"}))
        bureau.body = (
            b'{"httpStatusCode":200,"body":{"Response":{"Data":{"returncode":"00","je":9876543210123456.78}}}}'
        )
        reply = wire.call(INVOICE_APPLY, "SY", {})
        wire.close()
    assert reply.raw == b'{"returncode":"00","je":9876543210123456.78}'
    assert str(reply.data["je"]) == "9876543210123456.78"
