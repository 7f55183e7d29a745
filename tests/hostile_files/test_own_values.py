"""Every column of every table of people's own with values that no one should write: saved, or a sentence, never a trace."""

from pathlib import Path

import psycopg
import pytest

from customs_rows import customs_document, customs_documents, number, organisation
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from pool_rows import OWNER

pytestmark = [pytest.mark.finding("F20", "F75"), pytest.mark.slow]
GOOD: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "taxpayers": (
        ("taxpayers", "load"),
        {"taxpayer_no": OWNER, "name": "甲", "org_code": "ORG1", "org_name": "北京", "org_parent": "ORG0", "channel": "tax_disk",
         "company_type": "general", "leqi_id": "L1", "leqi_authorised_on": "2024-01-01", "country": "中国",
         "bureau_city_code": "3100", "bureau_city": "上海"},
    ),
    "accounts": (
        ("taxpayers", "load"),
        {"taxpayer_no": OWNER, "account": "1380", "account_type": "receive", "is_default": "true", "login": "auto"},
    ),
    "schemes": (
        ("schemes", "load"),
        {"name": "华北", "taxpayers": "ORG1", "download_types": "input_full", "invoice_types": "all", "start_date": "2026-01-01",
         "end_date": "2026-12-31", "frequency": "5", "layout_files": "true", "status_mode": "1", "enabled": "false"},
    ),
    "entries": (
        ("entries", "load"),
        {"taxpayer_no": OWNER, "document_key": number(1), "entry_status": "02", "entry_at": "2026-11-20", "entry_tax_amount": "1.00",
         "transfer_out_amount": "1.00", "transfer_out_reason": "x", "voucher_no": "1", "org_code": "ORG1"},
    ),
    "rights": (("rights", "load"), {"actor": "li", "org_code": "ORG1", "role": "admin"}),
    "received": (
        ("receive",),
        {"taxpayer_no": OWNER, "invoice_type": "81", "invoice_no": "27442000000000000001", "issue_date": "2026-01-03",
         "check_code": "1", "amount": "1.00", "total_amount": "1.00"},
    ),
}  # fmt: skip
VALUES = [
    "1" * 30,
    "1e400",
    "0001-01-01",
    "9999-12-31T23:59:59-08:00",
    "x" * 12_000,
    "\x01",
    "\U0001f600" * 400,
]
"""None of them holds what CSV would take apart."""
random_text = "".join(chr(0x4E00 + 7919 * place % 20_000) for place in range(450))


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, pool: psycopg.Connection, pool_url: str, tmp_path: Path) -> Path:
    """A pool with one company and one document."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    organisation(pool, "ORG1", OWNER)
    customs_documents(pool, customs_document(1))
    pool.commit()
    return tmp_path


@pytest.mark.parametrize("kind", GOOD)
def test_a_value_is_saved_or_refused_with_a_sentence(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words, good = GOOD[kind]
    wrong = {}
    for column in good:
        for value in [*VALUES, random_text]:
            file = folder / "x.csv"
            file.write_text(f"{','.join(good)}\n{','.join((good | {column: value}).values())}\n", encoding="utf-8")
            code = main([*words, str(file)])
            said = "".join(capsys.readouterr())
            if code not in (0, 1) or "failed unexpectedly" in said:
                wrong[column, value[:20]] = said[:300]
    assert wrong == {}
