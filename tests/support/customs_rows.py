"""海关缴款书 in the pool, merged as the gateway and 乐企 bring them, with what a test wants changed afterwards."""

from typing import Any

import psycopg
from psycopg import sql

from pool_rows import OWNER, context, merge


def number(count: int, letter: str = "L") -> str:
    """The n-th number: customs office, year, import, declaration, mark, tax letter, sequence (domain §1.5)."""
    return f"531020261{count:09d}-{letter}01"


def customs_document(count: int = 1, **changed: object) -> dict[str, object]:
    """A row of payload kind customs: what 乐企 says of a document."""
    return {
        "hgjkshm": number(count),
        "tfrq": "2026-11-05 00:00:00",
        "skje": "1300.00",
        "jkdwrnsrsbh": OWNER,
        "jkdwrnsrmc": "深圳某某贸易有限公司",
        "sfchsd": "N",
    } | changed


def customs_documents(pool: psycopg.Connection[Any], *rows: dict[str, object], owner: str = OWNER) -> None:
    """Merges documents of one company into the pool."""
    merge(pool, "customs", list(rows), context(invoice_type="customs", taxpayer_no=owner))


def set_columns(pool: psycopg.Connection[Any], key: str, **values: object) -> None:
    """Writes columns of a document, as an earlier download would have."""
    pairs = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in values.items())
    pool.execute(sql.SQL("UPDATE pool.document SET {} WHERE document_key = {}").format(pairs, key))


def organisation(pool: psycopg.Connection[Any], code: str, taxpayer_no: str, **columns: str) -> None:
    """A 核算组织 with one taxpayer."""
    pool.execute("INSERT INTO enterprise.organisation (org_code, org_name) VALUES (%s, %s)", [code, f"组织{code}"])
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel) VALUES (%s, %s, %s, %s)",
        [taxpayer_no, f"公司{code}", code, columns.get("channel", "leqi")],
    )
