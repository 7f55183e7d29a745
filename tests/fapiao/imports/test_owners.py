"""Whose a file is: one company on one side of every row, or a refusal that shows both."""

import pytest

from fapiao.errors import BadInput
from fapiao.imports.documents import FileDocument, RowRef
from fapiao.imports.owners import KnownOwner, Owner, owner_of

A, B, C = "91310000MA1EXAMPAA", "91310000MA1EXAMPBB", "91310000MA1EXAMPCC"
BOTH = ("input", "output")
ANYBODY = KnownOwner()


def document(seller: str | None, buyer: str | None, row_no: int = 2, **more: str) -> FileDocument:
    """A document between two companies."""
    values = {"seller_tax_no": seller, "buyer_tax_no": buyer, **more}
    stated = {name: value for name, value in values.items() if value}
    return FileDocument("invoice", "face", stated, stated=True, lead=RowRef(1, "发票基础信息", row_no))


def owner(
    documents: list[FileDocument], asked: KnownOwner = ANYBODY, directions: tuple[str, ...] = BOTH, known: str = A
) -> Owner:
    """The owner found in a file called f.xlsx."""
    return owner_of("f.xlsx", documents, directions, asked, known.split())


@pytest.mark.req("R063")
def test_the_known_company_that_sells_everything_owns_the_output() -> None:
    assert owner([document(A, B), document(A, C)]) == Owner(A, "output")


@pytest.mark.req("R063")
def test_the_known_company_that_buys_everything_owns_the_input() -> None:
    assert owner([document(B, A), document(C, A)]) == Owner(A, "input")


def test_between_two_known_companies_the_request_decides() -> None:
    documents = [document(A, B)]
    with pytest.raises(BadInput, match="请指定税号和进销项"):
        owner(documents, known=f"{A} {B}")
    assert owner(documents, KnownOwner(B), known=f"{A} {B}") == Owner(B, "input")
    assert owner(documents, KnownOwner(None, "output"), known=f"{A} {B}") == Owner(A, "output")


def test_a_second_payer_of_a_customs_payment_may_own_it() -> None:
    assert owner([document(None, B, second_payer_tax_no=A)], directions=("input",)) == Owner(A, "input")


def test_a_file_that_names_nobody_belongs_to_who_was_asked_for() -> None:
    assert owner([document(B, None)], KnownOwner(A), ("input",)) == Owner(A, "input")
    with pytest.raises(BadInput, match=r"第 2 行.*税号不一致"):
        owner([document(B, None)], ANYBODY, ("input",))


@pytest.mark.finding("F28")
def test_a_stranger_among_the_rows_of_who_was_asked_for_does_not_refuse_the_others() -> None:
    assert owner([document(A, B), document(B, C, 9)], KnownOwner(A)) == Owner(A, "output")
    with pytest.raises(BadInput, match=f"{B}.*与税号{A}不一致"):
        owner([document(B, C), document(C, B, 9)], KnownOwner(A))


def test_a_direction_that_the_layout_cannot_have_is_refused_with_both() -> None:
    with pytest.raises(BadInput, match="只能是进项，与所选的销项不一致"):
        owner([document(None, A)], KnownOwner(A, "output"), ("input",))


def test_a_company_that_is_not_loaded_is_refused() -> None:
    with pytest.raises(BadInput, match=f"没有税号{B}"):
        owner([document(B, C)], KnownOwner(B))


def test_a_file_without_a_row_needs_a_tax_number() -> None:
    with pytest.raises(BadInput, match="没有可导入的数据行"):
        owner([], known=A)
    assert owner([], KnownOwner(A, "input")) == Owner(A, "input")
