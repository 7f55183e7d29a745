"""docs/leased_queue.md draws the machine of the statements, with the statuses of the rules."""

import re

import pytest

from doc_pages import ROOT, blocks
from fapiao.rules.book import rulebook

PAGE = (ROOT / "docs" / "leased_queue.md").read_text(encoding="utf-8")
(DIAGRAM,) = blocks(PAGE, "mermaid")
QUEUES = {
    "downloads": ("tasks", "status"),
    "imports": ("imports", "status"),
    "selections": ("selection", "selection_task_status"),
    "verifications": ("verification", "verification_state"),
}
"""The SQL file of each queue, and the kind of its statuses in include/rules/statuses.yaml."""
STATES = {"due", "at_rest", "ended"}
"""The states of the machine in which a row is in the hands of nobody, each with a note."""


def noted(state: str) -> dict[str, set[str]]:
    """The statuses that a note of the diagram gives, by queue."""
    note = re.search(rf"note right of {state}\n(.*?)end note", DIAGRAM, re.DOTALL)
    assert note
    return {queue: set(codes.split(", ")) for queue, codes in re.findall(r"^ +(\w+): (.+)$", note[1], re.MULTILINE)}


def drawn() -> set[str]:
    """The states of the diagram."""
    return {state for edge in re.findall(r"^ +(\w+|\[\*\]) --> (\w+|\[\*\])", DIAGRAM, re.MULTILINE) for state in edge}


def statement(file: str, name: str) -> str:
    """A named block of include/sql."""
    text = (ROOT / "include" / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    found = re.search(rf"^-- name: {name}$(.*?)(?=^-- name: |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"{file}.sql has no {name}"
    return found[1]


@pytest.mark.parametrize("queue", QUEUES)
def test_the_statuses_of_the_notes_are_those_of_the_rules(queue: str) -> None:
    given = [noted(state).get(queue, set()) for state in STATES]
    assert set.union(*given) == set(rulebook().codes_of(QUEUES[queue][1]))
    assert sum(map(len, given)) == len(set.union(*given)), "a status stands in one note"


def test_the_ended_ones_are_final() -> None:
    final = {code.code for code in rulebook().codes if code.kind == "status" and code.final}
    assert noted("ended")["downloads"] == noted("ended")["imports"] == final


@pytest.mark.parametrize(
    ("file", "queue", "name"),
    [
        *((file, queue, name) for queue, (file, _) in QUEUES.items() if queue != "imports"
          for name in ("claim", "lock_claimed", "release")),
        ("imports", "imports", "take"),
        ("imports", "imports", "queues"),
    ],
)  # fmt: skip
def test_what_the_statements_claim_lock_and_release_are_the_due_ones(file: str, queue: str, name: str) -> None:
    listed = re.findall(r"(?:status|state) IN \(([^)]*)\)", statement(file, name))
    assert listed
    assert all(set(re.findall(r"'(\w+)'", one)) == noted("due")[queue] for one in listed)


def test_every_state_says_how_a_row_shows_it() -> None:
    assert drawn() - {"[*]"} == set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("queue", sorted(set(QUEUES) - {"imports"}))
def test_the_arrows_that_name_a_statement_name_one_of_every_queue(queue: str) -> None:
    named = {"claim", "lock_claimed", "postpone", "release"}
    labels = " ".join(re.findall(r"--> \w+: (.+)$", DIAGRAM, re.MULTILINE))
    assert named <= set(re.findall(r"\w+", labels))
    for name in named | ({"wait_for_login"} if queue != "verifications" else set()):
        statement(QUEUES[queue][0], name)
