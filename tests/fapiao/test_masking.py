"""What people read of requests and replies holds no secret, and is otherwise what came."""

import json

import pytest

from fapiao.masking import HIDDEN, masked, masked_body


@pytest.mark.parametrize("key", ["access_token", "Token", "appSecret", "password", "Cookie", "apiKey", "Authorization"])
def test_the_value_of_a_secret_is_hidden_however_deep_it_lies(key: str) -> None:
    assert masked({"a": [{key: "s3cret", "n": 1}]}) == {"a": [{key: HIDDEN, "n": 1}]}
    assert "s3cret" not in masked_body(json.dumps({"data": {key: "s3cret"}}).encode())


@pytest.mark.parametrize("key", ["document_key", "fphm", "invoiceNo", "hash"])
def test_other_values_are_shown(key: str) -> None:
    assert masked({key: "27442000000000000001"}) == {key: "27442000000000000001"}


def test_a_body_is_shown_letter_for_letter() -> None:
    body = '{"amount": 12.30, "no": 27442000000000000001, "token" : "a\\"b", "名": "发票"}'
    assert masked_body(body.encode()) == body.replace('"a\\"b"', f'"{HIDDEN}"')


def test_what_is_no_text_is_shown_by_its_size() -> None:
    assert masked_body(b"\xff\xfe\x00") == "(3 bytes that are no text)"
