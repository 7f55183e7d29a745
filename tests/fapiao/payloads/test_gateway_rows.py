"""The gateway's numbers and codes lead to the same documents and types as those of 乐企."""

import pytest

from fapiao.identity import Identity, NoIdentity
from fapiao.payloads.gateway_rows import gateway_identity, gateway_type, refusal
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import load_fields, staged_columns
from fapiao.rules.book import rulebook
from pool_rows import KEY, context, full, header

GATEWAY = [kind for kind in load_fields().kinds.values() if kind.plane == "O"]


@pytest.mark.req("R064", "A-37")
@pytest.mark.parametrize("kind", [kind for kind in rulebook().invoice_types.values() if kind.piaozone])
def test_every_type_with_a_number_is_read_from_it(kind):
    digital = KEY if kind.code in {"85", "86", "87", "88"} else ""
    assert gateway_type({"invoiceType": kind.piaozone, "etaxInvoiceNo": digital}, "asked") == kind.code


@pytest.mark.req("R006", "R056")
def test_toll_invoices_are_told_by_the_special_element():
    assert gateway_type({"invoiceType": "26", "govInvoiceType": "82", "businessType": "08"}, "82") == "8208"
    assert gateway_type({"invoiceType": "26", "govInvoiceType": "82", "businessType": "03"}, "8208") == "82"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"invoiceType": "4", "govInvoiceType": "85"}, "85"),
        ({"invoiceType": 27, "govInvoiceType": ""}, "81"),
        ({"invoiceType": "27", "govInvoiceType": "31"}, "81"),
        ({"invoiceType": "26", "govInvoiceType": "32"}, "82"),
        ({"invoiceType": "21", "govInvoiceType": "17"}, "customs"),
        ({"invoiceType": "99"}, "piaozone-99"),
        ({"govInvoiceType": "89"}, "89"),
        ({}, "81"),
    ],
)
def test_the_bureaus_code_comes_first_and_an_unknown_one_stays_visible(row, code):
    assert gateway_type(row, "81") == code


PAPER = {"invoiceCode": "044001900111", "invoiceNo": "12345678"}


@pytest.mark.parametrize(
    ("kind", "row", "identity"),
    [
        ("81", {"invoiceNo": KEY}, Identity(KEY, None, KEY, KEY)),
        ("81", {"invoiceNo": "00000001", "invoiceCode": KEY[:12]}, Identity(KEY, None, KEY, KEY)),
        ("85", PAPER | {"etaxInvoiceNo": KEY}, Identity(KEY, "044001900111", "12345678", KEY)),
        ("87", {"invoiceNo": KEY}, Identity(KEY, None, KEY, KEY)),
        ("03", PAPER | {"etaxInvoiceNo": KEY}, Identity(KEY, "044001900111", "12345678", KEY)),
        ("85", PAPER, Identity("044001900111-12345678", "044001900111", "12345678")),
        ("10", PAPER, Identity("044001900111-12345678", "044001900111", "12345678")),
        ("89", {"invoiceNo": KEY}, Identity(KEY, None, KEY, KEY)),
        ("customs", {"customDeclarationNo": "531020241123456789—L01"}, Identity("531020241123456789-L01", invoice_no="531020241123456789-L01")),
    ],
)  # fmt: skip
def test_a_row_is_the_document_that_its_numbers_name(kind, row, identity):
    assert gateway_identity(row, kind) == identity


@pytest.mark.parametrize(
    ("kind", "row", "missing"),
    [
        ("01", {"invoiceNo": "12345678"}, "发票代码 (invoiceCode) is missing"),
        ("81", {"invoiceNo": " "}, "发票号码 (invoiceNo) is missing"),
        ("customs", {}, "海关缴款书号码 (customDeclarationNo) is missing"),
    ],
)
def test_a_row_without_its_number_says_which_field_is_missing(kind, row, missing):
    with pytest.raises(NoIdentity, match="missing") as refused:
        gateway_identity(row, kind)
    assert str(refused.value) == missing


@pytest.mark.parametrize(("code", "refused"), [("95001", True), ("0000", False), ("0", False), ("", False)])
def test_a_row_with_an_error_code_is_refused_in_the_bureaus_words(code, refused):
    assert refusal({"errorCode": code, "message": "税局请求异常"}) == ("税局请求异常 (95001)" if refused else None)
    assert refusal({"errorCode": code}) == ("errorCode 95001" if refused else None)


@pytest.mark.req("R093", "A-35")
@pytest.mark.parametrize("kind", GATEWAY, ids=lambda kind: kind.name)
def test_a_gateway_row_offers_only_what_the_channel_delivers_and_never_a_column_of_the_company(kind):
    fields = load_fields()
    offered = [name for name in staged_columns(kind.name) if name in fields.by_name and name != "document_key"]
    assert {fields.owner(name) for name in offered} <= {"bureau", "derived"}
    assert {"seller_bank", "drawer", "entry_status", "vat_usage", "org_code", "signed"}.isdisjoint(offered)


def staged(kind: str, row: dict[str, object]) -> dict[str, object]:
    found = translate(kind, [row], context())
    assert found.rejected == []
    return dict(zip(staged_columns(kind), found.documents[0], strict=True))


def test_the_customs_payments_of_a_mixed_page_are_told_from_its_invoices():
    row = {
        "invoiceType": "21",
        "customDeclarationNo": "531020241123456789-L01",
        "invoiceDate": "2027-01-03",
        "taxAmount": "5.00",
    }
    values = staged("gateway_header", row)
    assert (values["document"], values["invoice_type"], values["bureau_invoice_type"]) == ("customs", "customs", None)
    assert values["tax_amount"] == "5.00"


def test_the_first_field_that_says_something_counts_and_the_other_only_fills_in():
    assert staged("gateway_header", header(invoiceRiskLevel="正常", manageStatus="1"))["risk_status"] == "01"
    assert staged("gateway_header", header(invoiceRiskLevel="", manageStatus="1"))["risk_status"] == "02"
    assert staged("gateway_header", header(totalTaxAmount="", taxAmount="12.00"))["tax_amount"] == "12.00"


def test_an_amount_that_cannot_be_read_rejects_the_row_whichever_field_it_stands_in():
    found = translate("gateway_header", [header(totalTaxAmount="", taxAmount="壹")], context())
    assert [row.reason for row in found.rejected] == ["taxAmount is '壹': a number is expected."]


@pytest.mark.parametrize(("amount", "blue"), [("100.00", "Y"), ("-100.00", "N"), ("0.00", None), ("", None)])
def test_the_gateway_tells_red_from_blue_by_the_amount(amount, blue):
    assert staged("gateway_full", full(invoiceAmount=amount))["blue_invoice"] == blue
