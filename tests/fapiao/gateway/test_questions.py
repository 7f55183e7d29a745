"""What rows ask of the gateway, type by type and month by month, and how their rows are told apart."""

import json
from datetime import date

import pytest

from asked_of_leqi import asked
from fapiao.errors import FapiaoError, Refused
from fapiao.gateway import questions
from fapiao.gateway.reading import GATEWAY
from fapiao.gateway.types import asked_types, belongs, own_type
from stands import claimed

NUMBERS = {
    "10": "1", "08": "2", "04": "3", "86": "3", "01": "4", "85": "4", "11": "5", "03": "12", "87": "12", "15": "13",
    "88": "13", "14": "15", "82": "26", "8208": "26", "81": "27", "61": "28", "51": "29", "83": "83", "84": "84",
    "customs": "21", "withholding": None,
}  # fmt: skip


@pytest.mark.req("R064", "A-37")
@pytest.mark.parametrize(("code", "number"), NUMBERS.items())
def test_every_type_is_asked_for_under_its_number(code: str, number: str | None) -> None:
    assert asked_types("customs" if code == "customs" else "invoice", code) == number


def test_all_types_are_the_numbers_of_the_document() -> None:
    everything = (asked_types("invoice", "all") or "").split(",")
    assert set(everything) == set(NUMBERS.values()) - {None, "21"}
    assert len(everything) == len(set(everything))
    assert asked_types("customs", "all") == "21"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"govInvoiceType": "81"}, "81"),
        ({"govInvoiceType": "82", "businessType": "08"}, "8208"),
        ({"govInvoiceType": "82", "businessType": "16"}, "82"),
        ({"govInvoiceType": "81", "businessType": "08"}, "81"),
        ({"govInvoiceType": ""}, None),
        ({}, None),
    ],
)
def test_a_row_says_its_own_type(row: dict[str, str], code: str | None) -> None:
    assert own_type(row) == code


@pytest.mark.parametrize(
    ("code", "row", "kept"),
    [
        ("04", {"govInvoiceType": "04"}, True),
        ("04", {"govInvoiceType": "86"}, False),
        ("82", {"govInvoiceType": "82", "businessType": "08"}, False),
        ("8208", {"govInvoiceType": "82"}, False),
        ("04", {}, True),
        ("04", {"govInvoiceType": "77"}, True),
        ("04", {"govInvoiceType": "81"}, True),
        ("all", {"govInvoiceType": "86"}, True),
    ],
)
def test_only_a_sibling_of_the_same_number_is_left_to_its_own_row(code: str, row: dict[str, str], kept: bool) -> None:
    """What was not asked for and what nobody knows stays visible."""
    assert belongs("invoice", code, row) is kept


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"govInvoiceType": "81"}, True),
        ({"govInvoiceType": "82"}, False),
        ({"govInvoiceType": "77"}, True),
        ({}, True),
        ({"invoiceType": "21", "customDeclarationNo": "1"}, False),
    ],
)
def test_of_a_question_without_types_each_known_type_is_left_to_its_own_row(row: dict[str, str], kept: bool) -> None:
    claim = claimed("tax_disk", download_type="input_status", job="status_update")
    body = json.dumps({"pageNo": 1, "invoices": [row]}).encode()
    assert bool(GATEWAY.rows(claim, body)) is kept


def test_a_customs_document_is_never_taken_for_an_invoice_nor_an_invoice_for_one() -> None:
    customs, invoice = {"invoiceType": "21"}, {"invoiceType": "27", "govInvoiceType": "81"}
    assert belongs("customs", "customs", customs)
    assert not belongs("invoice", "all", customs)
    assert not belongs("customs", "customs", invoice)


def test_a_window_is_asked_month_by_month() -> None:
    request = asked(window_start=date(2026, 12, 5), window_end=date(2027, 2, 3))
    assert [tuple(part.values()) for part in questions.months(request)] == [
        ("2026-12-05", "2026-12-31"),
        ("2027-01-01", "2027-01-31"),
        ("2027-02-01", "2027-02-03"),
    ]


def test_a_full_download_without_days_is_no_question() -> None:
    with pytest.raises(FapiaoError):
        questions.months(asked(window_start=None))


def test_a_full_application_is_as_printed() -> None:
    request = asked("output_full", direction="output")
    assert questions.full(request, questions.months(request)[0]) == {
        "taxNo": request.taxpayer_no,
        "asyncFlag": "1",
        "inout": "2",
        "invoiceTypes": "27",
        "startTime": "2027-01-01",
        "endTime": "2027-01-19",
    }


@pytest.mark.req("A-50")
def test_a_type_without_number_is_refused_and_never_called_empty() -> None:
    with pytest.raises(Refused, match="导入税局文件") as refused:
        questions.numbers(asked(document="withholding", invoice_type="withholding"))
    assert refused.value.code == "NOT_OBTAINABLE"


def test_files_are_asked_for_by_the_number_of_the_type() -> None:
    rows = [
        {"invoiceType": code, "invoiceNo": "1", "invoiceDate": "2027-01-05"}
        for code in ("81", "82", "61", "51", "27", "1")
    ]
    found = questions.layout_files("T", rows)
    assert [row["invoiceType"] for row in found["invoices"]] == ["27", "26", "28", "29", "27", "1"]
    assert found["fileTypes"] == "pdf,ofd,xml"


@pytest.mark.parametrize(
    ("download_type", "document", "kind"),
    [
        ("input_full", "invoice", "gateway_full"),
        ("output_full", "invoice", "gateway_full"),
        ("input_status", "invoice", "gateway_header"),
        ("input_full", "customs", "gateway_customs_full"),
        ("input_status", "customs", "gateway_customs_header"),
    ],
)
def test_a_page_is_read_by_the_table_of_fields_of_its_interface(download_type: str, document: str, kind: str) -> None:
    assert GATEWAY.kind(claimed("etax", download_type=download_type, document=document)) == kind


def test_a_reading_takes_the_claims_own_rows_and_every_failure() -> None:
    body = b'{"pageNo":1,"invoices":[{"govInvoiceType":"04"},{"govInvoiceType":"86"}],"fail":[{"errorCode":"P1","message":"x"}]}'
    rows = GATEWAY.rows(claimed("etax", invoice_type="86"), body)
    assert [dict(row) for row in rows] == [{"govInvoiceType": "86"}, {"errorCode": "P1", "message": "x"}]
    assert GATEWAY.collected_on({"startTime": "2027-01-01"}) is None
