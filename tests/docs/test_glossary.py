"""The glossary defines each noun once, and code, SQL and pages keep to it; no class name serves two ideas."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from doc_pages import ROOT, pages, prose

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
TERMS, _, OTHERS = GLOSSARY.partition("## Words that are not used")
ROW = re.compile(r"^\|([^|]+)\|([^|]*)\|[^|]*\|[^|]+\|$", re.MULTILINE)
UNUSED = re.compile(r"^\| (\w+) \| `?(\w+)`? \|", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")
CODE = [ROOT / part for part in ("plugins", "launcher", "dags")]
CURRENT_SQL = [file for file in (ROOT / "include/sql").rglob("*.sql") if file.parent.name != "schema"]
IN_WORDS_OF_THEIR_DAY = ("decisions/", "CHANGELOG.md", "glossary.md")


def modules() -> list[Path]:
    """The Python that stands behind commands and DAGs."""
    return sorted(file for folder in CODE for file in folder.rglob("*.py"))


def terms() -> list[tuple[str, str]]:
    """The Chinese and the code column of every row that is a term."""
    rows = ((chinese.strip(), code) for chinese, code in ROW.findall(TERMS))
    return [(chinese, code) for chinese, code in rows if chinese not in ("中文", "---")]


def unused() -> dict[str, str]:
    """A word that is not used: the word that is."""
    return {word: better for word, better in UNUSED.findall(OTHERS) if word != "not"}


def names(file: Path) -> Iterator[str]:
    """What a module names itself: classes, functions, arguments, variables."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for attribute in ("name", "arg", "id"):
            if isinstance(found := getattr(node, attribute, None), str):
                yield found


def words(text: str) -> set[str]:
    """The words of an identifier or a text, in small letters."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)}


def test_every_term_stands_once() -> None:
    chinese = Counter(name for name, _ in terms())
    code = Counter(name for _, cell in terms() for name in QUOTED.findall(cell))
    assert [name for name, count in (chinese + code).items() if count > 1] == []
    assert len(chinese) > 60


def test_every_term_of_the_code_is_in_the_code() -> None:
    files = [*modules(), *CURRENT_SQL, *(ROOT / "include/rules").glob("*.yaml"), *(ROOT / "include/sql").rglob("*.sql")]
    there = set(re.findall(r"\w+", "\n".join(file.read_text(encoding="utf-8") for file in files)))
    assert {name for _, cell in terms() for name in QUOTED.findall(cell)} - there == set()


@pytest.mark.parametrize("word", sorted(unused()))
def test_a_word_that_is_not_used_names_nothing(word: str) -> None:
    assert [
        (str(file.relative_to(ROOT)), name) for file in modules() for name in names(file) if word in words(name)
    ] == []
    statements = [
        file for file in CURRENT_SQL if word in words(re.sub(r"'[^']*'|--[^\n]*", "", file.read_text(encoding="utf-8")))
    ]
    assert statements == []


@pytest.mark.parametrize("word", sorted(unused()))
def test_a_word_that_is_not_used_is_in_no_page(word: str) -> None:
    current = [page for page in pages() if not any(one in str(page) for one in IN_WORDS_OF_THEIR_DAY)]
    assert [page.name for page in current if word in words(prose(page.read_text(encoding="utf-8")))] == []


def test_a_class_name_serves_one_idea() -> None:
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in modules())
    classes = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in classes.items() if count > 1] == []
