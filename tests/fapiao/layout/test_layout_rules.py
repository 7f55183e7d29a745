"""Which downloads cause layout-file tasks is data, and follows the manual literally."""

from pathlib import Path

import pytest

from fapiao.errors import RuleError
from fapiao.layout.rules import layout_rule, layout_rules
from fapiao.rules.rule_file import RULES

TYPES = {"82", "81", "61", "51"}


@pytest.mark.req("R130", "R132", "A-42")
@pytest.mark.parametrize(
    ("channel", "download_type", "causes"),
    [
        ("etax", "input_full", True),
        ("etax", "input_incremental", False),
        ("etax", "input_status", False),
        ("etax", "output_full", False),
        ("leqi", "input_full", True),
        ("leqi", "input_incremental", True),
        ("leqi", "unselected_init", False),
        ("leqi", "input_files", False),
        ("soft_certificate", "input_full", False),
        ("tax_disk", "input_full", False),
        ("aisino", "input_full", False),
    ],
)
def test_only_these_downloads_cause_file_tasks(channel: str, download_type: str, causes: bool) -> None:
    assert (layout_rule(channel, download_type, "81") is not None) == causes


@pytest.mark.req("R133")
@pytest.mark.parametrize("channel", ["etax", "leqi"])
def test_only_four_types_have_layout_files(channel: str) -> None:
    every = ["01", "02", "03", "04", "08", "10", "11", "14", "15", "83", "84", "85", "86", "87", "88", "8208", *TYPES]
    assert {kind for kind in every if layout_rule(channel, "input_full", kind)} == TYPES


@pytest.mark.req("R132", "R135")
def test_only_leqi_asks_for_country_and_city() -> None:
    rules = {rule.channel: (rule.needs_city, bool(rule.countries)) for rule in layout_rules()}
    assert rules == {"etax": (False, False), "leqi": (True, True)}


def test_an_application_names_at_most_5000_invoices() -> None:
    assert {rule.invoices_per_task for rule in layout_rules()} == {5000}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("channel: leqi", "channel: fax", "'fax', which is unknown|'fax' is unknown"),
        ("needs_city: true", "needs_towns: true", "unknown key 'needs_towns'"),
        ("invoices_per_task: 5000", "invoices_per_task: 0", "at least 1"),
        ("[input_full]", "[output_full]", "output_full"),
        ("channel: leqi", "channel: etax", "second time"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = (RULES / "layout_files.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "layout_files.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=sentence) as refused:
        layout_rules(tmp_path)
    assert "layout_files.yaml:" in str(refused.value)
