"""A form as Airflow shows it: each kind of field has its schema, and what is no field of the page is left out."""

from typing import Any

import pytest

from fapiao.forms.fields import FormField, Option, run_day_field
from operators.airflow_dag import params_of, project_dag

LABELS = {"1": "甲", "2": "乙"}


@pytest.mark.parametrize(
    ("field", "value", "schema"),
    [
        (FormField("x", "text", "题"), None, {"type": ["null", "string"]}),
        (FormField("x", "text", "题", choices=lambda: LABELS, nothing="空"), None,
         {"type": ["null", "string"], "enum": [None, "1", "2"], "values_display": {"null": "空"} | LABELS}),
        (FormField("x", "one", "题", choices=lambda: LABELS, preset="1"), "1", {"enum": ["1", "2"], "values_display": LABELS}),
        (FormField("x", "text", "题", choices=lambda: {"甲": "甲"}, preset="甲"), "甲", {"type": "string", "enum": ["甲"]}),
        (FormField("x", "texts", "题"), [], {"type": ["null", "array"], "items": {"type": "string"}}),
        (FormField("x", "texts", "题", needed=True), [], {"type": "array", "items": {"type": "string"}}),
        (FormField("x", "texts", "题", choices=lambda: LABELS), [],
         {"type": ["null", "array"], "items": {"type": "string"}, "examples": ["1", "2"], "values_display": LABELS}),
        (FormField("x", "texts", "题", suggested=["2026"]), [],
         {"type": ["null", "array"], "items": {"type": "string"}, "examples": ["2026"]}),
        (FormField("x", "flag", "题", preset=True), True, {"type": "boolean"}),
        (run_day_field("as_of"), None, {"type": ["null", "string"], "format": "date"}),
    ],
)  # fmt: skip
def test_a_kind_of_field_has_its_schema(field: FormField, value: object, schema: dict[str, Any]) -> None:
    (param,) = params_of((field,)).values()
    assert (param.value, param.schema) == (value, schema | {"title": field.label})


def test_a_field_that_is_needed_has_no_value_and_takes_no_empty_one() -> None:
    from airflow.sdk.exceptions import ParamValidationError

    (param,) = params_of((FormField("org", "text", "核算组织", needed=True),)).values()
    for given in ("", None):
        with pytest.raises(ParamValidationError):
            param.resolve(given)
    assert param.resolve("E") == "E"


def test_a_field_without_a_label_is_not_on_the_page() -> None:
    assert params_of((FormField("method", "texts", option=Option("--method", "how")),)) == {}


@pytest.mark.parametrize(
    ("dag_id", "crons"),
    [("selection", []), ("auto_selection", ["0 7 * * *"]), ("leqi__risk_status", ["30 6 * * *", "30 18 * * *"])],
)
def test_a_dag_fires_at_each_of_its_times_in_shanghai(dag_id: str, crons: list[str]) -> None:
    timetable = project_dag(dag_id, ()).timetable
    inner = getattr(timetable, "timetables", [timetable] if crons else [])
    assert [one.expression for one in inner] == crons
    assert {str(one.timezone) for one in inner} <= {"Asia/Shanghai"}


@pytest.mark.finding("F58")
def test_a_dag_without_texts_is_refused() -> None:
    with pytest.raises(KeyError, match=r"tomorrow is not in include/rules/dags\.yaml"):
        project_dag("tomorrow", ())
