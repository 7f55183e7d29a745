"""bureau_files.yaml fits its schema, says where every row comes from, and is refused with file and line where wrong."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from fapiao.bureau_files.layouts import file_rules
from fapiao.errors import RuleError
from fapiao.rules.book import rulebook
from fapiao.rules.rule_file import RULES

FILE = "bureau_files.yaml"


def test_the_file_fits_its_schema_and_the_editor_finds_it() -> None:
    text = (RULES / FILE).read_text(encoding="utf-8")
    schema = json.loads((RULES / "schema/bureau_files.json").read_text(encoding="utf-8"))
    content = json.loads(json.dumps(yaml.safe_load(text), default=str))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [f"{one.json_path}: {one.message}" for one in validator.iter_errors(content)] == []
    assert text.startswith("# yaml-language-server: $schema=schema/bureau_files.json\n")
    first = content["layouts"][0]
    for wrong in ({**first, "surprise": 1}, {key: one for key, one in first.items() if key != "source"}):
        assert not validator.is_valid({**content, "layouts": [wrong]})


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rows: documents", "rows: receipts", "rows 'receipts' is unknown"),
        ("tells: face", "tells: all", "tells 'all' is unknown"),
        ("      drawer: [开票人]", "      drawn_by: [开票人]", "columns names 'drawn_by', which is unknown"),
        ("      drawer: [开票人]", "      drawer: [备注]", "heading '备注' is given to two columns"),
        ("required: [invoice_code,", "required: [check_code,", "required names 'check_code', which is unknown"),
        ("id: full_lines_27", "id: full_documents_19", "stands here for the second time"),
        ("part: direction", "part: side", "part 'side' is unknown"),
        ("total_is_sum: true", "total_is_sum: maybe", "total_is_sum must be true or false"),
        ('values: {是: "Y"', "values: {是: 1", r"each of values must be a text \(put codes in quotes\) or null"),
        ("skipped:\n", "passed:\n", "unknown section 'passed'"),
    ],
)
def test_a_wrong_rule_is_refused_with_file_line_and_reason(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    folder = tmp_path / "include" / "rules"
    shutil.copytree(RULES, folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=rf"^include/rules/bureau_files\.yaml:[0-9]+: .*{sentence}"):
        file_rules(folder)


def test_every_word_of_a_column_and_every_type_of_a_name_is_a_code_that_the_project_knows() -> None:
    rules, book = file_rules(), rulebook()
    kinds = {"status": "invoice_status", "risk_status": "risk_status", "selection_status": "selection_status",
             "not_deductible_type": "not_deductible_type"}  # fmt: skip
    for column, kind in kinds.items():
        assert set(rules.texts[column].values()) <= set(book.codes_of(kind))
    assert {code for codes in rules.type_words.values() for code in codes} <= set(book.invoice_types)
