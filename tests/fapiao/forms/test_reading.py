"""A form is read in one way wherever it was filled in: what each kind of field comes to, every problem in order."""

from datetime import date
from typing import Any

import pytest

from fapiao.errors import BadInput
from fapiao.forms.fields import FormField, run_day_field
from fapiao.forms.items import items, parts
from fapiao.forms.reading import fill, given

FORM = (
    FormField("words", "text"),
    FormField("direction", "text", codes="direction"),
    FormField(
        "document", "one", codes="document", check=lambda found: "only one document" if len(found) > 1 else None
    ),
    FormField("taxpayers", "texts"),
    run_day_field("as_of"),
    FormField("dry_run", "flag", preset=True),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("words", " 样品, 其他 ", "样品, 其他"),
        ("words", "  ", None),
        ("direction", "进项", "input"),
        ("document", ["发票", "invoice"], "invoice"),
        ("taxpayers", "A，B、A;\nC", ("A", "B", "C")),
        ("taxpayers", [" A ", "", "B,C"], ("A", "B,C")),
        ("date", "2027-03-10", date(2027, 3, 10)),
        ("date", date(2027, 3, 10), date(2027, 3, 10)),
        ("dry_run", False, False),
        ("dry_run", "false", False),
        ("dry_run", "否", False),
        ("dry_run", "ＯＦＦ", False),
        ("dry_run", 0, False),
        ("dry_run", "是", True),
        ("direction", " 进\u200b项 ", "input"),
        ("date", "２０２７年３月１０日", date(2027, 3, 10)),
        ("date", "20270310", date(2027, 3, 10)),
    ],
)
def test_what_a_field_says(name: str, value: object, read: object) -> None:
    filled = fill(FORM, {name: value})
    assert filled[name] == read
    assert filled.problems == []


@pytest.mark.parametrize("empty", [{}, dict.fromkeys(field.name for field in FORM)])
def test_what_is_left_empty_is_nothing_and_a_switch_is_as_the_page_begins(empty: dict[str, Any]) -> None:
    filled = fill(FORM, empty)
    assert filled.values == {
        "words": None, "direction": None, "document": None, "taxpayers": (), "date": None, "dry_run": True,
    }  # fmt: skip
    filled.refuse()
    assert filled.conditions()["taxpayers"] is None


def test_every_problem_is_said_at_once_in_the_order_of_the_fields() -> None:
    filled = fill(FORM, {"date": "10.3.2027", "document": "发票,海关缴款书", "direction": "sideways", "month": "3"})
    with pytest.raises(BadInput) as refused:
        filled.refuse()
    unknown, direction, document, day = refused.value.problems
    assert unknown == "这张表单没有“month”这一项。"
    assert direction == "进销项“sideways”不存在；可选：input 进项、output 销项。"
    assert document == "only one document"
    assert day.endswith("：“10.3.2027”不是日期；请写成 2026-01-05")


@pytest.mark.parametrize(("value", "read"), [(None, None), ("", ""), (" x ", " x ")])
def test_a_word_of_a_filter_counts_as_it_was_typed_also_where_it_is_empty(value: object, read: object) -> None:
    filled = fill(
        (FormField("x", "word"), FormField("y", "words")), {"x": value, "y": value if value is None else [value]}
    )
    assert filled.conditions() == {"x": read, "y": None if read is None else [read]}


def test_several_are_a_list_for_a_statement() -> None:
    assert fill(FORM, {"taxpayers": "A,B"}).conditions()["taxpayers"] == ["A", "B"]


def test_a_reader_that_refuses_leaves_its_problems() -> None:
    def refuse() -> int:
        raise BadInput(["no", "never"])

    filled = fill(FORM, {})
    assert filled.read(lambda: 5) == 5
    assert filled.read(refuse) is None
    assert filled.problems == ["no", "never"]


def test_of_other_values_a_form_takes_its_own() -> None:
    assert given(FORM[:1], {"words": "样品", "json": True}) == {"words": "样品"}
    assert given(FORM[:1], {}) == {"words": None}


def test_the_parts_of_a_list_are_kept_and_its_items_are_each_there_once() -> None:
    assert parts("A、A，B") == ["A", "A", "B"]
    assert items("A、A，B") == ("A", "B")
    assert items(None) == items(5) == ()
