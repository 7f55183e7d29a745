"""An invoice type is found under every spelling the manuals use, and an unknown one is refused with what comes near."""

import pytest

from fapiao.closed_lists import type_of
from fapiao.errors import BadInput
from fapiao.rules.book import resolve_invoice_type, rulebook
from fapiao.rules.invoice_types import normalised


@pytest.mark.req("R064", "A-37")
@pytest.mark.parametrize("code", rulebook().invoice_types)
def test_a_type_is_found_by_its_code_its_name_and_every_alias(code: str) -> None:
    kind = rulebook().invoice_types[code]
    for text in (code, kind.name, *kind.aliases, f"  {kind.name} "):
        assert resolve_invoice_type(text).code == code


@pytest.mark.req("R064", "A-31")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("数电票(普通发票)", "82"),
        ("数电发票（普通发票）", "82"),
        ("数电票 （增值税专用发票）", "81"),
        ("纸质发票（增值税专用发票）", "85"),
        ("纸质发票(机动车销售统一发票)", "87"),
        ("数电票（通行费发票）", "8208"),
        ("数电票（二手车销售统一发票)", "84"),
        ("增值税海关缴款书", "customs"),
        ("海关进口增值税海关缴款书", "customs"),
        ("０８", "08"),
    ],
)
def test_brackets_blanks_width_and_the_two_words_for_digital_make_no_difference(text: str, code: str) -> None:
    assert resolve_invoice_type(text).code == code


@pytest.mark.req("R064")
@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("海关进口增值税专用缴款书", "customs"),
        ("电子发票（航空运输电子客票行程单）", "61"),
        ("电子发票（航空运输客票电子行程单）", "61"),
        ("电子发票（铁路电子客票）", "51"),
        ("电子发票（机动车销售统一发票）", "83"),
        ("电子发票（二手车销售统一发票）", "84"),
        ("电子发票（通行费发票）", "8208"),
        ("电子发票（普通发票）", "82"),
        ("电子发票 (增值税专用发票)", "81"),
        ("数电纸质发票（机动车销售统一发票）", "87"),
        ("数电纸质发票（二手车销售统一发票）", "88"),
        ("数电纸质发票(普通发票)", "86"),
        ("增值税普通发票(卷式)", "11"),
    ],
)
def test_the_title_printed_on_a_document_names_its_type(title: str, code: str) -> None:
    assert resolve_invoice_type(title).code == code


def test_no_two_types_share_a_spelling() -> None:
    spellings = [
        (normalised(name), kind.code)
        for kind in rulebook().invoice_types.values()
        for name in {normalised(name) for name in (kind.code, kind.name, *kind.aliases)}
    ]
    assert len({name for name, _ in spellings}) == len(spellings)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("数电票（增值税发票）", "您要的是“.*数电票（增值税专用发票）"),
        ("机动车发票", "您要的是“.*机动车销售发票"),
        ("99", "^发票类型“99”不存在。$"),
        ("", "^发票类型“”不存在。$"),
    ],
)
def test_an_unknown_type_is_refused_with_its_neighbours(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        type_of(text)


def test_toll_invoices_are_asked_of_leqi_as_82() -> None:
    types = rulebook().invoice_types
    assert types["8208"].asked_of_leqi == "82"
    others = {code: kind.asked_of_leqi for code, kind in types.items() if code != "8208"}
    assert others == {code: code for code in others}


def test_only_invoices_have_an_output_side() -> None:
    for kind in rulebook().invoice_types.values():
        assert ("output" in kind.directions) == (kind.document == "invoice")


def test_the_types_that_cannot_be_selected_are_the_ones_the_risk_query_leaves_out() -> None:
    closed = {code for code, kind in rulebook().invoice_types.items() if not kind.deductible}
    assert closed == {"11", "15", "84", "88"}
