"""Two rows are the same document when the bureau gives them the same number, however it is spelled."""

import pytest

from fapiao.identity import (
    Identity,
    NoIdentity,
    customs_identity,
    invoice_identity,
    withholding_identity,
)

DIGITAL = "27442000000000000001"


def test_a_digital_invoice_is_its_twenty_digits():
    assert invoice_identity("81", {"fphm": DIGITAL}) == Identity(DIGITAL, None, DIGITAL, DIGITAL)


@pytest.mark.parametrize("kind", ["85", "86", "87", "88"])
def test_a_digital_invoice_on_paper_keeps_its_paper_numbers_beside(kind):
    row = {"fphm": DIGITAL, "zzfpDm": "044001900111", "zzfphm": "12345678"}
    assert invoice_identity(kind, row) == Identity(DIGITAL, "044001900111", "12345678", DIGITAL)


def test_a_digital_number_split_into_twelve_and_eight_is_joined():
    row = {"fpdm": "255020000001", "fphm": "45098656"}
    assert invoice_identity("82", row).document_key == "25502000000145098656"


@pytest.mark.parametrize("kind", ["01", "02", "04", "08", "10", "11", "14"])
def test_a_tax_control_invoice_is_code_and_number(kind):
    row = {"fpdm": "4403191130", "fphm": "12345678"}
    assert invoice_identity(kind, row) == Identity("4403191130-12345678", "4403191130", "12345678")


@pytest.mark.parametrize(
    "row",
    [
        {"fphm": "440319113012345678", "zzfpDm": "4403191130", "zzfphm": "12345678"},
        {"fphm": "440319113012345678"},
        {"fphm": "440319113012345678", "fpdm": "4403191130"},
        {"fphm": " 12345678 ", "fpdm": "4403191130"},
    ],
)
def test_the_unselected_list_joins_code_and_number_and_still_meets_the_same_document(row):
    assert invoice_identity("01", row).document_key == "4403191130-12345678"


def test_a_joined_tax_control_number_of_twenty_characters_is_not_taken_for_a_digital_one():
    row = {"fphm": "04400190011112345678", "zzfpDm": "044001900111", "zzfphm": "12345678"}
    assert invoice_identity("10", row).document_key == "044001900111-12345678"


@pytest.mark.parametrize("kind", ["03", "15"])
def test_a_vehicle_invoice_is_digital_when_its_row_has_a_digital_number(kind):
    assert invoice_identity(kind, {"fphm": DIGITAL}).document_key == DIGITAL
    row = {"fpdm": "144031900111", "zzfphm": "12345678"}
    assert invoice_identity(kind, row).document_key == "144031900111-12345678"


def test_status_rows_say_by_their_numbers_which_sort_they_are():
    assert invoice_identity("01", {"fphm": DIGITAL}, asked=True).document_key == DIGITAL
    assert (
        invoice_identity("01", {"fpdm": "4403191130", "fphm": "12345678"}, asked=True).document_key
        == "4403191130-12345678"
    )


@pytest.mark.parametrize("dash", ["-", "—", "－"])
def test_a_customs_payment_is_the_same_with_any_dash(dash):
    received = f"531020241123456789{dash}l01"
    assert customs_identity({"hgjkshm": received}) == Identity(
        "531020241123456789-L01", invoice_no="531020241123456789-L01"
    )


def test_a_withholding_certificate_is_its_number():
    assert withholding_identity({"dkdjwspzh": "344031270100000001"}).document_key == "344031270100000001"


@pytest.mark.parametrize(
    ("identify", "missing"),
    [
        (lambda: invoice_identity("81", {}), "发票号码"),
        (lambda: invoice_identity("01", {"fpdm": "4403191130"}), "发票号码"),
        (lambda: invoice_identity("01", {"fphm": "12345678"}), "发票代码"),
        (lambda: customs_identity({"hgjkshm": " "}), "海关缴款书号码"),
        (lambda: withholding_identity({}), "代扣代缴完税凭证号"),
    ],
)
def test_a_row_without_number_names_the_field_that_is_missing(identify, missing):
    with pytest.raises(NoIdentity, match=missing):
        identify()
