"""What a bureau may state as a code or a ticket, and what is none."""

import pytest

from fapiao.channels.stated import code_of, stated, ticket_of


@pytest.mark.finding("F29")
@pytest.mark.parametrize(
    "value", [None, True, [], ["00"], {}, "", " ", "X" * 33, "<html>", "成功", "a\u0000"], ids=repr
)
def test_a_code_that_nobody_can_look_up_is_none(value: object) -> None:
    with pytest.raises(ValueError, match=r"errorCode is .*: a short code is expected"):
        code_of(value, "errorCode")


@pytest.mark.parametrize(
    ("value", "code"), [("00", "00"), (" P6901 ", "P6901"), (91300, "91300"), ("-1", "-1"), (200, "200")]
)
def test_a_code_is_a_short_text_or_a_number(value: object, code: str) -> None:
    assert code_of(value, "errorCode") == code


@pytest.mark.finding("F29")
def test_what_must_be_there_is_missed_by_its_name() -> None:
    with pytest.raises(ValueError, match=r"^Response is missing$"):
        stated({}, "Response")


@pytest.mark.finding("F22", "F29")
@pytest.mark.parametrize("value", [None, "", "  ", [], ["a"], {"a": 1}, True, 1.5, "a" * 129, "a\u0000b"], ids=repr)
def test_a_ticket_that_cannot_be_asked_about_is_none(value: object) -> None:
    assert ticket_of(value) is None


@pytest.mark.parametrize(("value", "ticket"), [("0" * 32, "0" * 32), (17, "17"), (" a ", "a")])
def test_a_ticket_is_kept_as_it_was_given(value: object, ticket: str) -> None:
    assert ticket_of(value) == ticket
