"""What rows ask of the gateway, type by type and month by month, and how their rows are told apart."""

from datetime import date

import pytest

from asked_of_leqi import asked
from fapiao.channels.gateway import questions
from fapiao.channels.gateway.reading import GATEWAY
from fapiao.channels.gateway.types import asked_types
from fapiao.errors import FapiaoError, Refused
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


def judged(row: dict[str, str], channel: str = "etax", **values: object) -> tuple[str, str] | None:
    """Counter and code under which a row is left out; None for one of the claim's own."""
    found = GATEWAY.aside(claimed(channel, **values), row)
    assert found is None or found.reason
    return (found.fate, found.code) if found else None


SIBLING, STRANGER, OTHER = ("ignored", "OTHER_TYPE"), ("failed", "WRONG_TYPE"), ("ignored", "OTHER_DOCUMENT")
TOLL = {"govInvoiceType": "82", "businessType": "08"}


@pytest.mark.finding("F01", "F04")
@pytest.mark.parametrize(
    ("code", "wanted", "row", "verdict"),
    [
        ("04", (), {"govInvoiceType": "04"}, None),
        ("04", (), {"govInvoiceType": "86"}, SIBLING),
        ("82", (), TOLL, None),
        ("82", ("82", "8208"), TOLL, None),
        ("82", ("82",), TOLL, SIBLING),
        ("82", ("8208",), TOLL, None),
        ("82", ("8208",), {"govInvoiceType": "82", "businessType": "16"}, SIBLING),
        ("8208", (), {"govInvoiceType": "82"}, SIBLING),
        ("04", (), {}, None),
        ("04", (), {"govInvoiceType": "77"}, None),
        ("04", (), {"govInvoiceType": "81"}, STRANGER),
        ("81", (), {"govInvoiceType": "81", "businessType": "08"}, None),
        ("all", (), {"govInvoiceType": "86"}, None),
        ("81", (), {"errorCode": "P1", "message": "x"}, ("failed", "BUREAU")),
    ],
)
def test_a_row_of_another_type_is_left_out_with_its_reason_and_what_nobody_knows_stays_visible(
    code: str, wanted: tuple[str, ...], row: dict[str, str], verdict: tuple[str, str] | None
) -> None:
    assert judged(row, invoice_type=code, wanted_types=wanted) == verdict


@pytest.mark.finding("F01")
@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({"govInvoiceType": "81"}, None),
        ({"govInvoiceType": "82"}, SIBLING),
        ({"govInvoiceType": "77"}, None),
        ({}, None),
        ({"invoiceType": "21", "customDeclarationNo": "1"}, OTHER),
    ],
)
def test_of_a_question_without_types_each_known_type_is_ignored_but_the_rows_own(
    row: dict[str, str], verdict: tuple[str, str] | None
) -> None:
    assert judged(row, "tax_disk", download_type="input_status", job="status_update") == verdict


def test_a_customs_document_is_never_taken_for_an_invoice_nor_an_invoice_for_one() -> None:
    customs, invoice = {"invoiceType": "21"}, {"invoiceType": "27", "govInvoiceType": "81"}
    assert judged(customs, document="customs", invoice_type="customs") is None
    assert judged(customs, invoice_type="all") == OTHER
    assert judged(invoice, document="customs", invoice_type="customs") == OTHER


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


@pytest.mark.finding("F01")
def test_a_reading_keeps_every_row_and_every_failure() -> None:
    body = b'{"pageNo":1,"invoices":[{"govInvoiceType":"04"},{"govInvoiceType":"86"}],"fail":[{"errorCode":"P1","message":"x"}]}'
    rows = GATEWAY.rows(claimed("etax", invoice_type="86"), body)
    assert [dict(row) for row in rows] == [
        {"govInvoiceType": "04"},
        {"govInvoiceType": "86"},
        {"errorCode": "P1", "message": "x"},
    ]
    assert GATEWAY.collected_on({"startTime": "2027-01-01"}) is None
