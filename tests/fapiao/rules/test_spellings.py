"""What people write for a code means it in every width, case and spacing, on every surface alike (F62)."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.closed_lists import code_of, flag_of
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.rules.spellings import folded, spellings

pytestmark = pytest.mark.finding("F62")
BOOK = rulebook()
CODES = [(one.kind, one.code, name) for one in BOOK.codes for name in (one.code, one.label, *one.aliases)]
TYPES = [(one.code, name) for one in BOOK.invoice_types.values() for name in (one.code, one.name, *one.aliases)]


def _wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


VARIED: list[Callable[[str], str]] = [
    str, str.upper, str.lower, _wide, lambda text: f"  {text}\u3000", "\u00a0".join,
    "\u200b".join, lambda text: f"\ufeff{text}\u200f", lambda text: text.replace("-", "－"),
    lambda text: unicodedata.normalize("NFD", text),
]  # fmt: skip


@given(st.sampled_from(CODES), st.lists(st.sampled_from(VARIED), max_size=3))
def test_every_code_label_and_alias_means_its_code_however_it_is_typed(
    row: tuple[str, str, str], varied: list[Callable[[str], str]]
) -> None:
    kind, code, name = row
    for vary in varied:
        name = vary(name)
    assert code_of(kind, name) == code


@given(st.sampled_from(TYPES), st.lists(st.sampled_from(VARIED), max_size=3))
def test_every_name_of_a_type_means_it_however_it_is_typed(
    row: tuple[str, str], varied: list[Callable[[str], str]]
) -> None:
    code, name = row
    for vary in varied:
        name = vary(name)
    assert BOOK.invoice_type(name).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("数电专票", "81"), ("数电普票", "82"), ("数电航空客票", "61"), ("数电铁路客票", "51"), ("全电专票", "81"), ("８１", "81"),
     ("数电票 普通发票", "82"), ("电子专票", "08"), ("纸质普票", "04"), ("海关专用缴款书", "customs"), ("卷票", "11")],
)  # fmt: skip
def test_the_words_of_manuals_and_clerks_are_known_as_types(text: str, code: str) -> None:
    assert BOOK.invoice_type(text).code == code


@pytest.mark.parametrize("text", ["专票", "普票", "数电票", "增值税"])
def test_a_word_that_means_several_types_means_none(text: str) -> None:
    with pytest.raises(BadInput, match=text):
        BOOK.invoice_type(text)


@pytest.mark.parametrize("text", ["true", "TRUE", "1", "１", "是", "开", "开启", "启用", "yes", "on", " Y "])
def test_yes_has_many_words(text: str) -> None:
    assert flag_of("it", text) is True


@pytest.mark.parametrize("text", ["false", "0", "否", "关", "关闭", "停用", "no", "off", "N"])
def test_no_has_many_words(text: str) -> None:
    assert flag_of("it", text) is False


@pytest.mark.parametrize("text", ["", "2", "maybe", "真的", "10"])
def test_what_is_neither_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"^it 应为是或否"):
        flag_of("it", text)


@given(st.text(max_size=30))
def test_folding_once_is_folding(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_a_code_stands_before_the_label_of_another_one() -> None:
    words = spellings([("a", "b", ()), ("b", "c", ())])
    assert (words.find("b"), words.find("C"), words.find("d")) == ("b", "b", None)
