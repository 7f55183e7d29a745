"""海关缴款书 in the pool, merged as the gateway and 乐企 bring them, with what a test wants changed afterwards."""

from typing import Any

import psycopg

from pool_rows import OWNER, context, merge


def number(count: int, letter: str = "L") -> str:
    """The n-th number: customs office, year, import, declaration, mark, tax letter, sequence (domain §1.5)."""
    return f"531020261{count:09d}-{letter}01"


def paper(count: int = 1, **changed: object) -> dict[str, object]:
    """A row of payload kind customs: what 乐企 says of a paper."""
    return {
        "hgjkshm": number(count),
        "tfrq": "2026-11-05 00:00:00",
        "skje": "1300.00",
        "jkdwrnsrsbh": OWNER,
        "jkdwrnsrmc": "深圳某某贸易有限公司",
        "sfchsd": "N",
    } | changed


def papers(pool: psycopg.Connection[Any], *rows: dict[str, object], owner: str = OWNER) -> None:
    """Merges papers of one company into the pool."""
    merge(pool, "customs", list(rows), context(invoice_type="customs", taxpayer_no=owner))


def set_columns(pool: psycopg.Connection[Any], key: str, **values: object) -> None:
    """Writes columns of a document, as an earlier download would have."""
    pool.execute(
        "UPDATE pool.document SET (selection_status, deduction_purpose, not_deductible_type, tax_period, risk_status,"
        " tax_amount, issue_date, org_code, use_state, status, amount) = (SELECT r.selection_status,"
        " r.deduction_purpose, r.not_deductible_type, r.tax_period, r.risk_status, r.tax_amount, r.issue_date,"
        " r.org_code, r.use_state, r.status, r.amount FROM"
        " jsonb_populate_record(document, %(values)s) AS r) WHERE document_key = %(key)s",
        {"values": psycopg.types.json.Jsonb(values), "key": key},
    )


def organisation(pool: psycopg.Connection[Any], code: str, taxpayer_no: str, **columns: str) -> None:
    """A 核算组织 with one taxpayer."""
    pool.execute("INSERT INTO enterprise.organisation (org_code, org_name) VALUES (%s, %s)", [code, f"组织{code}"])
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel) VALUES (%s, %s, %s, %s)",
        [taxpayer_no, f"公司{code}", code, columns.get("channel", "leqi")],
    )
