"""The schemas that editors use are what the structs of the rules say."""

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from docs.make_rule_schemas import schemas
from fapiao.rules.book import rulebook
from fapiao.rules.rule_file import RULES

WRITTEN = schemas()


def test_every_rules_file_has_a_schema_and_no_schema_is_left_over():
    assert {name.removesuffix(".json") for name in WRITTEN} == {"texts", *(file.stem for file in RULES.glob("*.yaml"))}
    assert {file.name for file in (RULES / "schema").iterdir()} == set(WRITTEN)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_the_committed_schema_is_what_the_command_writes(name):
    """.venv/bin/python docs/make_rule_schemas.py"""
    assert (RULES / "schema" / name).read_text(encoding="utf-8") == WRITTEN[name]


def valid(name: str, section: str, row: dict[str, object]) -> bool:
    """Whether a row fits, where the other sections of its file are empty."""
    schema = json.loads(WRITTEN[f"{name}.json"])
    whole = {other: [] for other in schema["required"]} | {section: [row]}
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(whole)


QUOTA = {
    "channel": "leqi", "counter": "full", "daily": 1, "current_month": None, "past_month": 3, "bureau_enforced": True,
    "since": "2025-11-04", "source": "S1", "text": "一次",
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("channel", "lq"),
        ("counter", " "),
        ("daily", -1),
        ("daily", "1"),
        ("bureau_enforced", 1),
        ("since", "soon"),
        ("text", ""),
        ("surprise", 1),
    ],
)
def test_a_schema_refuses_what_the_loader_refuses(key, value):
    assert valid("quotas", "quotas", QUOTA)
    assert not valid("quotas", "quotas", {**QUOTA, key: value})


def test_a_schema_lists_the_codes_of_the_other_files():
    row = json.loads(WRITTEN["calendar.json"])["$defs"]["CalendarRule"]["properties"]
    assert row["channel"]["enum"] == [*rulebook().codes_of("channel")]
    assert row["sync_type"]["enum"] == [*rulebook().codes_of("sync_type")]
    assert row["documents"]["propertyNames"] == {"enum": ["input", "output"]}


def test_a_list_has_each_value_once():
    row = json.loads(WRITTEN["layout_files.json"])["$defs"]["LayoutRule"]["properties"]
    assert row["download_types"]["uniqueItems"] is True
    assert row["download_types"]["minItems"] == 1
