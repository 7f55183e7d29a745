"""The rules files with a reader of their own: they fit their schemas and are refused with file and line when wrong."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from fapiao.bounds import bounds
from fapiao.dag_texts.catalogue import catalogue
from fapiao.errors import RuleError
from fapiao.exports.columns import plans
from fapiao.exports.templates import templates
from fapiao.key_elements.rules import key_element_rules
from fapiao.rules.book import rulebook
from fapiao.rules.manuals import manuals
from fapiao.rules.rule_file import RULES
from fapiao.rules.tax_organisation import types_by_buyer
from fapiao.selection.list_rules import list_rules
from fapiao.selection.result_codes import result_codes
from fapiao.selection.rules import selection_rules
from fapiao.verification import verification_rules

READERS = {
    "bounds": bounds,
    "dags": catalogue,
    "verification": verification_rules,
    "key_elements": key_element_rules,
    "manuals": manuals,
    "exports": plans,
    "templates": templates,
    "tax_organisation": types_by_buyer,
    "selection_results": result_codes,
    "selection_lists": list_rules,
    "selection": selection_rules,
}
Spoil = Callable[[str, str, str], Path]


def content(name: str) -> dict[str, list[dict[str, object]]]:
    """A rules file as JSON has it: dates are texts."""
    found = yaml.safe_load((RULES / f"{name}.yaml").read_text(encoding="utf-8"))
    return json.loads(json.dumps(found, default=str))


@pytest.mark.req("R002")
@pytest.mark.parametrize("name", READERS)
def test_the_file_fits_its_schema_and_every_row_says_where_it_comes_from(name: str) -> None:
    schema = json.loads((RULES / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    problems = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(content(name))
    assert [f"{problem.json_path}: {problem.message}" for problem in problems] == []
    rows = [row for section in content(name).values() for row in section]
    assert all(row["since"] and row["source"] and row["text"] for row in rows)
    first = (RULES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=schema/{name}.json"


def test_every_bound_is_held_by_somebody() -> None:
    code = "".join(
        file.read_text(encoding="utf-8")
        for file in (RULES.parents[1] / "plugins").rglob("*.py")
        if file.parts[-2:] != ("fapiao", "bounds.py")
    )
    assert [name for name in bounds() if f'"{name}"' not in code] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("verification", '"08"]\n    key: amount', '"08"]\n    key: sum', "key 'sum' is unknown"),
        ("verification", "number: paper", "number: both", "number 'both' is unknown"),
        ("verification", '["81", ', '["01", "81", ', "invoice_types '01' stands here for the second time"),
        ("verification", "limit: 5", "limit: five", "limit must be a whole number"),
        ("verification", "state: mismatch", "state: wrong", "state 'wrong' is unknown"),
        ("verification", "answers:\n", "replies:\n", "unknown section 'replies'"),
        ("bounds", "{found} 个文件", "{what} 个文件", "sentence names what; it may name found, value"),
        ("bounds", "value: 200", "value: 0", "value must be a whole number of at least 1"),
        ("bounds", "name: zip_files", "name: zip_pages", "name 'zip_pages' is unknown"),
        ("dags", "dag: selection", "dag: history_sync", "dag 'history_sync' stands here for the second time"),
        ("dags", "name: 发票查验\n", "name: 发票查验\n    colour: red\n", "unknown key 'colour'"),
        ("dags", "label: 预览（不提交）\n", "label: 预览（不提交）\n        hint: x\n", "hint"),
        (
            "dags",
            "readers: [平台, 管理员]",
            "readers: [平台, everybody]",
            "readers names 'everybody', which is unknown",
        ),
        ("dags", "task_hours: 3", "task_hours: 0", "task_hours must be a whole number of at least 1"),
        ("dags", "{channel}·{label}", "{channel}·{job}", "of the calendar names {channel} and {label}"),
        ("dags", "window: month_of_yesterday", "window: previous_month", "stands here for the second time"),
        ("manuals", "code: S1", "code: S0", "code 'S0' stands here for the second time"),
        ("manuals", "edition: 星空旗舰版", 'edition: ""', "edition is empty"),
        ("key_elements", "field: document", "field: paper", "field 'paper' is unknown"),
        ("key_elements", "value: today", "value: tomorrow", "value 'tomorrow' is unknown"),
        ("key_elements", "field: date_to", "field: date_from", "stands here for the second time"),
        ("key_elements", 'flags: ["0"]', "flags: 0", "flags must be a list of texts"),
        ("exports", "columns: [label, tasks,", "columns: [label, task,", "columns names 'task', which is unknown"),
        (
            "exports",
            "columns: [label, tasks,",
            "columns: [label, status_label,",
            "the heading 同步状态 stands over two",
        ),
        ("exports", "name: price, cell: number", "name: price, cell: euro", "cell 'euro' is unknown"),
        ("exports", "codes: risk_status", "codes: risk", "codes 'risk' is unknown"),
        ("exports", "name: tasks, label: 任务数", "name: tasks", "tasks has no label here"),
        ("templates", "required: true", "required: 必填", "required must be true or false"),
        ("selection_lists", "number: 2", "number: 1", "number '1' stands here for the second time"),
        ("selection_lists", "message: list_type", "message: list_kind", "message 'list_kind' is not in messages.yaml"),
        ("selection_lists", "column: type", "column: kind", "column 'kind' is unknown"),
        ("selection_lists", "columns: [issue_date]", "columns: [day]", "columns names 'day', which is unknown"),
        ("tax_organisation", "types: [customs]", 'types: ["03"]', "types '03' stands here for the second time"),
        ("tax_organisation", '["10", "08"', '["10", "99"', "types names '99', which is unknown"),
        ("selection", "steps: [reason, status,", "steps: [reason, mood,", "steps names 'mood', which is unknown"),
        ("selection", "label: 撤销抵扣勾选", "label: 抵扣勾选", "is the name of another operation already"),
        (
            "selection",
            "here: false",
            "here: false\n    steps: [status]",
            "steps are said only of what is carried out here",
        ),
        ("selection", "becomes: none", "becomes: nothing", "becomes 'nothing' is unknown"),
        ("selection", "channel: leqi", "channel: tax_disk", "channel 'tax_disk' is unknown"),
        ("selection", "value: 2000", "value: many", "value must be a whole number"),
        ("selection", 'reached: ["05"]', 'reached: ["99"]', "reached names '99', which is unknown"),
        ("selection_results", 'code: "01", outcome: done', 'code: "01", outcome: good', "outcome 'good' is unknown"),
        (
            "selection_results",
            'leqi, code: "02"',
            'leqi, code: "01"',
            "channel, code 'leqi/01' stands here for the second time",
        ),
        ("selection_results", 'pattern: "无需', 'pattern: "(无需', "is no regular expression"),
        ("selection_results", 'answer: jgzt, code: "04"', 'answer: zt, code: "04"', "answer 'zt' is unknown"),
        ("selection_results", "uploads:\n  - {channel: leqi", "uploads:\n  - {channel: etax", "for the second time"),
        (
            "selection_results",
            "limit: 2000, first_poll_seconds: 600",
            "limit: many, first_poll_seconds: 600",
            "whole number",
        ),
        ("templates", "column: org_name", "column: org_code", "stands here for the second time"),
    ],
)
def test_a_wrong_rule_is_refused_with_file_line_and_reason(
    spoil: Spoil, name: str, old: str, new: str, sentence: str
) -> None:
    folder = spoil(f"{name}.yaml", old, new)
    with pytest.raises(RuleError, match=rf"^include/rules/{name}\.yaml:[0-9]+: ") as refused:
        READERS[name](folder)
    assert sentence in str(refused.value)


def test_defaults_that_lack_a_field_are_refused(rules_copy: Path) -> None:
    file = rules_copy / "key_elements.yaml"
    text = file.read_text(encoding="utf-8")
    start = text.index("  - field: date_to")
    file.write_text(text[:start] + text[text.index("tax_period:\n") :], encoding="utf-8")
    with pytest.raises(RuleError, match="defaults lack date_to"):
        key_element_rules(rules_copy)


def test_every_type_and_code_that_the_files_name_exists() -> None:
    book = rulebook()
    known = {*book.invoice_types, "02"}
    assert verification_rules().keys.keys() <= known
    invoices = {code for code, kind in book.invoice_types.items() if kind.document == "invoice"}
    assert verification_rules().keys.keys() >= invoices
    assert key_element_rules().flags.keys() == book.codes_of("deduction_status").keys()


@pytest.mark.req("R001")
def test_every_manual_that_a_rule_names_is_listed_with_the_edition_it_applies_to() -> None:
    texts = [file.read_text(encoding="utf-8") for file in RULES.glob("*.yaml")]
    named = {code for text in texts for code in re.findall(r"source: [^\n]*?\b(S[0-9])\b", text)}
    assert {"S0", "S1", "S3", "S4"} <= named <= manuals().keys()
    assert {one.edition for one in manuals().values()} == {"星空旗舰版"}
