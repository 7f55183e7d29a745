"""docs/lifecycle.md draws what the CHECKs of the schema and the comments of its migrations allow."""

import re

import pytest

from doc_pages import ROOT, blocks
from fapiao.rules.book import rulebook

PAGE = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
SCHEMA, VERIFICATIONS, SELECTIONS = (
    (ROOT / "include" / "sql" / "schema" / name).read_text(encoding="utf-8")
    for name in ("0002_sync.sql", "0011_verification.sql", "0014_selection.sql")
)
MIGRATIONS = sorted((ROOT / "include" / "sql" / "schema").glob("*.sql"))
LATER = "\n".join(file.read_text(encoding="utf-8") for file in MIGRATIONS)
"""A migration that adds a status of tasks names its transitions in its head, as 0024_incomplete.sql does."""
CURRENT = (ROOT / "docs" / "schema.sql").read_text(encoding="utf-8")
TASKS, SLOTS, CHECKS, REQUESTS, ITEMS = range(5)
EDGE = re.compile(r"^ +(\[\*\]|\w+) --> (\[\*\]|\w+)", re.MULTILINE)

Transitions = set[tuple[str, str]]


def checked(column: str, schema: str = SCHEMA) -> dict[str, str]:
    """The states a CHECK of the schema lists, each with its comment."""
    listed = re.search(rf"{column} text NOT NULL[^(]*CHECK \({column} IN \(\n(.*?)\n +\)\)", schema, re.DOTALL)
    assert listed
    return dict(re.findall(r"'(\w+)',? +-- (.+)", listed[1]))


def current(constraint: str) -> set[str]:
    """The states that a CHECK of docs/schema.sql lists."""
    listed = re.search(rf"CONSTRAINT {constraint}_check CHECK \(\(\w+ = ANY \(ARRAY\[(.*?)\]", CURRENT)
    assert listed
    return set(re.findall(r"'(\w+)'", listed[1]))


def commented(column: str, schema: str = SCHEMA) -> Transitions:
    """The transitions of the comments, like `planned -> downloading | apply_failed`."""
    moves = {state: comment.partition("->")[2].split("|") for state, comment in checked(column, schema).items()}
    return {(state, target.strip()) for state, targets in moves.items() for target in targets if target.strip()}


def later(schema: str) -> Transitions:
    """The transitions that a later migration names in its head, like `--   pending -> succeeded (why) | …`."""
    moves = re.findall(r"^--   (\w+) -> (.+)$", schema, re.MULTILINE)
    return {(state, target) for state, targets in moves for target in re.findall(r"(?:^|\| )(\w+)", targets)}


def drawn(diagram: int) -> Transitions:
    """The arrows of a diagram."""
    return set(EDGE.findall(blocks(PAGE, "mermaid")[diagram]))


def final(schema: str, column: str) -> set[str]:
    """The states that the schema calls final."""
    return {state for state, comment in checked(column, schema).items() if "(final)" in comment}


def inner(arrows: Transitions) -> Transitions:
    """The arrows from state to state."""
    return {arrow for arrow in arrows if "[*]" not in arrow}


@pytest.mark.parametrize(
    ("diagram", "column", "schema"),
    [
        (TASKS, "status", SCHEMA),
        (SLOTS, "state", SCHEMA),
        (REQUESTS, "status", SELECTIONS),
        (ITEMS, "state", SELECTIONS),
    ],
)
def test_the_arrows_are_the_transitions_of_the_schema(diagram, column, schema):
    assert inner(drawn(diagram)) == commented(column, schema) | (later(LATER) if diagram == TASKS else set())


def test_the_statuses_of_the_schema_are_those_of_the_rules():
    assert current("task_status") == set(rulebook().codes_of("status"))


def test_the_states_drawn_as_final_are_the_final_ones():
    final = {code.code for code in rulebook().codes if code.kind == "status" and code.final}
    assert {state for state, target in drawn(TASKS) if target == "[*]"} == final


@pytest.mark.parametrize(
    ("diagram", "heading"),
    [
        (TASKS, "The life of a task"),
        (REQUESTS, "The life of a selection"),
        (ITEMS, "The life of a document in a selection"),
    ],
)
def test_every_arrow_says_who_causes_it(diagram, heading):
    section = re.split(r"^#+ (?=The life of )", PAGE, flags=re.MULTILINE)
    (text,) = [one for one in section if one.startswith(f"{heading}\n")]
    rows = re.findall(r"^\| (?:`(\w+)`|—) \| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    explained = {(origin or "[*]", target) for origin, target, who, when in rows if who.strip() and when.strip()}
    assert explained == {arrow for arrow in drawn(diagram) if arrow[1] != "[*]"}


@pytest.mark.req("R211", "R213", "R214")
@pytest.mark.parametrize(
    ("diagram", "column", "constraint", "kind"),
    [
        (REQUESTS, "status", "selection_status", "selection_task_status"),
        (ITEMS, "state", "selection_item_state", "selection_item_state"),
    ],
)
def test_the_states_of_a_selection_are_those_of_its_tables_and_of_the_rules(diagram, column, constraint, kind):
    assert current(constraint) == set(rulebook().codes_of(kind))
    assert {state for state, target in drawn(diagram) if target == "[*]"} == final(SELECTIONS, column)


def test_what_a_selection_is_born_as_is_what_a_submission_can_write():
    born = {target for origin, target in drawn(REQUESTS) if origin == "[*]"}
    assert born == {"unprocessed", *final(SELECTIONS, "status")}
    assert {target for origin, target in drawn(ITEMS) if origin == "[*]"} == {"open", *final(SELECTIONS, "state")}


def test_the_states_of_a_verification_are_those_of_its_table_and_of_the_rules():
    listed = re.search(r"state text NOT NULL[^(]*CHECK \(state IN \(\n(.*?)\n +\)\)", VERIFICATIONS, re.DOTALL)
    assert listed
    comments = dict(re.findall(r"'(\w+)',? +-- (.+)", listed[1]))
    arrows = drawn(CHECKS)
    assert {state for arrow in arrows for state in arrow} - {"[*]"} == set(comments)
    assert set(comments) == current("verification_state") == set(rulebook().codes_of("verification_state"))
    assert {state for state, target in arrows if target == "[*]"} == {
        state for state, comment in comments.items() if "(final)" in comment
    }
    assert {target for state, target in arrows if state == "waiting"} == set(comments) - {"waiting"}
    assert {target for state, target in arrows if state == "limit"} == set(comments) - {"waiting", "limit"}
