"""What a status update may bring into the pool, by the mode of its scheme, and what waits in the cache until it is wanted."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from hooks.pool.merge import MergeContext
from hooks.pool.verification_cache import merge_from_cache
from pool_rows import KEY, OWNER, changes, context, counts, document, full, header, item, merge, on, stage

Pool = psycopg.Connection[Any]
RECEIVED = MergeContext("RECEIVED", "etax", "input", OWNER)


def hundred() -> list[dict[str, object]]:
    return [header(invoiceNo=f"{number:020d}", invoiceStatus="8") for number in range(100)]


@pytest.mark.req("R127", "R128", "G8", "A-48")
def test_of_a_hundred_downloaded_only_the_thirty_of_the_pool_change_and_none_is_added(pool: Pool):
    merge(pool, "gateway_header", [header(invoiceNo=f"{number:020d}") for number in range(30)])
    result = merge(pool, "gateway_header", hundred(), context(on("2027-01-06")), "B2", status_mode="update_only")
    assert counts(result) == {
        "downloaded": 100, "inserted": 0, "updated": 30, "unchanged": 0, "ignored": 70, "failed": 0
    }  # fmt: skip
    assert pool.execute("SELECT status, count(*) FROM pool.document GROUP BY 1").fetchall() == [("8", 30)]
    assert {row[:3] for row in changes(pool)} == {("status", "0", "8")}


@pytest.mark.req("R126")
def test_what_is_verified_first_is_handed_over_with_what_a_verification_asks_for(pool: Pool):
    made = stage(
        pool, "gateway_header", [header(invoiceType="26", govInvoiceType="82")], status_mode="verify_and_store"
    )
    assert made.merge().ignored == 1
    (wanted,) = made.to_verify
    assert (wanted.document_key, wanted.invoice_type, wanted.etax_invoice_no) == (KEY, "82", KEY)
    assert (wanted.issue_date, wanted.amount, wanted.tax_amount) == (
        date(2027, 1, 3),
        Decimal("100.00"),
        Decimal("13.00"),
    )


@pytest.mark.req("R126", "A-33", "A-47")
def test_once_verified_the_document_is_stored_with_the_statuses_that_waited(pool: Pool):
    waiting = header(invoiceType="26", govInvoiceType="82", authenticateFlag="1", taxPeriod="202701")
    merge(pool, "gateway_header", [waiting], status_mode="verify_and_store")
    face = full(invoiceType="26", govInvoiceType="82", checkStatus="1", items=[item()])
    merge(pool, "verified", [face], context(on("2027-01-06")), "VERIFY")
    assert merge_from_cache(pool, RECEIVED, [KEY]).updated == 1
    found = document(pool)
    assert (found["verify_source"], found["detail_level"], found["tax_period"]) == ("VERIFY_API", "full", "202701")
    assert (found["invoice_type"], found["selection_status"]) == ("82", "1")


@pytest.mark.req("R129")
def test_a_received_document_comes_out_of_the_cache_with_its_face_lines_and_statuses(pool: Pool):
    cache: dict[str, Any] = {"status_mode": "verify_to_cache"}
    merge(pool, "gateway_header", [header(authenticateFlag="1"), header(invoiceNo="2" * 20)], **cache)
    merge(
        pool, "verified", [full(checkStatus="1", items=[item(), item(2)])], context(on("2027-01-06")), "VERIFY", **cache
    )
    assert pool.execute("SELECT count(*) FROM pool.document").fetchone() == (0,)

    result = merge_from_cache(pool, RECEIVED, [KEY, "3" * 20])

    assert (result.downloaded, result.inserted, result.updated) == (2, 1, 1)
    found = document(pool)
    assert (found["selection_status"], found["verify_source"], found["detail_level"]) == ("1", "VERIFY_API", "full")
    assert found["first_collected_at"] == on("2027-01-06")
    assert pool.execute("SELECT count(*) FROM pool.line").fetchone() == (2,)
    assert pool.execute("SELECT document_key FROM pool.verification_cache").fetchall() == [("2" * 20,)]


@pytest.mark.req("R129")
def test_a_document_that_the_cache_does_not_know_stays_unknown(pool: Pool):
    assert merge_from_cache(pool, RECEIVED, [KEY]).downloaded == 0
    assert pool.execute("SELECT count(*) FROM pool.document").fetchone() == (0,)


@pytest.mark.req("R129", "A-36")
def test_the_cache_keeps_the_newest_answer(pool: Pool):
    for day, flag in (("2027-01-06", "1"), ("2027-01-05", "0")):
        merge(pool, "gateway_header", [header(authenticateFlag=flag)], context(on(day)), status_mode="verify_to_cache")
    merge_from_cache(pool, RECEIVED, [KEY])
    assert document(pool)["selection_status"] == "1"


@pytest.mark.req("R028", "R029")
def test_headers_that_nobody_verified_are_found_by_their_status(pool: Pool):
    merge(pool, "gateway_header", [header(), header(invoiceNo="2" * 20)])
    merge(pool, "gateway_full", [full(invoiceNo="2" * 20)], context(on("2027-01-06")))
    found = pool.execute("SELECT document_key FROM pool.document WHERE verification_status = '3'")
    assert found.fetchall() == [(KEY,)]
