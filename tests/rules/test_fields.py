"""fields.yaml: complete, bound to the schema, refused with file and line where it is wrong, and rendered as committed."""

import json

import psycopg
import pytest
import yaml
from jsonschema import Draft202012Validator

from fapiao.errors import RuleError
from fapiao.merge_sql.render import render
from fapiao.paths import SQL
from fapiao.pool_columns.reading import load_fields, staged_columns
from fapiao.pool_columns.records import LINE_COLUMNS, TARGETS
from fapiao.rules.rule_file import RULES

PROMISED = """direction, taxpayer_no, document_key, document, invoice_type, invoice_code, invoice_no, etax_invoice_no, issue_date,
seller_tax_no, seller_name, buyer_tax_no, buyer_name, amount, tax_amount, total_amount, total_tax_incl_amount, status, risk_status,
selection_status, deduction_status, deduction_purpose, not_deductible_type, tax_period, selected_at, certified_at,
effective_tax_amount, entry_status, entry_period, entry_at, vat_usage, consumption_tax_usage, verification_status, verify_source,
detail_level, org_code, tax_org_code, first_collected_at, aggregated_on, signed, remark"""

REFUSED = [
    ("    policy: entry_rule\n", "    policy: entry_rules\n", "policy 'entry_rules' is unknown"),
    ("    group: face\n", "    group: faces\n", "group 'faces' is unknown"),
    ("    type: numeric\n", "    type: float\n", "type 'float' is unknown"),
    ("  - name: buyer_name\n", "  - name: seller_name\n", "'seller_name' stands here for the second time"),
    ("    label: 销方名称\n", "    label: 销方名称\n    lable: x\n", "unknown key 'lable'"),
    ("    label: 销方名称\n", "", "label"),
    ("{digital: xsfmc,", "{digitel: xsfmc,", "'digitel'"),
    ("  - column: status\n", "  - column: statuss\n", "'statuss' is unknown"),
    ("    target: status\n", "    target: state\n", "target 'state' is unknown"),
    ("  - name: goods_name\n", "  - name: good_name\n", "'good_name' is unknown"),
    ("    strict: true\n", "    strict: perhaps\n", "strict"),
    ("    since: 2025-11-22\n", "    since: soon\n", "since"),
    ("backwards:\n", "backward:\n", "'backward'"),
    ("    group: business\n", "    group: business\n    from: {digital: x}\n", "is not the bureau's (A-35)"),
    ("    groups: [business]\n", "    groups: [business, face]\n", "groups 'face' stands here for the second time"),
    ("    groups: [derived, bookkeeping]\n", "    groups: [derived]\n", "owners lack bookkeeping"),
    ("    plane: O\n", "    plane: P\n", "plane 'P' is unknown"),
    ("    observes: [face, status]\n", "    observes: [face, stat]\n", "observes names 'stat'"),
    ("    overrides: true\n", "    override: true\n", "unknown key 'override'"),
    ('    version: "1"\n', "", "version is missing"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), REFUSED)
def test_a_wrong_rules_file_is_refused_with_file_and_line(spoil, old, new, sentence):
    folder = spoil("fields.yaml", old, new)
    with pytest.raises(RuleError, match=r"include/rules/fields\.yaml:\d+: ") as refused:
        load_fields(folder)
    assert sentence in str(refused.value)


def test_the_editor_schema_accepts_the_file_and_refuses_an_unknown_key():
    validator = Draft202012Validator(json.loads((RULES / "schema/fields.json").read_text(encoding="utf-8")))
    content = json.loads(json.dumps(yaml.safe_load((RULES / "fields.yaml").read_text(encoding="utf-8")), default=str))
    assert list(validator.iter_errors(content)) == []
    content["fields"][0]["surprise"] = 1
    assert not validator.is_valid(content)


@pytest.mark.parametrize("target", TARGETS)
def test_the_committed_sql_is_what_the_rules_say(target):
    assert (SQL / "merge" / f"{target}.sql").read_text(encoding="utf-8") == render(target)


def test_the_rules_and_the_table_have_the_same_columns_and_types(pool: psycopg.Connection):
    names = {"timestamp with time zone": "timestamptz"}
    found = pool.execute(
        """SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'pool' AND table_name = 'document' ORDER BY ordinal_position"""
    ).fetchall()
    assert [(name, names.get(kind, kind)) for name, kind in found] == [
        (column.name, column.type) for column in load_fields().columns
    ]


def test_the_line_columns_are_those_of_the_table(pool: psycopg.Connection):
    found = pool.execute("SELECT * FROM pool.line").description or []
    assert [column.name for column in found[2:]] == list(LINE_COLUMNS)


def test_the_view_keeps_its_promised_columns_in_their_order(pool: psycopg.Connection):
    promised = PROMISED.replace("\n", " ").split(", ")
    found = [column.name for column in pool.execute("SELECT * FROM fapiao.invoice").description or []]
    assert found[: len(promised)] == [name.strip() for name in promised]


def test_every_column_has_a_chinese_label_a_source_and_the_manuals_words():
    for column in load_fields().columns:
        assert column.label and column.source and column.text, column.name
    labels = [column.label for column in load_fields().columns]
    assert len(set(labels)) == len(labels)


def test_every_staged_column_exists_in_the_pool():
    known = set(load_fields().by_name) | {"document_key", "observed_at", "status_default"}
    for kind in load_fields().kinds:
        assert set(staged_columns(kind)) <= known
