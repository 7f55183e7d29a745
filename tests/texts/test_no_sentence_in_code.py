"""What people read stands in the catalogue: no program of the command line holds a sentence of its own."""

import ast
import re
from collections.abc import Iterator

import pytest

from doc_pages import ROOT

HAN = re.compile(r"[一-鿿]")
COMMAND_LINE = re.compile(r"\s*\./fapiao |%[YmdHMS]")
"""What is typed, and how a time is written, is the same in every language."""
PATTERNS = {"compile", "SQL", "encode"}
"""What is done with a pattern or a statement: nobody reads it."""
TABLES = {
    "launcher/install.py": {"SENTENCES", "KEEPER"},
    "launcher/ending.py": {"ENDED", "STILL_ENDING"},
    "launcher/selections/queries.py": {"_PERIOD_OF_JSON"},
}
"""Both languages side by side, for they are needed before the catalogue can be read; a program; keys for programs."""
NO_SENTENCES = {
    'test -r "$1" && test -x "$1"',
    'read -r word && exec "$@"',
    "\ninclude 'X'\n",
    "Bearer X",
    "connection X",
    "clock: X",
    "clock: pool",
    "use X of X",
    "not slow",
    "airflow db migrate",
    "-c default_transaction_read_only=on -c statement_timeout=10s",
    "Address already in use",
    "No alive jobs found",
    "shared memory block",
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
    "incompatible with server",
    "Cannot allocate memory",
    "Permission denied",
    "是",
    "全部",
}
"""Shells, headers, keys of ours, what other programs write and are looked for by, and what people type for yes and for all."""


def sentences_in(source: str, name: str = "") -> Iterator[str]:
    """The sentences that a module of this name holds; X stands for a value."""
    tree = ast.parse(source)
    passed_over = {id(part) for node in _not_for_people(tree, name) for part in ast.walk(node)}
    for node in ast.walk(tree):
        text = None if id(node) in passed_over else _text(node)
        if text and _reads_as_a_sentence(text):
            yield f"{node.lineno}: {text}"  # type: ignore[attr-defined]


def _not_for_people(tree: ast.Module, name: str) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                yield node
            case ast.JoinedStr(values=values):
                yield from (one for one in values if isinstance(one, ast.Constant))
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in PATTERNS:
                yield node
            case ast.Assign(targets=[ast.Name(id=target)]) | ast.AnnAssign(target=ast.Name(id=target)):
                if target in TABLES.get(name, ()):
                    yield node


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values)
    return None


def _reads_as_a_sentence(text: str) -> bool:
    if text in NO_SENTENCES or COMMAND_LINE.match(text):
        return False
    words = [word for word in text.split() if re.search(r"[A-Za-z]", word)]
    return bool(HAN.search(text)) or (len(words) > 1 and bool(re.search(r"[a-z]", text)))


MODULES = {str(file.relative_to(ROOT)): file for file in sorted((ROOT / "launcher").rglob("*.py"))}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_of_the_command_line_holds_no_sentence(name: str):
    assert [*sentences_in(MODULES[name].read_text(encoding="utf-8"), name)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('print("nothing was saved")', True),
        ('print(f"{count} rows")', True),
        ('print("没有")', True),
        ('raise Unusable(f"{name} does not answer")', True),
        ('sentence("area.key", value=1)', False),
        ('print(f"{done}/{total} {what}")', False),
        ('step = "./fapiao up"', False),
        ('"""A docstring of several words."""', False),
        ('FOUND = re.compile(r"one two three")', False),
    ],
)
def test_a_sentence_is_known_from_what_is_none(source: str, found: bool):
    assert bool([*sentences_in(source)]) is found
