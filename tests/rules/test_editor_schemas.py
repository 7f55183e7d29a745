"""The schemas that editors use refuse what the loader refuses: a key more, a key less, no section at all."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from fapiao.rules.rule_file import RULES

NAMES = (
    "channels",
    "calendar",
    "quotas",
    "invoice_types",
    "statuses",
    "replies",
    "messages",
    "parameters",
    "follow_ups",
    "layout_files",
    "modules",
    "rights",
)


def sections(name: str) -> dict[str, list[dict[str, Any]]]:
    """A rules file as JSON has it: days are texts."""
    content = yaml.safe_load((RULES / f"{name}.yaml").read_text(encoding="utf-8"))
    return json.loads(json.dumps(content, default=str))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_more_than_a_list_of_names(name):
    schema = Draft202012Validator(json.loads((RULES / "schema" / f"{name}.json").read_text(encoding="utf-8")))
    found = sections(name)
    section, (first, *_) = next(iter(found.items()))
    without = [
        {key: value for key, value in first.items() if key != missing} for missing in ("since", "source", "text")
    ]
    assert schema.is_valid({**found, section: [first]})
    for spoilt in ({**first, "surprise": 1}, *without):
        assert not schema.is_valid({**found, section: [spoilt]})
    assert not schema.is_valid({})
    assert not schema.is_valid({**found, "surprise": []})
