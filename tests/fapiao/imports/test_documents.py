"""Rows into documents: header and lines join by number, sums stand in where no header states them."""

import pytest

from fapiao.imports.documents import FileDocument, FileDocuments, RowRef

KEY = {"document_key": "1"}


def at(row_no: int, sheet: str = "s") -> RowRef:
    """A row of the first file."""
    return RowRef(1, sheet, row_no)


def only(documents: FileDocuments) -> FileDocument:
    """The one document."""
    (document,) = documents.whole()
    return document


def test_lines_join_the_header_of_their_number_whose_amounts_stay() -> None:
    documents = FileDocuments()
    documents.header("invoice", "face", at(2), KEY | {"amount": "9.00", "seller_name": "A"})
    documents.line("invoice", "face", at(2, "l"), KEY | {"amount": "4.00", "goods_name": "x", "seller_name": "B"})
    document = only(documents)
    assert document.kind == "file_invoice"
    assert document.payload() == KEY | {
        "amount": "9.00",
        "seller_name": "A",
        "items": [{"amount": "4.00", "goods_name": "x"}],
    }


def test_lines_without_a_header_make_a_document_with_their_sums() -> None:
    documents = FileDocuments()
    for row_no, amount in ((2, "4.00"), (3, "-0.10")):
        stated = {"seller_name": "A", "amount": amount, "tax_amount": "0.01", "total_amount": "9", "goods_name": "x"}
        documents.line("invoice", "face", at(row_no), KEY | stated)
    row = only(documents).payload()
    assert (row["amount"], row["tax_amount"], row["total_amount"], row["seller_name"]) == ("3.90", "0.02", "3.92", "A")
    assert row["items"] == [
        {"amount": "4.00", "tax_amount": "0.01", "goods_name": "x"},
        {"amount": "-0.10", "tax_amount": "0.01", "goods_name": "x"},
    ]


@pytest.mark.finding("F15")
def test_a_repeated_header_is_skipped_and_one_that_contradicts_it_keeps_both_out() -> None:
    documents = FileDocuments()
    for row_no, amount in ((2, "1"), (3, "1"), (4, "2")):
        documents.header("invoice", "face", at(row_no), KEY | {"amount": amount})
    assert [(verdict.place.row_no, verdict.fate) for verdict in documents.verdicts] == [(3, "skipped"), (4, "rejected")]
    assert {verdict.document_key for verdict in documents.verdicts} == {"1"}
    assert documents.whole() == []
    assert documents.verdicts[-1][:2] == (at(2), "rejected")
    assert documents.verdicts[-1].document_key == "1"


def test_face_and_selection_of_one_number_are_two_documents() -> None:
    documents = FileDocuments()
    documents.header("invoice", "face", at(2), KEY)
    documents.header("invoice", "selection", at(3), KEY)
    assert [document.kind for document in documents.whole()] == ["file_header", "file_selection"]


@pytest.mark.parametrize("first", [True, False])
def test_a_row_that_cannot_be_taken_keeps_its_whole_document_out(first: bool) -> None:
    documents = FileDocuments()
    if first:
        documents.broken("invoice", "face", at(2), {"etax_invoice_no": "1"}, "quarantined")
    documents.line("invoice", "face", at(3), KEY)
    if not first:
        documents.broken("invoice", "face", at(2), {"etax_invoice_no": "1"}, "quarantined")
    assert documents.whole() == []
    assert [(verdict.place.row_no, verdict.fate, verdict.document_key) for verdict in documents.verdicts] == [
        (3, "quarantined", "1")
    ]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (KEY, "1"),
        ({"etax_invoice_no": "1"}, "1"),
        ({"etax_invoice_no": "2"}, None),
        ({"seller_name": "A"}, None),
    ],
)
def test_a_row_that_cannot_be_taken_names_the_document_that_it_or_its_header_says(
    row: dict[str, str], key: str | None
) -> None:
    documents = FileDocuments()
    documents.header("invoice", "face", at(2), KEY)
    assert documents.broken("invoice", "face", at(3, "l"), row, "rejected") == key


def test_a_refused_document_is_named_on_every_row_of_it() -> None:
    documents = FileDocuments()
    documents.header("invoice", "face", at(2), KEY)
    documents.line("invoice", "face", at(3, "l"), KEY)
    documents.refuse(documents.found[0], "it contradicts itself")
    assert documents.whole() == []
    assert [(verdict.place.row_no, verdict.document_key) for verdict in documents.verdicts] == [(2, "1"), (3, "1")]


@pytest.mark.parametrize(
    ("document", "items", "alone", "kind"),
    [
        ("invoice", 0, True, "file_invoice"),
        ("invoice", 0, False, "file_header"),
        ("customs", 1, False, "file_customs"),
        ("customs", 0, False, "file_customs_header"),
        ("withholding", 0, False, "file_withholding"),
    ],
)
def test_the_payload_kind_follows_document_and_lines(document: str, items: int, alone: bool, kind: str) -> None:
    documents = FileDocuments()
    documents.header(document, "face", at(2), KEY, alone=alone)
    for row_no in range(items):
        documents.line(document, "face", at(row_no), KEY)
    assert only(documents).kind == kind
