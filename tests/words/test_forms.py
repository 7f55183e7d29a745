"""What the fields of a form say cannot be taken for an operation on a document, nor for a word of another trade."""

import pytest

from fapiao.dag_texts.catalogue import catalogue, field_texts

FIELDS = [(row.form, name, one) for row in catalogue().forms for name, one in row.fields.items()]


@pytest.mark.parametrize("form", ["history", "selection"])
def test_the_switch_that_submits_nothing_is_called_a_preview_and_is_switched_off(form: str) -> None:
    field = field_texts(form, "dry_run")
    assert field.label == "预览（不提交）"
    assert field.note.endswith("关闭本开关后才会提交税局。")


@pytest.mark.finding("F58")
def test_runs_by_the_calendar_ask_for_a_day_and_for_companies_in_chinese() -> None:
    for form in ("calendar_run", "as_of"):
        assert field_texts(form, "date").note == "按哪一天执行；留空为排定日（北京时间）。"
    assert field_texts("calendar_run", "taxpayers").note == "仅处理这些税号，每行一个；留空为该通道全部企业。"


@pytest.mark.parametrize(("form", "name", "field"), FIELDS, ids=lambda one: one if isinstance(one, str) else "")
def test_a_day_is_one_of_beijing_and_an_empty_field_is_said_in_one_way(form: str, name: str, field) -> None:
    if "今天" in field.note or "排定日" in field.note:
        assert field.note.endswith("（北京时间）。")
    assert "空为" not in field.note.replace("留空为", "")
