"""One bad element of a list leaves its neighbours alone and says where it is bad; what is good is read exactly."""

import json
from typing import Any

import pytest

from fapiao.tolerant_json import BrokenRow, UnreadableJson, elements, fields, members, text_of, value_of

BEFORE, AFTER = b'{"fphm":"1","je":1.10}', b'{"fphm":"3","bz":"]},{ \\" ["}'
BAD = [
    pytest.param(b'{"fphm":"2","bz":"x\xff"}', "bz holds bytes that are not UTF-8", id="one byte"),
    pytest.param('{"fphm":"2","bz":"中国"}'.encode("gbk"), "bz holds bytes that are not UTF-8", id="GBK"),
    pytest.param(b'{"fphm":"2","l":[{"m":"\\uD800"}]}', "l[0].m holds half a character", id="lone surrogate"),
    pytest.param(b'{"fphm":"2","bz":"a\\u0000"}', "bz holds a NUL character", id="NUL"),
    pytest.param(b'{"fphm":"2","bz":"a\x00"}', "Invalid control character", id="a NUL as it is"),
    pytest.param(b'{"fphm":"2","a\\u0000":1}', "the name 'a\\u0000' holds a NUL", id="NUL in a name"),
    pytest.param(b'{"fphm":"2","je":NaN}', "NaN is no number", id="NaN"),
    pytest.param(b'{"fphm":"2","je":-Infinity}', "-Infinity is no number", id="Infinity"),
    pytest.param(b'{"fphm":"2","je":' + b"9" * 5000 + b"}", "more digits", id="5000 digits"),
    pytest.param(b'{"fphm":"2","a":1,"a":1}', "'a' stands twice", id="a key twice"),
    pytest.param(b'{"fphm":"2","l":[{"b":1,"b":2}]}', "'b' stands twice", id="a key of a line twice"),
    pytest.param(b'{"fphm":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper", id="deep"),
    pytest.param(b'{"fphm" "2"}', "no JSON at character 9", id="no JSON"),
    pytest.param(b'{"fphm":"2","bz":"' + b"x" * 100_000 + b'\xff"}', "not UTF-8", id="long"),
]


@pytest.mark.finding("F21", "F29")
@pytest.mark.parametrize(("row", "reason"), BAD)
def test_a_bad_row_is_one_row(row: bytes, reason: str) -> None:
    first, bad, last = elements(text_of(b"[" + BEFORE + b" , " + row + b"," + AFTER + b"]"))
    assert first == {"fphm": "1", "je": "1.10"}
    assert last == {"fphm": "3", "bz": ']},{ " ['}
    assert isinstance(bad, BrokenRow)
    assert reason in bad.reason
    assert len(bad.reason) < 250
    json.dumps([bad, bad.text], ensure_ascii=False).encode()
    assert "\x00" not in bad.text


@pytest.mark.finding("F21")
@pytest.mark.parametrize(("row", "reason"), BAD)
def test_a_bad_row_in_a_list_of_an_object_leaves_the_object_readable(row: bytes, reason: str) -> None:
    found = fields(text_of(b'{"total":"3","invoices":[' + BEFORE + b"," + row + b'],"pageNo":1}'))
    assert (found["total"], found["pageNo"], len(found["invoices"])) == ("3", 1, 2)
    assert reason in found["invoices"][1].reason


@pytest.mark.finding("F12", "F21")
def test_numbers_are_read_as_they_were_written() -> None:
    written = '[{"a":123456789012456.78,"b":0.10,"c":1e400,"d":1e300,"e":' + "9" * 30 + ',"f":-7}]'
    assert elements(written) == [
        {"a": "123456789012456.78", "b": "0.10", "c": "1e400", "d": "1e300", "e": int("9" * 30), "f": -7}
    ]


def test_characters_beyond_the_first_plane_are_no_surrogates() -> None:
    assert elements('[{"a":"\\ud83d\\ude00\\u4e2d"}]') == [{"a": "😀中"}]


@pytest.mark.parametrize("written", ["", "[1", '[{"a":1}', '{"a":1}', "null", "x", '["'])
def test_what_is_no_list_that_ends_is_unreadable_as_a_whole(written: str) -> None:
    with pytest.raises(UnreadableJson):
        elements(written)


@pytest.mark.finding("F29")
@pytest.mark.parametrize(
    "written",
    ["", "{", '{"a":1', "[]", '{"a":NaN}', '{"a":"\\ud800"}', '{"a":1,"a":2}', '{"a" 1}', '{"a":' * 100_000],
)
def test_a_field_of_the_envelope_that_cannot_be_stored_makes_it_unreadable(written: str) -> None:
    with pytest.raises(UnreadableJson) as unreadable:
        fields(written)
    assert len(str(unreadable.value)) < 250


def test_members_come_as_they_are_written() -> None:
    assert members(' {"a" : {"b":[1, 2]}, "c":"x,}", "d":1.50 } ') == {"a": '{"b":[1, 2]}', "c": '"x,}"', "d": "1.50"}
    assert members("{}") == {}
    with pytest.raises(UnreadableJson, match="'a' stands twice"):
        members('{"a":1,"\\u0061":2}')


@pytest.mark.parametrize(("written", "value"), [("1", 1), ('"x"', "x"), ("null", None), ("1.0", "1.0")])
def test_one_value(written: str, value: Any) -> None:
    assert value_of(written) == value


@pytest.mark.finding("F23")
def test_a_byte_order_mark_is_none_of_the_text() -> None:
    assert elements(text_of(b"\xef\xbb\xbf[1]")) == [1]
    assert members(text_of(b'\xef\xbb\xbf{"a":1}')) == {"a": "1"}


@pytest.mark.finding("F21", "F24")
@pytest.mark.parametrize("behind", ["{}", "<!-- -->", ",", "x", "\x00"], ids=repr)
@pytest.mark.parametrize(("read", "text"), [(members, '{"a":1}'), (elements, "[1]"), (fields, '{"a":1}')])
def test_what_something_stands_behind_is_no_answer(read: Any, text: str, behind: str) -> None:
    with pytest.raises(UnreadableJson):
        read(text + behind)
    assert read(f"{text} \r\n")
