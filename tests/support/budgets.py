"""The house's budgets, what each part of the code takes of them, and the table with which a run of everything ends."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from math import ceil
from pathlib import Path
from statistics import median

import pytest

from doc_pages import ROOT
from fapiao.text_table import table
from requirement_ids import is_whole

PARTS = ("dags", "plugins/operators", "plugins/hooks", "plugins/fapiao", "launcher", "simulator", "bench")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lines of files and of functions; those of a function without its docstring."""

    part: str
    files: int | None
    median_file: int
    longest_file: int
    functions: int | None
    median_function: int
    nine_of_ten: int
    longest_function: int


BUDGET = Lengths("budget", None, 110, 300, None, 6, 15, 50)
HEADINGS = ("", "files", "median", "longest", "functions", "median", "nine of ten", "longest")


def modules(part: str) -> list[Path]:
    """The modules of a folder."""
    return sorted((ROOT / part).rglob("*.py"))


def tree(file: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(file.read_text(encoding="utf-8"))


def lines(file: Path) -> int:
    """How long a file is."""
    return len(file.read_text(encoding="utf-8").splitlines())


def functions(node: ast.AST) -> Iterator[Function]:
    """Every function of a module, methods and inner ones too."""
    return (one for one in ast.walk(node) if isinstance(one, Function))


def length(function: Function) -> int:
    """Lines without the docstring."""
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def lengths(part: str, files: Sequence[Path]) -> Lengths:
    """What some modules take."""
    of_files = [lines(file) for file in files]
    of_functions = sorted(length(one) for file in files for one in functions(tree(file)))
    some = of_functions or [0]
    return Lengths(
        part,
        len(of_files),
        ceil(median(of_files)),
        max(of_files),
        len(of_functions),
        ceil(median(some)),
        some[len(some) * 9 // 10],
        some[-1],
    )


def budgets() -> str:
    """Every part and all of them beside the budget."""
    parts = {part: modules(part) for part in PARTS}
    whole = lengths("all", [file for files in parts.values() for file in files])
    measured = [BUDGET, *(lengths(part, files) for part, files in parts.items()), whole]
    return table(HEADINGS, map(astuple, measured), indent="")


class Budgets:
    """Prints the table below a run of everything."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Lines of files and functions; a run of some tests says nothing."""
        if is_whole(config):
            terminalreporter.write_line(f"lines of files and functions:\n{budgets()}")
