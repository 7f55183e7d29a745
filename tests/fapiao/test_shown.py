"""What people read holds nothing that nobody sees, nothing that moves a cursor or turns what stands beside it."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.errors import BadInput, Refused
from fapiao.exports.cells import text
from fapiao.shown import shown, visible, visible_lines
from fapiao.text_table import table

pytestmark = pytest.mark.finding("F80")
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Controls, formats (direction, joiners, tags), halves of a character, line and paragraph separators."""
hostile = st.text(st.characters(categories=[*UNSEEN, "Ll", "Lo", "Nd", "Po", "Zs"]))


def unseen(written: str, but: str = "") -> set[str]:
    """What of a text nobody sees."""
    return {sign for sign in written if unicodedata.category(sign) in UNSEEN and sign not in but}


def test_every_character_that_nobody_sees_is_spelled_out() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert not unseen(visible(everything)) and not unseen(visible_lines(everything), "\r\n\t")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("甲\x1b[31m公司", "甲\\u001b[31m公司"),
        ("甲\x9b31m公司", "甲\\u009b31m公司"),
        ("甲\x1b]8;;http://bad\x07公司", "甲\\u001b]8;;http://bad\\u0007公司"),
        ("成功\r失败", "成功\\u000d失败"),
        ("甲\n2027-06-10 INFO all is well", "甲\\u000a2027-06-10 INFO all is well"),
        ("发票\u202egnp.exe", "发票\\u202egnp.exe"),
        ("甲\u2066乙\u2069", "甲\\u2066乙\\u2069"),
        ("甲\u200e\u200f\u200b\ufeff乙", "甲\\u200e\\u200f\\u200b\\ufeff乙"),
        ("甲\u2028乙\u2029", "甲\\u2028乙\\u2029"),
        ("甲\U000e0041乙", "甲\\udb40\\udc41乙"),
        ("甲\udc80乙", "甲\\udc80乙"),
        ("𠮷野家（上海）有限公司 A-1", "𠮷野家（上海）有限公司 A-1"),
    ],
)
def test_a_name_is_one_line_of_visible_characters(name: str, seen: str) -> None:
    assert visible(name) == seen
    assert table(("名称",), [(name,)], "").splitlines()[2:] == [seen]
    assert str(BadInput([name])) == seen
    assert str(Refused("CODE", name, "advice")).startswith("[CODE] " + seen)


@given(hostile)
def test_seen_texts_stay_as_they_are_and_a_second_look_changes_nothing(name: str) -> None:
    once = visible(name)
    assert visible(once) == once and visible_lines(once) == once
    assert unseen(name) or once == name


@given(st.dictionaries(hostile, hostile))
def test_json_that_is_made_visible_says_the_same(value: dict[str, str]) -> None:
    written = visible_lines(json.dumps(value, ensure_ascii=False))
    assert not unseen(written) and json.loads(written) == value


@given(hostile, st.text(alphabet="abc票\n\t", min_size=1))
def test_lines_stay_lines(name: str, lines: str) -> None:
    assert visible_lines(lines) == lines
    assert not unseen(shown(name), "\r\n\t") and not unseen(text(name), "\r\n\t")
