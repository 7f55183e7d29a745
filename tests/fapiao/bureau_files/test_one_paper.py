"""One document is one document, whichever service, channel or file names it, and however its numbers are written."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.bureau_files.derived import derive
from fapiao.bureau_files.layouts import file_rules
from fapiao.bureau_files.readers import reader_of
from fapiao.channels.leqi import selection as leqi_selection
from fapiao.identity import BadNumber, invoice_identity, spelled
from fapiao.payloads.kinds import payload_kind
from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import staged_columns
from fapiao.rules.book import rulebook
from fapiao.selection.result_codes import result_codes

OURS = "91440300MA20000016"
TEN = ("01", "02")
TWELVE = ("04", "08", "10", "11", "14")
DIGITAL = ("51", "61", "81", "82", "8208", "83", "84")
VEHICLES = ("03", "15")
ON_PAPER = ("85", "86", "87", "88")
OBSERVED = datetime(2027, 3, 10, 1, tzinfo=UTC)
WRITTEN = (
    str,
    lambda number: number.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
    lambda number: f"\u200b{number[:4]}⁠{number[4:]}﻿",
    lambda number: f" {number} ",
)
digits = lambda count: st.text("0123456789", min_size=count, max_size=count)  # noqa: E731 a word for the strategies
twenty = st.builds("{}{}".format, st.sampled_from(("24", "27")), digits(18))
twelve = st.builds("{}{}".format, st.sampled_from("01"), digits(11))
writing = st.sampled_from(WRITTEN)


def names_of(kind: str, code: str, number: str, whole: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """(answer, row) of 乐企 that name the document: the whole document, the 未勾选清单, risk and usage."""
    legacy = not whole
    face = {"fphm": whole} if whole else {"fpdm": code, ("zzfphm" if kind in VEHICLES else "fphm"): number}
    yield "input_full", face | ({"zzfpDm": code, "zzfphm": number} if whole and code else {})
    joined = code + number if legacy else whole
    yield "unselected_init", {"fphm": joined, "zzfpDm": code, "zzfphm": number, "fplx": kind.removesuffix("08") or kind}
    plain = {"fpdm": code, "fphm": number} if legacy else {"fpdm": "", "fphm": whole}
    yield "input_status", plain
    yield "usage", plain


def of_gateway(kind: str, code: str, number: str, whole: str) -> Iterator[Mapping[str, object]]:
    """The rows of the gateway, with and without the types that they may name."""
    document = {"invoiceCode": code, "invoiceNo": number or whole, "etaxInvoiceNo": whole if code else ""}
    yield document | {"govInvoiceType": kind.replace("8208", "82")}
    yield document | {"invoiceType": rulebook().invoice_types[kind].piaozone or ""} if kind != "02" else document
    if kind in DIGITAL:
        yield {"invoiceCode": whole[:12], "invoiceNo": whole[12:], "etaxInvoiceNo": "", "govInvoiceType": kind[:2]}


def key_of(kind: str, row: Mapping[str, object], asked: str) -> set[str]:
    """The keys under which a row is staged; a rejected one shows as its sentence."""
    staged = translate(kind, [row], Context("input", OURS, asked, OBSERVED))
    return {str(one[0]) for one in staged.documents} | {one.reason for one in staged.rejected}


def keys_everywhere(kind: str, code: str, number: str, whole: str, write) -> set[str]:
    """Every key that the document gets on its ways into the pool."""
    found: set[str] = set()
    for answer, row in names_of(kind, code, number, whole):
        spelt = {name: value if name == "fplx" else write(str(value)) for name, value in row.items()}
        if answer != "input_full" or kind != "02":
            found |= key_of(payload_kind("invoice", kind, answer), spelt, kind)
    for row in of_gateway(kind, code, number, whole):
        spelt = {name: value if "Type" in name else write(str(value)) for name, value in row.items()}
        for shape in ("gateway_full", "gateway_header", "verified"):
            found |= key_of(shape, spelt, kind)
    return found | keys_of_files(kind, code, number, whole, write)


def keys_of_files(kind: str, code: str, number: str, whole: str, write) -> Iterator[str]:
    """The keys of the sheets of the bureau's files that name invoices by these columns, read as cells."""
    rules = file_rules()
    cells = {"invoice_code": code, "invoice_no": number, "etax_invoice_no": whole}
    found = set()
    for layout in rules.layouts:
        if layout.document == "invoice" and {*cells} <= {*layout.columns}:
            read = {name: reader_of(name, layout, rules)(value and write(value)) for name, value in cells.items()}
            values = read | {"invoice_type": None if layout.role == "lines" else kind}
            derive(values, layout, {})
            found.add(str(values["document_key"]))
    return found


@pytest.mark.finding("F02", "F13")
@pytest.mark.parametrize("kind", [*TEN, *TWELVE, *VEHICLES])
@given(data=st.data(), write=writing)
def test_a_paper_of_the_tax_control_system_is_one_document_everywhere(kind, data, write):
    code = data.draw(digits(10) if kind in TEN else twelve)
    number = data.draw(digits(8))
    assert keys_everywhere(kind, code, number, "", write) == {f"{code}-{number}"}


@pytest.mark.finding("F02", "F13")
@pytest.mark.parametrize("kind", DIGITAL)
@given(whole=twenty, write=writing)
def test_a_digital_invoice_is_one_document_everywhere(kind, whole, write):
    assert keys_everywhere(kind, "", "", whole, write) == {whole}


@pytest.mark.finding("F02", "F13")
@pytest.mark.parametrize("kind", [*ON_PAPER, *VEHICLES])
@given(whole=twenty, code=twelve, number=digits(8), write=writing)
def test_a_digital_invoice_on_paper_is_one_document_wherever_it_has_its_digital_number(
    kind, whole, code, number, write
):
    assert keys_everywhere(kind, code, number, whole, write) == {whole}


@pytest.mark.finding("F13")
@pytest.mark.parametrize("kind", ["customs", "gateway_customs_full", "unselected_customs"])
@given(
    declared=digits(18), dash=st.sampled_from("-—－–−"), letter=st.sampled_from("LYly"), last=digits(2), write=writing
)
def test_a_customs_payment_is_one_document_however_it_is_written(kind, declared, dash, letter, last, write):
    name = "customDeclarationNo" if kind.startswith("gateway") else "hgjkshm"
    written = f"{write(declared)}{dash}{letter}{write(last)}"
    right = f"{declared}-{letter.upper()}{last}"
    assert key_of(kind, {name: written}, "customs") == {right} == {spelled(written)}
    answer = {leqi_selection.DOCUMENTS: [{"jkshm": written, "cljg": "01"}]}
    assert [
        one.document_key for one in leqi_selection.results(answer, "91440300MA5EXAMPL0", result_codes()).documents
    ] == [right]


@pytest.mark.finding("F13")
@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("81", {"fphm": "2744200000000000001"}),
        ("81", {"fphm": ["27442000000000000001"]}),
        ("81", {"fphm": '["27442000000000000001"]'}),
        ("81", {"fphm": "2744200000000000000x"}),
        ("81", {"fphm": 2.7442e19}),
        ("81", {"fphm": True}),
        ("81", {"fphm": "27442000000000000001" * 600}),
        ("01", {"fpdm": "440319113", "fphm": "12345678"}),
        ("01", {"fpdm": "4403191130", "fphm": "1234567"}),
        ("01", {"fphm": "27442000000000000001"}),
        ("03", {"fphm": "144031900111123456780"}),
        ("85", {"zzfpDm": "0440019001", "zzfphm": "١٢٣٤٥٦٧٨"}),
    ],
)
def test_a_number_that_does_not_fit_its_type_is_refused_with_the_reason(kind, row):
    with pytest.raises(BadNumber, match="expected"):
        invoice_identity(kind, row)
    staged = translate(payload_kind("invoice", kind, "input_full"), [row], Context("input", OURS, kind, OBSERVED))
    assert staged.documents == []
    assert [one.reason.endswith("expected.") for one in staged.rejected] == [True]
    assert len(staged.rejected[0].reason) < 200


@pytest.mark.finding("F13")
@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"invoiceNo": "f040195", "invoiceType": "9"}, "F040195"),
        ({"invoiceCode": "1234", "invoiceNo": "777", "govInvoiceType": "0901"}, "1234-777"),
        ({"invoiceNo": "27442000000000000001", "govInvoiceType": "0901"}, "27442000000000000001"),
        ({"invoiceCode": "144031900111", "invoiceNo": "12345678", "invoiceType": "9"}, "144031900111-12345678"),
    ],
)
def test_a_document_of_an_unknown_type_is_kept_under_what_it_calls_itself(row, key):
    assert key_of("gateway_header", row, "81") == {key}


@pytest.mark.finding("F13")
@pytest.mark.parametrize("write", WRITTEN)
def test_a_tax_number_is_stored_in_one_spelling(write):
    row = {"fphm": "27442000000000000001", "gmfnsrsbh": write(OURS.lower()), "xsfnsrsbh": write(OURS)}
    staged = translate("digital", [row], Context("input", OURS, "81", OBSERVED))
    found = dict(zip(staged_columns("digital"), staged.documents[0], strict=True))
    assert (found["buyer_tax_no"], found["seller_tax_no"]) == (OURS, OURS)
