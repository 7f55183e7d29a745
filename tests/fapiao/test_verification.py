"""What the bureau is asked about an invoice: the number and the one value that its type is verified by."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fapiao.errors import QuotaSpent, Refused, TryLater
from fapiao.verification import Verification, question, verification_rules

PAPER = Verification(
    verification_id=1,
    claim_no=1,
    batch_no="B",
    direction="input",
    taxpayer_no="91310000MA1EXAMP07",
    document_key="3100171130-12345678",
    invoice_type="04",
    invoice_code="3100171130",
    invoice_no="12345678",
    etax_invoice_no=None,
    issue_date=date(2027, 1, 2),
    check_code="1234 5678 9012 3456 7890",
    amount=Decimal("100.00"),
    total_amount=Decimal("113.00"),
    goal="pool",
    org_code=None,
    channel="etax",
    attempts=0,
    polls=0,
)
DIGITS = "27442000000000654321"
DIGITAL = replace(
    PAPER, document_key=DIGITS, invoice_type="81", invoice_code=None, invoice_no=DIGITS, etax_invoice_no=DIGITS
)
ON_PAPER = replace(DIGITAL, invoice_code="044002700111", invoice_no="00000001")
NET, GROSS = {"invoiceAmount": "100.00", "checkCode": ""}, {"invoiceAmount": "113.00", "checkCode": ""}


def asked(row: Verification, invoice_type: str, **changed: object) -> dict[str, str]:
    """The question about a row as another type."""
    return dict(question(replace(row, invoice_type=invoice_type, **changed), verification_rules()))


@pytest.mark.parametrize(
    ("row", "types", "value"),
    [
        (PAPER, ("01", "02", "08", "03"), NET),
        (PAPER, ("15",), GROSS),
        (PAPER, ("04", "10", "11", "14"), {"invoiceAmount": "", "checkCode": "567890"}),
        (DIGITAL, ("81", "82", "8208", "51", "61", "83", "84"), GROSS),
        (ON_PAPER, ("85", "87"), NET),
        (ON_PAPER, ("88",), GROSS),
        (ON_PAPER, ("86",), {"invoiceAmount": "", "checkCode": "654321"}),
    ],
)
def test_every_type_has_its_own_value(row: Verification, types: tuple[str, ...], value: dict[str, str]) -> None:
    for invoice_type in types:
        found = asked(row, invoice_type)
        assert {name: found[name] for name in value} == value, invoice_type


def test_a_paper_is_asked_by_code_and_number_and_a_digital_one_by_its_20_digits() -> None:
    assert asked(PAPER, "01") | {"invoiceAmount": ""} == {
        "invoiceCode": "3100171130",
        "invoiceNo": "12345678",
        "invoiceDate": "2027-01-02",
        "checkCode": "",
        "invoiceAmount": "",
    }
    for row, invoice_type in ((DIGITAL, "81"), (ON_PAPER, "85"), (ON_PAPER, "88"), (DIGITAL, "03")):
        found = asked(row, invoice_type)
        assert (found["invoiceCode"], found["invoiceNo"]) == ("", DIGITS)


@pytest.mark.parametrize(
    ("invoice_type", "missing", "named"),
    [
        ("01", {"amount": None}, "amount"),
        ("81", {"total_amount": None}, "total_amount"),
        ("04", {"check_code": None}, "check_code"),
        ("04", {"check_code": "12345"}, "check_code"),
        ("01", {"issue_date": None}, "issue_date"),
        ("01", {"issue_date": None, "amount": None}, "issue_date, amount"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_asked(
    invoice_type: str, missing: dict[str, object], named: str
) -> None:
    with pytest.raises(Refused) as refused:
        asked(PAPER, invoice_type, **missing)
    assert refused.value.code == "VERIFY_KEY_MISSING"
    assert refused.value.text == f"查验要素不全：{PAPER.document_key} 缺少 {named}"


@pytest.mark.parametrize(
    ("invoice_type", "name"),
    [("customs", "海关缴款书"), ("withholding", "增值税代扣代缴完税凭证"), ("99", "99")],
)
def test_what_is_no_invoice_cannot_be_verified(invoice_type: str, name: str) -> None:
    with pytest.raises(Refused, match=f"发票类型“{name}”不支持查验"):
        asked(PAPER, invoice_type)


def test_mismatch_not_found_and_the_daily_limit_are_three_states_and_anything_else_is_a_failure() -> None:
    rules = verification_rules()
    found = {
        code: rules.state(error(code, "", ""))
        for error, code in (
            (Refused, "VERIFY_MISMATCH"),
            (Refused, "VERIFY_NOT_FOUND"),
            (QuotaSpent, "VERIFY_DAILY_LIMIT"),
            (Refused, "GATEWAY_PARAMETER"),
            (TryLater, "GATEWAY_HTTP"),
        )
    }
    assert found == {
        "VERIFY_MISMATCH": "mismatch",
        "VERIFY_NOT_FOUND": "not_found",
        "VERIFY_DAILY_LIMIT": "limit",
        "GATEWAY_PARAMETER": "failed",
        "GATEWAY_HTTP": "failed",
    }
    assert rules.daily == 5
