"""A wrong rules file is refused at load, with the file, the line and a sentence; nothing is guessed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fapiao.errors import RuleError
from fapiao.rules.book import rulebook

Spoil = Callable[[str, str, str], Path]

# file, what stands there, what is written instead, what the refusal says
MUTATIONS = [
    ("calendar", "    job: incremental\n", "    job: incremental\n    jbo: x\n", "unknown key 'jbo'"),
    ("calendar", "    label: 进项-增量\n", "", "label is missing"),
    ("calendar", "channel: leqi", "channel: lqi", "channel 'lqi' is unknown; known are aisino"),
    (
        "calendar",
        "id: leqi-risk-status",
        "id: leqi-incremental",
        "id 'leqi-incremental' stands here for the second time",
    ),
    ("calendar", "due: daily", "due: weekly", "due 'weekly' is unknown"),
    ("calendar", "due: 12", "due: 29", "due must be a whole number of at most 28, not 29"),
    ("calendar", 'crons: ["0 3 2 * *"]', 'crons: ["0 3 3 * *"]', "fires on days 3, but due 2 needs days 2"),
    ("calendar", 'crons: ["30 8 * * *"]', 'crons: ["30 24 * * *"]', "is not 'minute hour days * *'"),
    ("calendar", 'crons: ["30 8 * * *"]', "crons: []", "crons names nothing"),
    ("calendar", "window: previous_month", "window: last_month", "window 'last_month' is unknown"),
    ("calendar", "basis: collection_date", "basis: tax_period", "does not fit window four_days_to_yesterday"),
    ("calendar", "counter: unselected_init", "counter: daily", "counter 'daily' of leqi is not in quotas.yaml"),
    ("calendar", "reach: 7", "reach: 0", "reach must be a whole number of at least 1, not 0"),
    (
        "calendar",
        "window: previous_month\n",
        "window: previous_month\n    reach: 7\n",
        "reach is a number of days of 归集",
    ),
    ("calendar", "{output: [invoice]}", "{outward: [invoice]}", "documents names 'outward', which is unknown"),
    ("calendar", "{output: [invoice]}", "{output: [receipt]}", "documents names 'receipt', which is unknown"),
    ("calendar", "{output: [invoice]}", "{output: [invoice, invoice]}", "names something twice"),
    ("calendar", "{output: [invoice]}", "{output: []}", "documents names nothing"),
    ("calendar", "download: full", "download: output_full", "are written `full`"),
    (
        "calendar",
        "{output: [invoice]}\n    download: full",
        "{output: [invoice]}\n    download: input_status",
        "input only",
    ),
    ("calendar", "sync_type: current_day", "sync_type: today", "sync_type 'today' is unknown"),
    ("calendar", "open_replenish_last_month=1", "open_replenish_last_year=1", "is not in parameters.yaml"),
    ("calendar", "switch: rim_download.", "switch: rim_download/", "is not 'type.key=value'"),
    ("calendar", "    unless_complete: true\n    only_if_missing", "    only_if_missing", "needs unless_complete"),
    ("calendar", 'crons: ["0 1 6 * *"]', 'crons: ["0 2 6 * *"]', "but have different crons"),
    ("calendar", "documents: {input: [customs]}", "documents: {input: [invoice]}", "both download input invoice"),
    ("calendar", "since: 2025-11-22", "since: 2025-13-22", "not readable as YAML"),
    ("calendar", "since: 2025-11-22", "since: soon", "since must be a date like 2025-11-22, not 'soon'"),
    ("calendar", "deductible: true", "deductible: perhaps", "deductible must be true or false"),
    ("calendar", "calendar:\n", "calender:\n", "unknown section 'calender'"),
    ("calendar", "voids: current_month", "voids: this_month", "voids 'this_month' is no job of etax"),
    ("follow_ups", "after: [input_full]", "after: [all]", "after names 'all', which is unknown; known are input_files"),
    ("follow_ups", "after: [input_full]", "after: []", "after names nothing"),
    ("follow_ups", "job: usage_status", "job: usage", "job 'usage' is unknown"),
    ("channels", "code: etax", "code: leqi", "code 'leqi' stands here for the second time"),
    ("channels", "first_poll_seconds: 180", "first_poll_seconds: soon", "must be a whole number, not 'soon'"),
    ("channels", "first_poll_seconds: 180", "first_poll_seconds: -1", "must be a whole number of at least 0, not -1"),
    (
        "channels",
        "label: 软证书\n    aliases: []",
        "label: 软证书\n    aliases: 软证书",
        "aliases must be a list of texts",
    ),
    ("channels", "  - code: leqi\n", "  - code: leqi\n    code: leqi\n", "key 'code' stands twice"),
    ("quotas", "daily: 1", "daily: one", "daily must be a whole number or null, not 'one'"),
    (
        "quotas",
        "    past_month: 3\n    bureau_enforced",
        "    bureau_enforced",
        "past_month is missing",
    ),
    ("quotas", "bureau_enforced: true", "bureau_enforced: 1", "bureau_enforced must be true or false"),
    ("quotas", "    past_month: 3\n    bureau_enforced: true\n", "    past_month: 3\n", "bureau_enforced is missing"),
    (
        "quotas",
        "counter: unselected_init",
        "counter: full",
        "channel, counter 'leqi/full' stands here for the second time",
    ),
    ("quotas", "- channel: leqi", "- channel: lq", "channel 'lq' is unknown"),
    ("invoice_types", 'code: "11"', "code: 11", "code must be a text (put codes in quotes), not 11"),
    ("invoice_types", 'code: "08"', 'code: "01"', "code '01' stands here for the second time"),
    ("invoice_types", "directions: [input, output]", "directions: [in]", "directions names 'in', which is unknown"),
    ("invoice_types", "directions: [input, output]", "directions: []", "directions names nothing"),
    ("invoice_types", "document: customs", "document: duty", "document 'duty' is unknown"),
    ("invoice_types", "selectable: true", "selectable: maybe", "selectable must be true or false"),
    ("invoice_types", "aliases: [卷式发票, ", "aliases: [电子专用发票, ", "belongs to type 08 already"),
    (
        "statuses",
        'kind: status, code: "incomplete"',
        'kind: status, code: "pending"',
        "stands here for the second time",
    ),
    (
        "statuses",
        "actions: [poll, void, terminate]",
        "actions: [poll, cancel]",
        "actions names 'cancel', which is unknown",
    ),
    ("statuses", "label: 电子税局,", "label: 电子税局, final: true,", "said of kind status only, not of channel"),
    ("statuses", "label: 未处理", 'label: ""', "label is empty"),
    ("replies", 'code: "01", outcome: refused', 'code: "01", outcome: ignored', "outcome 'ignored' is unknown"),
    (
        "replies",
        'kind: returncode, code: "01"',
        'kind: returncode, code: "00"',
        "plane, kind, code 'leqi/returncode/00' stands here for the second time",
    ),
    ("replies", "kind: returncode", "kind: errno", "kind 'errno' is unknown"),
    ("replies", "name: LEQI_PARAMETER", "name: LEQI_NEW", "name 'LEQI_NEW' is unknown; known are "),
    ("replies", "advice: LEQI_USING_UNIT_unknown", "advice: wait", "advice 'wait' is unknown; known are "),
    ("replies", "plane: leqi", "plane: moon", "plane 'moon' is unknown"),
    ("replies", 'pattern: "', 'pattern: "(', "is no regular expression"),
    ("replies", 'code: "0000"', 'code: "*"', "code '*' needs a pattern"),
    ("messages", "surface: api", "surface: phone", "surface 'phone' is unknown"),
    ("messages", "surface: retry", "surface: scheduled", "stands here for the second time"),
    ("parameters", 'default: "0"', "default: 0", "default must be a text (put codes in quotes), not 0"),
    (
        "parameters",
        "parameters:\n",
        "parameters:\n  just a text\nmore:\n",
        "section 'parameters' must be a list of rows",
    ),
    ("parameters", "parameters:\n", "parameters:\n  - just a text\n", "expected a row of keys and values"),
]


@pytest.mark.parametrize(("name", "old", "new", "sentence"), MUTATIONS)
def test_a_wrong_rule_is_refused_with_file_line_and_reason(
    spoil: Spoil, name: str, old: str, new: str, sentence: str
) -> None:
    folder = spoil(f"{name}.yaml", old, new)
    with pytest.raises(RuleError, match=rf"^include/rules/{name}\.yaml:[0-9]+: ") as refused:
        rulebook(folder)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_line_is_the_one_of_the_wrong_key(rules_copy: Path) -> None:
    file = rules_copy / "calendar.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if "due: daily" in line)
    lines[number] = "    due: fortnightly\n"
    file.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(RuleError, match=rf"^include/rules/calendar\.yaml:{number + 1}: due 'fortnightly'"):
        rulebook(rules_copy)


@pytest.mark.parametrize("content", ["", "[]", "just a text", "quotas: [", "1: []", "quotas: 3", "quotas: \xa0\t- x"])
def test_a_file_that_is_no_list_of_rows_is_refused_with_its_name(rules_copy: Path, content: str) -> None:
    (rules_copy / "quotas.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(RuleError, match=r"^include/rules/quotas\.yaml"):
        rulebook(rules_copy)


def test_a_missing_file_is_refused_with_its_name(rules_copy: Path) -> None:
    (rules_copy / "messages.yaml").unlink()
    with pytest.raises(RuleError, match=r"^include/rules/messages\.yaml: cannot be read"):
        rulebook(rules_copy)


def test_a_file_that_is_not_utf8_is_refused_with_its_name(rules_copy: Path) -> None:
    (rules_copy / "messages.yaml").write_bytes("messages: 提示".encode("gb18030"))
    with pytest.raises(RuleError, match=r"^include/rules/messages\.yaml: cannot be read"):
        rulebook(rules_copy)


def test_a_missing_section_is_named(rules_copy: Path) -> None:
    file = rules_copy / "replies.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("patience:\n")], encoding="utf-8")
    with pytest.raises(RuleError, match="section 'patience' is missing"):
        rulebook(rules_copy)


def test_a_file_cannot_make_python_run(rules_copy: Path) -> None:
    file = rules_copy / "quotas.yaml"
    file.write_text("quotas:\n  - !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"quotas\.yaml:2: "):
        rulebook(rules_copy)
