"""What the bureau names for a file task is checked before anything is downloaded, and nothing that was asked for is lost."""

import json
import re
from typing import Any

import pytest

from fapiao.layout.delivery import Delivery, read_delivery
from layout_samples import announced

A, B, C = "27442000000000000001", "27442000000000000002", "27442000000000000003"
PDF = announced(A, "pdf", b"one")
NO_CITY = {
    "invoiceNo": B,
    "errorCode": "P2203",
    "message": "必须在发票服务企业基础资料配置企业所属税局地区编码才能下载数电版式文件。",
}


def page(*files: dict[str, Any], fail: list[dict[str, Any]] | None = None) -> bytes:
    """A result page."""
    return json.dumps({"totalElement": len(files), "files": files, "fail": fail or []}).encode()


def delivered(*pages: bytes, asked: list[str]) -> Delivery:
    """The pages as one delivery."""
    return read_delivery(enumerate(pages, start=1), asked)


def test_files_of_every_page_are_taken_with_the_place_they_stand_at() -> None:
    found = delivered(page(PDF, announced(A, "xml", b"two")), page(announced(B, "ofd", b"three")), asked=[A, B])
    assert [(file.document_key, file.file_type, file.size, file.reply_id, file.row_no) for file in found.files] == [
        (A, "pdf", 3, 1, 1),
        (A, "xml", 3, 1, 2),
        (B, "ofd", 5, 2, 1),
    ]
    assert found.failures == []


@pytest.mark.req("R131")
def test_a_refused_invoice_keeps_the_bureaus_words() -> None:
    (failure,) = delivered(page(PDF, fail=[NO_CITY]), asked=[A, B]).failures
    assert (failure.document_key, failure.reason) == (B, f"[P2203] {NO_CITY['message']}")


def test_a_refusal_that_stands_on_every_page_counts_once() -> None:
    pages = [page(PDF, fail=[NO_CITY]), page(announced(A, "xml", b"two"), fail=[NO_CITY])]
    assert len(delivered(*pages, asked=[A, B]).failures) == 1


def test_an_invoice_about_which_the_bureau_says_nothing_is_a_failure() -> None:
    (failure,) = delivered(page(PDF), asked=[A, C]).failures
    assert failure.document_key == C
    assert "named neither a file nor a reason" in failure.reason


def test_no_word_at_all_is_no_data() -> None:
    assert delivered(page(), asked=[A, B]).is_empty
    assert delivered(asked=[A]).is_empty


def test_a_file_named_twice_word_for_word_counts_once() -> None:
    found = delivered(page(PDF), page(PDF), asked=[A])
    assert (len(found.files), found.failures) == (1, [])


def test_two_different_files_of_one_kind_are_a_contradiction() -> None:
    found = delivered(page(PDF, announced(A, "pdf", b"another")), asked=[A])
    assert len(found.files) == 1
    assert "two different pdf files" in found.failures[0].reason


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (announced(C, "pdf", b""), "which was not asked for"),
        (announced("", "pdf", b""), r"\(no number\)"),
        (announced(A, "exe", b""), "unknown kind 'exe'"),
        (announced(A, "pdf", b"", sha256="abc"), "no address, size or SHA-256"),
        (announced(A, "pdf", b"", sha256=None), "no address, size or SHA-256"),
        (announced(A, "pdf", b"") | {"url": ""}, "no address, size or SHA-256"),
        (announced(A, "pdf", b"", size=-1), "no address, size or SHA-256"),
        (announced(A, "pdf", b"", size="many"), "no address, size or SHA-256"),
        (announced(A, "pdf", b"", size=20 * 2**20 + 1), "are not taken"),
    ],
)
def test_a_file_that_cannot_be_checked_is_not_taken(entry: dict[str, Any], sentence: str) -> None:
    found = delivered(page(entry), asked=[A])
    assert found.files == []
    assert any(re.search(sentence, failure.reason) for failure in found.failures)


def test_sizes_as_text_and_hashes_in_capitals_are_understood() -> None:
    entry = announced(A, "pdf", b"one")
    (file,) = delivered(page(entry | {"size": "3", "sha256": entry["sha256"].upper()}), asked=[A]).files
    assert (file.size, file.sha256) == (3, entry["sha256"])


def test_an_entry_that_is_no_object_is_a_failure_and_not_a_crash() -> None:
    found = read_delivery([(1, b'{"files": ["x"], "fail": ["y"]}')], [A])
    assert found.files == []
    assert len(found.failures) == 3


@pytest.mark.finding("F21", "F73")
@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (b'{"invoiceNo":"' + A.encode() + b'","fileType":"pdf","fileType":"xml"}', "'fileType' stands twice"),
        (b'{"invoiceNo":"' + A.encode() + b'","fileType":"pdf\\u0000"}', "NUL"),
        (b'{"invoiceNo":"' + b"9" * 12_000 + b'"}', "was not asked for"),
    ],
)
def test_an_entry_that_cannot_be_read_exactly_is_a_failure_of_its_own(entry: bytes, reason: str) -> None:
    found = read_delivery([(1, b'{"files": [' + entry + b"]}")], [A])
    assert reason in found.failures[0].reason
    assert len(found.failures[0].reason) < 250


LISTS_THAT_ARE_NONE = ["true", '"x"', "7", '{"invoiceNo": "1"}', "[1", "1e400"]


@pytest.mark.finding("F73")
@pytest.mark.parametrize("written", LISTS_THAT_ARE_NONE)
@pytest.mark.parametrize("name", ["files", "fail"])
def test_a_list_that_is_none_is_one_failure_and_the_other_pages_count(name: str, written: str) -> None:
    found = read_delivery([(1, f'{{"{name}": {written}}}'.encode()), (2, page(PDF))], [A])
    assert [file.document_key for file in found.files] == [A]
    assert len(found.failures) == 1
    assert "of the delivery cannot be read" in found.failures[0].reason


@pytest.mark.finding("F73")
def test_a_list_that_is_none_costs_the_other_list_of_its_page_nothing() -> None:
    found = read_delivery([(1, b'{"files": true, "fail": [' + json.dumps(NO_CITY).encode() + b"]}")], [B])
    assert [failure.document_key for failure in found.failures] == [None, B]


@pytest.mark.finding("F73")
def test_a_field_that_nobody_asks_for_may_be_anything() -> None:
    found = read_delivery([(1, page(PDF)[:-1] + b', "note": NaN, "more": "\\u0000"}')], [A])
    assert (len(found.files), found.failures) == (1, [])


ODD_VALUES = [None, True, [], {}, ["x"], {"x": 1}, -1, 1.5, 10**300, "", "\x00", "x" * 70_000]


@pytest.mark.finding("F73")
@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda one: repr(one)[:12])
@pytest.mark.parametrize("name", ["invoiceNo", "fileType", "size", "sha256"])
def test_an_odd_value_costs_its_own_entry_and_no_other(name: str, value: object) -> None:
    found = delivered(
        page(PDF, announced(B, "pdf", b"two") | {name: value}, announced(C, "xml", b"x")), asked=[A, B, C]
    )
    assert [file.document_key for file in found.files] == [A, C]
    assert found.failures
    assert all(len(failure.reason) < 250 for failure in found.failures)


@pytest.mark.finding("F73")
@pytest.mark.parametrize("url", [None, True, [], {"a": 1}, ""], ids=repr)
def test_an_address_that_is_no_text_is_none(url: object) -> None:
    found = delivered(page(PDF, announced(B, "pdf", b"two") | {"url": url}), asked=[A, B])
    assert ([file.document_key for file in found.files], len(found.failures)) == ([A], 1)
    assert "no address, size or SHA-256" in found.failures[0].reason


@pytest.mark.finding("F73")
@pytest.mark.parametrize("entry", [b"null", b"7", b"[1, [2]]", b'"x"', b"[" * 5_000 + b"]" * 5_000, b"true", b"{}"])
@pytest.mark.parametrize("name", [b"files", b"fail"])
def test_an_entry_of_any_shape_costs_nothing_but_itself(name: bytes, entry: bytes) -> None:
    body = b'{"files": [' + json.dumps(PDF).encode() + (b"," if name == b"files" else b'], "fail": [') + entry + b"]}"
    found = read_delivery([(1, body)], [A])
    assert [file.document_key for file in found.files] == [A]
    assert len(found.failures) == 1


@pytest.mark.finding("F73")
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"\xff\xfe", b'{"files": [', b'{"files": [], "files": []}', b"<html>"]
)
def test_a_page_that_cannot_be_read_costs_the_others_nothing(body: bytes) -> None:
    found = read_delivery([(1, body), (2, page(PDF))], [A])
    assert [file.document_key for file in found.files] == [A]
    assert len(found.failures) == 1
