"""Every label and sentence of ours that people read in Chinese, with the place where it stands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile(r"[\u4e00-\u9fff]")
SHOWN = ("label", "name", "title", "note", "what", "message", "here", "meaning", "nothing", "choices", "headings")
"""What of a row in include/rules people read; the others are the source's, or names for programs."""
PAGES = [ROOT / "README.zh-CN.md", *sorted((ROOT / "docs/zh").glob("*.md"))]


def texts() -> Iterator[tuple[str, str]]:
    """(where, text) of rules, sentences, statements, programs and pages."""
    yield from in_rules()
    yield from in_sentences()
    yield from in_statements()
    yield from in_programs()
    yield from in_pages()


def in_rules() -> Iterator[tuple[str, str]]:
    """Labels, sentences, hints of include/rules; not the sentences that a manual prints, nor the catalogue of words."""
    for file in sorted((ROOT / "include/rules").glob("*.yaml")):
        if file.name != "words.yaml":
            for row in rows(yaml.safe_load(file.read_text(encoding="utf-8"))):
                if file.name != "messages.yaml" or row.get("assumed"):
                    yield from ((f"{file.name} {row.get('since', '')}", one) for one in shown(row))


def in_sentences() -> Iterator[tuple[str, str]]:
    """The Chinese of the sentences in include/texts."""
    for file in (ROOT / "docs/table_words.yaml", *sorted((ROOT / "include/texts").glob("*.yaml"))):
        for row in rows(yaml.safe_load(file.read_text(encoding="utf-8"))):
            if isinstance(row.get("zh"), str):
                yield f"{file.name} {row.get('key')}", row["zh"]


def rows(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of a file, at any depth."""
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from rows(one)


def shown(row: dict[str, Any]) -> Iterator[str]:
    """The texts of a row that people read."""
    for key in SHOWN:
        found = row.get(key)
        for one in found.values() if isinstance(found, dict) else [found]:
            if isinstance(one, str) and HAN.search(one):
                yield one


def in_statements() -> Iterator[tuple[str, str]]:
    """Literals of SQL; steps of the schema are history."""
    for file in sorted((ROOT / "include/sql").rglob("*.sql")):
        if file.parent.name != "schema":
            code = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))
            yield from ((file.name, one) for one in re.findall(r"'((?:[^']|'')*)'", code) if HAN.search(one))


def in_programs() -> Iterator[tuple[str, str]]:
    """Texts of Python, one for a sentence with values; docstrings are not shown."""
    for file in sorted(file for part in ("plugins", "launcher", "dags") for file in (ROOT / part).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        skipped = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.JoinedStr):
                skipped |= {id(one) for one in node.values}
                text = "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
            else:
                text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and HAN.search(text):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", text


def in_pages() -> Iterator[tuple[str, str]]:
    """Lines of the Chinese pages, without what stands there as code or as the target of a link."""
    for page in PAGES:
        code = re.compile(
            r"^<!-- table: used-words.*?^<!-- end|^```.*?^```|`[^`\n]*`|(?<=\])\([^)\n]*\)|<a id=[^>\n]*>",
            re.MULTILINE | re.DOTALL,
        )
        for number, line in enumerate(code.sub(_blank, page.read_text(encoding="utf-8")).splitlines(), 1):
            if HAN.search(line):
                yield f"{page.relative_to(ROOT)}:{number}", line


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")
