"""How a declared rules file is read: exact types, each key once, and every refusal at its line."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal, get_args

import pytest
from msgspec import Meta, field

from doc_pages import ROOT
from fapiao.errors import RuleError
from fapiao.rules.refusals import RowError
from fapiao.rules.rule_file import Count, Least1, RuleFile, RuleRow, RuleSections, SomeTexts, Text, Texts
from fapiao.windows import RANGES, RangeName

FIRST_TOGETHER = """
import sys, threading
from fapiao.rules.book import rulebook
sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
threads = [threading.Thread(target=lambda: (start.wait(), rulebook())) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
print(len(rulebook().calendar))
"""


class Tree(RuleRow, frozen=True):
    """A row with a key of every shape."""

    unique = ("name", ("sort", "age"))

    name: Text
    kind: Literal["oak", "elm"] = field(name="sort", default="oak")
    age: Count | None = None
    rings: Least1 = 1
    tall: bool = False
    names: Texts = ()
    places: Annotated[SomeTexts, Meta(description="where it stands")] = ("here",)
    leaves: dict[Literal["green", "red"], Texts] = field(default_factory=dict)
    words: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tall and not self.age:
            raise RowError("tall trees have an age", "tall")


class Bird(RuleRow, frozen=True):
    """A row whose closed list is shared out among all rows."""

    unique = ("nests",)
    every = "nests"

    nests: tuple[Literal["oak", "elm"], ...]


class Wood(RuleSections, frozen=True):
    """A file of two sections."""

    file = "wood.yaml"

    trees: tuple[Tree, ...]
    birds: tuple[Bird, ...]


ROW = "  - name: a\n    since: 2025-11-04\n    source: S1\n    text: t\n"
BIRDS = "birds:\n  - {nests: [oak, elm], since: 2025-11-04, source: S1, text: t}\n"


def read(folder: Path, text: str) -> RuleFile[Wood]:
    """The file with this text."""
    (folder / "include" / "rules").mkdir(parents=True)
    (folder / "include" / "rules" / "wood.yaml").write_text(text, encoding="utf-8")
    return RuleFile(Wood, folder / "include" / "rules")


def refusal(folder: Path, text: str) -> str:
    """What the reader says to this text, without the name of the file."""
    with pytest.raises(RuleError, match=r"^include/rules/wood\.yaml") as refused:
        read(folder, text)
    return str(refused.value).removeprefix("include/rules/wood.yaml:")


def test_a_row_is_a_struct_of_exact_values(tmp_path):
    file = read(tmp_path, f"trees:\n{ROW}    sort: elm\n    age: 3\n    leaves: {{red: [x]}}\n{BIRDS}")
    (tree,) = file.content.trees
    assert (tree.name, tree.kind, tree.age, tree.leaves) == ("a", "elm", 3, {"red": ("x",)})
    assert (f"{tree.since}", tree.assumed, tree.rings, tree.names) == ("2025-11-04", False, 1, ())


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("age: true", "age must be a whole number or null, not True"),
        ("age: 1.0", "age must be a whole number or null, not 1.0"),
        ("age: '1'", "age must be a whole number or null, not '1'"),
        ("age: -1", "age must be a whole number of at least 0, not -1"),
        ("rings: null", "rings must be a whole number, not None"),
        ("tall: 1", "tall must be true or false, not 1"),
        ("tall: null", "tall must be true or false, not None"),
        ("names: null", "names must be a list of texts, not None"),
        ("names: [1]", "each of names must be a text (put codes in quotes), not [1]"),
        ("names: [a, b, a]", "names names something twice: a, b, a"),
        ("places: []", "places names nothing"),
        ("sort: ash", "sort 'ash' is unknown; known are elm, oak"),
        ("sort: ' '", "sort ' ' is unknown; known are elm, oak"),
        ("leaves: {blue: [x]}", "leaves names 'blue', which is unknown; known are green, red"),
        ("leaves: {red: [x, x]}", "leaves names something twice: x, x"),
        ("leaves: {red: 1}", "each of leaves must be a list of texts, not {'red': 1}"),
        ("words: {x: 1}", "each of words must be a text (put codes in quotes) or null, not {'x': 1}"),
        ("words: {1: x}", "a key must be a text, not '1'"),
        ("words: {x: a, x: b}", "key 'x' stands twice"),
        ("tall: true", "tall trees have an age"),
        (
            "height: 1",
            "unknown key 'height'; allowed are age, assumed, leaves, name, names, places, rings, since, sort",
        ),
    ],
)
def test_a_wrong_value_is_refused_at_the_line_of_its_key(tmp_path, key, sentence):
    assert refusal(tmp_path, f"trees:\n{ROW}    {key}\n{BIRDS}").startswith(f"6: {sentence}")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("2025-11-04", "2025-11-04 10:00:00", "3: since must be a date like 2025-11-22, not datetime.datetime("),
        ("2025-11-04", "'2025-11-04'", "3: since must be a date like 2025-11-22, not '2025-11-04'"),
        ("2025-11-04", "2025-02-30", "3: not readable as YAML: day is out of range"),
        ("    source: S1\n", "", "2: source is missing"),
        ("name: a", "name: ' '", "2: name is empty"),
        ("name: a", "name: 12", "2: name must be a text (put codes in quotes), not 12"),
        ("  - name", "  - 1\n  - name", "2: expected a row of keys and values"),
        ("birds:", "bird:", "6: unknown section 'bird'; known are birds, trees"),
        ("elm]", "oak]", "7: nests names something twice: oak, oak"),
        (", elm]", "]", "6: birds lack elm"),
        (
            "birds:\n  - {nests: [oak, elm], since: 2025-11-04, source: S1, text: t}",
            "birds: []",
            "6: birds lack elm, oak",
        ),
        ("trees:\n", "trees: 3\nbush:\n", "1: section 'trees' must be a list of rows"),
        ("text: t\nbirds", f"text: t\n{ROW}birds", "6: name 'a' stands here for the second time"),
    ],
)
def test_a_wrong_row_or_section_is_refused_at_its_line(tmp_path, old, new, sentence):
    text = f"trees:\n{ROW}{BIRDS}"
    assert old in text
    assert refusal(tmp_path, text.replace(old, new, 1)).startswith(sentence)


def test_an_anchor_that_holds_itself_is_refused(tmp_path):
    assert refusal(tmp_path, f"trees: &again [*again]\n{BIRDS}") == "1: not readable as YAML: an anchor holds itself"


def test_values_that_are_unique_together_are_said_together(tmp_path):
    again = ROW.replace("name: a", "name: b")
    text = f"trees:\n{ROW}    age: 2\n{again}    age: 2\n{BIRDS}"
    assert refusal(tmp_path, text) == "11: sort, age 'oak/2' stands here for the second time"


def test_a_list_that_is_unique_shares_no_value_with_another_row(tmp_path):
    more = "  - {nests: [oak], since: 2025-11-04, source: S1, text: t}\n"
    assert refusal(tmp_path, f"trees:\n{ROW}{BIRDS}{more}") == "8: nests 'oak' stands here for the second time"


def test_what_another_file_does_not_know_is_refused_at_its_key(tmp_path):
    file = read(tmp_path, f"trees:\n{ROW}    names: [x, y]\n{BIRDS}")
    (tree,) = file.content.trees
    file.known([tree], "sort", ["oak"])
    with pytest.raises(RuleError, match=r"wood\.yaml:6: names names 'y', which is unknown; known are x$"):
        file.known([tree], "names", ["x"])
    with pytest.raises(RuleError, match=r"wood\.yaml:2: name 'a' is unknown; known are b, c$"):
        file.known([tree], "name", ["c", "b"])


def test_a_calendar_row_may_name_every_window_that_is_worked_out_and_no_other():
    assert set(get_args(RangeName)) == set(RANGES)


def test_workers_that_read_the_rules_first_and_together_end_no_process():
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", FIRST_TOGETHER], cwd=ROOT / "plugins", check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert int(done.stdout) > 0
