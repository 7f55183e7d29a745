"""The arrow dags → operators → hooks → fapiao → include holds, and every part stays within the house's budget."""

import ast
import re
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from budgets import BUDGET, PARTS, Function, functions, length, lengths, lines, modules, tree
from doc_pages import ROOT

MODULES = sorted(file for part in PARTS for file in modules(part))
PLUGINS = [file for file in MODULES if file.is_relative_to(ROOT / "plugins")]
LAYERS = {
    "dags": {"operators", "hooks", "fapiao"},
    "plugins/operators": {"operators", "hooks", "fapiao"},
    "plugins/hooks": {"hooks", "fapiao"},
    "plugins/fapiao": {"fapiao"},
}
OURS = {"dags", "operators", "hooks", "fapiao", "launcher", "simulator", "bench", "tests"}
OUTSIDE_OF_DECISIONS = {"airflow", "psycopg", "httpx", "sqlalchemy", "requests", "socket", "urllib"}
KNOW_AIRFLOW = {"operators.py"}
STATEMENT = re.compile(
    r"^\s*(SELECT\s+\S|INSERT\s+INTO|UPDATE\s+\S+.*\sSET\s|DELETE\s+FROM|MERGE\s+INTO|WITH\s+\w+\s+AS|CREATE\s+\w|DROP\s+\w)",
    re.IGNORECASE | re.DOTALL,
)
RENDERERS = {f"plugins/fapiao/merge_sql/{part}.py" for part in ("render", "staging", "set_aside")}
"""They render include/sql/merge/*.sql, which are committed and compared."""


def name_of(file: Path) -> str:
    """A file by its place."""
    return str(file.relative_to(ROOT))


def imported(node: ast.AST, but: str = "") -> set[str]:
    """The top-level packages that a syntax tree imports anywhere; not those of which it has the module `but` alone."""
    names = {alias.name for one in ast.walk(node) if isinstance(one, ast.Import) for alias in one.names}
    names |= {one.module or "" for one in ast.walk(node) if isinstance(one, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names - {but}}


def unannotated(function: Function) -> bool:
    """Whether an argument or the return has no type."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    untyped = [one for one in named if one and not one.annotation and one.arg not in ("self", "cls")]
    return bool(untyped) or (function.returns is None and function.name != "__init__")


def written_sql(node: ast.AST) -> list[str]:
    """The statements among the strings of a module; docstrings are prose."""
    bodies = [one for one in ast.walk(node) if isinstance(one, ast.Module | ast.ClassDef | Function)]
    prose = {id(body.body[0].value) for body in bodies if body.body and isinstance(body.body[0], ast.Expr)}  # type: ignore[attr-defined]
    strings = (one for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    texts = [str(one.value) for one in strings if id(one) not in prose]
    return [text for text in texts if STATEMENT.match(text)]


@pytest.mark.parametrize(
    ("file", "allowed"),
    [(file, allowed) for layer, allowed in LAYERS.items() for file in sorted((ROOT / layer).rglob("*.py"))],
    ids=lambda value: name_of(value) if isinstance(value, Path) else "",
)
def test_a_layer_imports_only_itself_and_what_is_below(file: Path, allowed: set[str]) -> None:
    assert (imported(tree(file)) & OURS) - allowed == set()


@pytest.mark.parametrize("file", sorted((ROOT / "plugins/fapiao").rglob("*.py")), ids=name_of)
def test_decisions_know_neither_airflow_nor_postgres_nor_the_network_nor_the_clock(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    # urllib.parse spells texts and asks nobody
    assert imported(tree(file), but="urllib.parse") & OUTSIDE_OF_DECISIONS == set()
    assert not re.search(r"\b(datetime\.now|date\.today|time\.time|utcnow)\(", text)


def test_the_simulator_imports_nothing_of_the_plugins() -> None:
    files = sorted((ROOT / "simulator").rglob("*.py"))
    assert {name_of(file) for file in files if imported(tree(file)) & (OURS - {"simulator"})} == set()


def test_every_layer_is_there_and_is_looked_at() -> None:
    assert all(list((ROOT / layer).rglob("*.py")) for layer in LAYERS)
    assert {"hooks", "operators", "fapiao"} <= {file.relative_to(ROOT).parts[1] for file in PLUGINS}


@pytest.mark.parametrize("file", PLUGINS, ids=name_of)
def test_sql_lives_in_sql_files(file: Path) -> None:
    assert bool(written_sql(tree(file))) == (name_of(file) in RENDERERS)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("connection.execute('SELECT 1')", 1),
        ("text = '''\\n  with due AS (SELECT 1) SELECT 2'''", 1),
        ("connection.execute(f'DELETE FROM {table}')", 1),
        ("'''SELECT is a word.'''", 0),
        ("connection.execute('UPDATE sync.task AS k SET status = 1')", 1),
        ("print('Update finished')", 0),
        ("actions = Literal['select', 'withdraw']", 0),
        ("connection.execute(query('tasks', 'claim'))", 0),
    ],
)
def test_sql_in_a_string_would_be_found(source: str, found: int) -> None:
    assert len(written_sql(ast.parse(source))) == found


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_is_in_its_budget(file: Path) -> None:
    module = tree(file)
    said = ast.get_docstring(module) or ""
    assert said.partition("\n")[0], "a module opens with a sentence that says what it is for"
    assert lines(file) <= BUDGET.longest_file
    assert [one.name for one in functions(module) if length(one) > BUDGET.longest_function] == []
    assert [one.name for one in functions(module) if not one.name.startswith("_") and unannotated(one)] == []


def test_most_modules_and_functions_are_short() -> None:
    found = lengths("all", MODULES)
    assert found.median_file <= BUDGET.median_file
    assert found.median_function <= BUDGET.median_function
    assert found.nine_of_ten <= BUDGET.nine_of_ten


ROOM_FILES = sorted((ROOT / "plugins/operators").glob("*/*.py"))


@pytest.mark.parametrize("file", ROOM_FILES, ids=name_of)
def test_in_a_room_of_operators_only_operators_know_airflow(file: Path) -> None:
    assert "airflow" not in imported(tree(file)) or file.name in KNOW_AIRFLOW


def room(layer: str, *parts: str) -> str:
    """The room that a module of a layer stands in; a module outside of the rooms is one by itself."""
    return parts[0] if parts else layer


def arrows(layer: str) -> dict[str, set[str]]:
    """Which rooms a room of a layer imports."""
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "plugins" / layer).rglob("*.py")):
        own = room(layer, *file.relative_to(ROOT / "plugins" / layer).with_suffix("").parts)
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == layer:
                found.setdefault(own, set()).add(room(layer, *str(node.module).split(".")[1:]))
    return {own: others - {own} for own, others in found.items()}


EVERYWHERE = {"texts", "nearest", "closed_lists", "refusal"}
"""Every room may speak to people, read their words, ask what somebody may have meant, and refuse a run."""


@pytest.mark.parametrize(("layer", "most"), [("operators", 28), ("hooks", 13), ("fapiao", 167)])
def test_rooms_do_not_import_each_other_in_a_circle(layer: str, most: int) -> None:
    others = arrows(layer)
    assert tuple(TopologicalSorter(others).static_order()), "graphlib raises CycleError and names the circle"
    assert sum(len(one - EVERYWHERE) for one in others.values()) <= most


def test_the_standard_library_is_not_hidden_by_a_module_of_ours() -> None:
    """plugins/ is on sys.path, and so is the root."""
    beside = [file.stem for folder in (ROOT, ROOT / "plugins", ROOT / "dags") for file in folder.glob("*.py")]
    packages = [file.parent.name for file in MODULES if file.name == "__init__.py" and file.parent.parent in (ROOT, ROOT / "plugins")]  # fmt: skip
    assert set(beside + packages) & set(sys.stdlib_module_names) == set()
