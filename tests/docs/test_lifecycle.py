"""docs/lifecycle.md draws what include/sql/schema/0002_sync.sql allows."""

import re

import pytest

from doc_pages import ROOT, blocks
from fapiao.rules import rulebook

PAGE = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
SCHEMA = (ROOT / "include" / "sql" / "schema" / "0002_sync.sql").read_text(encoding="utf-8")
VERIFICATIONS = (ROOT / "include" / "sql" / "schema" / "0011_verification.sql").read_text(encoding="utf-8")
TASKS, SLOTS, CHECKS = 0, 1, 2
EDGE = re.compile(r"^ +(\[\*\]|\w+) --> (\[\*\]|\w+)", re.MULTILINE)

Transitions = set[tuple[str, str]]


def checked(column: str) -> dict[str, str]:
    """The states a CHECK of the schema lists, each with its comment."""
    listed = re.search(rf"{column} text NOT NULL[^(]*CHECK \({column} IN \(\n(.*?)\n +\)\)", SCHEMA, re.DOTALL)
    assert listed
    return dict(re.findall(r"'(\w+)',? +-- (.+)", listed[1]))


def commented(column: str) -> Transitions:
    """The transitions of the comments, like `planned -> downloading | apply_failed`."""
    moves = {state: comment.partition("->")[2].split("|") for state, comment in checked(column).items()}
    return {(state, target.strip()) for state, targets in moves.items() for target in targets if target.strip()}


def drawn(diagram: int) -> Transitions:
    """The arrows of a diagram."""
    return set(EDGE.findall(blocks(PAGE, "mermaid")[diagram]))


def inner(arrows: Transitions) -> Transitions:
    """The arrows from state to state."""
    return {arrow for arrow in arrows if "[*]" not in arrow}


@pytest.mark.parametrize(("diagram", "column"), [(TASKS, "status"), (SLOTS, "state")])
def test_the_arrows_are_the_transitions_of_the_schema(diagram, column):
    assert inner(drawn(diagram)) == commented(column)


def test_the_statuses_of_the_schema_are_those_of_the_rules():
    assert set(checked("status")) == set(rulebook().codes_of("status"))


def test_the_states_drawn_as_final_are_the_final_ones():
    final = {code.code for code in rulebook().codes if code.kind == "status" and code.final}
    assert {state for state, target in drawn(TASKS) if target == "[*]"} == final
    said = {state for state, comment in checked("status").items() if "(final)" in comment}
    assert said == final


def test_every_arrow_says_who_causes_it():
    rows = re.findall(r"^\| (?:`(\w+)`|—) \| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    explained = {(origin or "[*]", target) for origin, target, who, when in rows if who.strip() and when.strip()}
    assert explained == {arrow for arrow in drawn(TASKS) if arrow[1] != "[*]"}


def test_the_states_of_a_verification_are_those_of_its_table_and_of_the_rules():
    listed = re.search(r"state text NOT NULL[^(]*CHECK \(state IN \(\n(.*?)\n +\)\)", VERIFICATIONS, re.DOTALL)
    assert listed
    comments = dict(re.findall(r"'(\w+)',? +-- (.+)", listed[1]))
    arrows = drawn(CHECKS)
    assert {state for arrow in arrows for state in arrow} - {"[*]"} == set(comments)
    assert set(comments) == set(rulebook().codes_of("verification_state"))
    assert {state for state, target in arrows if target == "[*]"} == {
        state for state, comment in comments.items() if "(final)" in comment
    }
    assert {target for state, target in arrows if state == "waiting"} == set(comments) - {"waiting"}
    assert {target for state, target in arrows if state == "limit"} == set(comments) - {"waiting", "limit"}
