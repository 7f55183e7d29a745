"""A document that was booked to another 核算组织 is that organisation's, whatever its company is."""

from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from fapiao.enterprise.receipts import Receipt
from fapiao.errors import BadInput
from fapiao.queries import query
from fapiao.verification import Received
from hooks.enterprise.permissions import demand_rows, replace_grants
from hooks.enterprise.receipts import receive_documents
from operators.row_actions import void
from pool_rows import KEY, OWNER, digital, merge
from task_rows import put

Pool = psycopg.Connection[Any]
ORGANISATION = "您没有该核算组织的权限。"


@pytest.fixture
def booked(pool: Pool, pool_url: str) -> Pool:
    """A company of ORG1 with an invoice of ORG2 that waits for 查验; li may act in ORG1 alone, sun in ORG2 alone."""
    for code in ("ORG1", "ORG2"):
        pool.execute("INSERT INTO enterprise.organisation (org_code) VALUES (%s)", [code])
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel) VALUES (%s, '甲', 'ORG1', 'leqi')",
        [OWNER],
    )
    put(pool, "succeeded", batch_no="B", org_code="ORG1", taxpayer_no=OWNER, direction="input")
    merge(pool, "digital", [digital()], batch_no="B")
    pool.execute("UPDATE pool.document SET org_code = 'ORG2'")
    pool.execute(
        "INSERT INTO sync.verification (batch_no, direction, taxpayer_no, document_key, invoice_type, invoice_no, reason,"
        " org_code, created_by) VALUES ('V', 'input', %s, %s, '81', %s, 'received', 'ORG1', 'test')",
        [OWNER, KEY, KEY],
    )
    replace_grants(pool, [("li", "ORG1", "manager"), ("sun", "ORG2", "manager"), ("zhao", "*", "admin")], "zhao")
    pool.commit()
    return pool


@pytest.mark.finding("F43")
@pytest.mark.req("R150")
def test_its_verification_is_fetched_and_voided_by_that_organisation(booked: Pool) -> None:
    for act in (
        lambda: demand_rows(booked, "li", "poll", ["V"]),
        lambda: void(booked, "li", ["V"], "why"),
    ):
        with pytest.raises(BadInput) as refused:
            act()
        assert refused.value.problems == [f"V: {ORGANISATION}"]
    demand_rows(booked, "sun", "poll", ["V"])
    assert [one.batch_no for one in void(booked, "sun", ["V"], "why")] == ["V"]


@pytest.mark.finding("F43")
@pytest.mark.req("R150", "R129")
def test_it_is_handed_in_by_that_organisation(booked: Pool) -> None:
    booked.autocommit = True
    one = Receipt("row 1", Received("input", OWNER, KEY, "81", KEY, issue_date=date(2027, 1, 3)))
    found = {
        actor: [verdict.sentence for verdict in receive_documents(booked, [one], actor=actor, dry_run=True)]
        for actor in ("li", "sun", "zhao")
    }
    assert found["li"] == [f"row 1：{ORGANISATION}"]
    assert found["sun"] == found["zhao"]
    assert ORGANISATION not in found["zhao"][0]


@pytest.mark.finding("F43")
@pytest.mark.req("R150", "R318")
def test_what_a_download_brought_is_shown_document_by_document(booked: Pool) -> None:
    values = {"batches": ["B"], "taxpayer": None, "limit": 9}
    with booked.cursor(row_factory=dict_row) as cursor:
        for organisations, seen in ((["ORG1"], 0), (["ORG1", "ORG2"], 1), (None, 1)):
            rows = cursor.execute(query("log", "invoices"), values | {"organisations": organisations}).fetchall()
            assert len(rows) == seen, organisations
