"""Tax numbers are brought into one form; a wrong check character is a doubt, never a refusal (domain §1.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.enterprise.taxpayers import check_character_doubt
from fapiao.identifiers import taxpayer_no

VALID = [
    "91110000101623741K",
    "911101066976941872",
    "9144030071526726XG",
    "914403001922038216",
    "91330100799655058B",
    "91110000802100433B",
    "91440300708461136T",
    "91500226MA60KH3C0Q",
    "915300007194052520",
    "9153000077859986X2",
]


@pytest.mark.parametrize("number", VALID)
def test_valid_codes_are_not_doubted(number):
    assert check_character_doubt(number) is None


@pytest.mark.parametrize(("number", "expected"), [("91310115MA1H8R7C6D", "7"), ("91350211M0000XUF46", None)])
def test_a_wrong_check_character_is_a_doubt_that_names_the_right_one(number, expected):
    doubt = check_character_doubt(number)
    assert doubt
    assert number in doubt
    assert expected is None or f"校验码应为 {expected}（" in doubt


@pytest.mark.parametrize("number", ["A1110000MA0000001X", "91110000TESTIOSVZ0"])
def test_letters_in_the_authority_are_allowed_and_letters_outside_the_alphabet_are_doubted(number):
    doubt = check_character_doubt(number)
    assert doubt
    assert ("不符合统一社会信用代码" in doubt) == ("TEST" in number)


@pytest.mark.parametrize("number", ["110101199003074514", "110108123456789", "11010119900307451401"])
def test_identity_cards_and_other_lengths_have_no_such_character(number):
    assert check_character_doubt(number) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (" 91110000101623741k ", VALID[0]),
        ("９１１１００００１０１６２３７４１Ｋ", VALID[0]),
        ("9111 0000 1016 2374 1K", VALID[0]),
        ("110108123456789", "110108123456789"),
    ],
)
def test_width_case_and_blanks_do_not_matter(written, number):
    assert taxpayer_no(written) == number


@pytest.mark.parametrize(
    "written", ["", "1111111111111M", "9" * 21, "91110000-01623741K", "北京市北京市北京市北京市北京市"]
)
def test_what_is_no_tax_number_is_refused(written):
    with pytest.raises(ValueError, match="is not a tax number: that is 15 to 20 digits and capital letters"):
        taxpayer_no(written)


def test_a_number_that_a_spreadsheet_has_rounded_is_recognised_as_such():
    with pytest.raises(ValueError, match="a spreadsheet has rounded: format the column as text"):
        taxpayer_no("9.11101E+17")


@given(st.text(max_size=25))
def test_whatever_is_written_is_refused_or_brought_into_a_form_that_stays(written):
    try:
        number = taxpayer_no(written)
    except ValueError:
        return
    assert taxpayer_no(number) == number
    check_character_doubt(number)
