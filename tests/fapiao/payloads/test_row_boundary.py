"""Whatever a row makes the translation raise is that row's rejection, and its neighbours are stored."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import load_fields

CONTEXT = Context("input", "91310000MA00000001", "81", datetime(2027, 1, 1, tzinfo=UTC))
NUMBERS = {"fphm": "9" * 20, "invoiceNo": "9" * 20, "hgjkshm": f"{'2' * 18}-L01", "dkdjwspzh": "3333",
           "customDeclarationNo": f"{'2' * 18}-L01"}  # fmt: skip
WHOLE = {"document": "invoice", "document_key": "9" * 20, "invoice_type": "81", "items": [{"amount": "1.00"}]}
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=8) | some.sampled_from(["1e999", "２７", "NaN", "2027-02-29"]),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
WIRE_KINDS = [kind.name for kind in load_fields().kinds.values() if kind.plane != "F"]


def fields_of(kind: str) -> list[str]:
    """The names that rows of a kind have, and those under which lines and types stand."""
    named = [column.sources[kind] for column in load_fields().columns if kind in column.sources]
    return sorted({*named, "fpmx", "items", "fplx", "govInvoiceType", "errorCode"})


@pytest.mark.finding("F21", "F71")
@pytest.mark.parametrize("lines", ["x", 5, True, [5], ["x", None]], ids=repr)
def test_what_nobody_foresaw_rejects_its_row_alone(lines: object) -> None:
    other = WHOLE | {"document_key": "8" * 20}
    staged = translate("file_invoice", [WHOLE | {"items": lines}, other], CONTEXT)
    assert [row[0] for row in staged.documents] == ["8" * 20]
    (rejected,) = staged.rejected
    assert (rejected.row_no, rejected.code) == (1, "UNREADABLE")
    assert rejected.reason.startswith("The row cannot be read: ")
    assert len(rejected.reason) < 300


@pytest.mark.finding("F21", "F73")
@pytest.mark.parametrize("kind", WIRE_KINDS)
@given(data=some.data())
def test_every_row_is_stored_or_rejected_with_a_sentence(kind: str, data: some.DataObject) -> None:
    row = data.draw(some.dictionaries(some.sampled_from(fields_of(kind)), VALUES, max_size=8))
    staged = translate(kind, [row, NUMBERS | row], CONTEXT)
    assert len(staged.documents) + len(staged.rejected) == 2
    assert all(one.reason and "cannot be read: " not in one.reason for one in staged.rejected)


@pytest.mark.finding("F21", "F29")
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("digital", "gmfnsrsbh"), ("digital", "xsfnsrsbh"), ("gateway_full", "buyerTaxNo"), ("risk", "fpzt"),
        ("risk", "ycpzzt"), ("usage", "fpyt"), ("usage", "rzzt"), ("gateway_header", "invoiceStatus"),
        ("gateway_header", "authenticateFlag"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [[1], {"a": 1}, True], ids=repr)
def test_a_party_or_a_status_that_is_no_text_is_not_dropped_in_silence(kind: str, field: str, value: object) -> None:
    staged = translate(kind, [NUMBERS | {field: value}], CONTEXT)
    assert staged.documents == []
    assert field in staged.rejected[0].reason
