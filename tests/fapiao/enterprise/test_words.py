"""The words of enterprise files agree with the labels people see elsewhere; a wrong file is refused with its line."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from enterprise_files import WORDS
from fapiao.enterprise.spellings import OWN_KINDS, vocabulary
from fapiao.errors import RuleError
from fapiao.rules.rule_file import RULES
from fapiao.rules.spellings import folded


@pytest.mark.parametrize("kind", ["company_type", "status_mode", "channel", "download_type"])
def test_labels_are_those_of_the_rule_book(kind):
    assert dict(getattr(WORDS, kind).labels) == WORDS.rules.codes_of(kind)


@pytest.mark.parametrize("kind", ["channel", "download_type", "company_type", "account_type", "login", "status_mode"])
def test_a_code_and_its_label_mean_the_code(kind):
    words = getattr(WORDS, kind)
    for code, label in words.labels.items():
        assert words.find(code) == words.find(f" {label} ") == code


def test_the_file_fits_the_schema_that_editors_use_and_names_it():
    text = (RULES / "enterprise.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema/enterprise.json\n")
    schema = Draft202012Validator(json.loads((RULES / "schema" / "enterprise.json").read_text(encoding="utf-8")))
    content = json.loads(json.dumps(yaml.safe_load(text), default=str))
    assert [problem.message for problem in schema.iter_errors(content)] == []
    content["words"][0]["kind"] = "logon"
    assert not schema.is_valid(content)
    assert set(schema.schema["$defs"]["Word"]["properties"]["kind"]["enum"]) == set(OWN_KINDS)


def test_spellings_differ_by_width_case_blanks_and_dashes_only():
    assert folded("进项 － 全量") == folded("进项-全量") == folded("进项—全量")
    assert folded("ＲＰＡ") == "rpa"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("kind: login", "kind: logon", "kind 'logon' is unknown"),
        ("label: 收票\n", "lable: 收票\n", "unknown key 'lable'"),
        ("    label: 收票\n", "", "label is missing"),
        ("since: 2025-11-04", "since: soon", "since must be a date"),
        ("aliases: [收票管理]", "aliases: 收票管理", "aliases must be a list of texts"),
        ("aliases: [收票管理]", "aliases: [开票]", "account_type '开票' means receive and issue"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path, old, new, complaint):
    folder = tmp_path / "include" / "rules"
    shutil.copytree(RULES, folder)
    file: Path = folder / "enterprise.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=rf"include/rules/enterprise\.yaml:\d+: .*{complaint}"):
        vocabulary(WORDS.rules, folder)
