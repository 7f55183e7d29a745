"""Every command that takes a file of people's own, with every hostile file: a sentence, and never a trace.

The cases are data: tests/support/hostile_tables.py.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from airflow_home import OWN
from customs_rows import organisation
from hostile_tables import HEAVY, LIGHT, damaged
from launcher.connections import POOL_VARIABLE
from launcher.main import COMMANDS
from pool_rows import OWNER

pytestmark = [pytest.mark.finding("F75"), pytest.mark.slow]
WALKER = Path(__file__).resolve().parents[1] / "support" / "hostile_walker.py"
MOST_MEBIBYTES, MOST_SECONDS = 400, 60
DIGITAL = "27442000000000000001"
TAKING: dict[str, Sequence[str]] = {
    "taxpayers": ("taxpayers", "load"),
    "schemes": ("schemes", "load"),
    "rights": ("rights", "load"),
    "entries": ("entries", "load"),
    "receive": ("receive",),
    "select": ("select", "import", "--dry-run"),
    "import": ("import", "--dry-run"),
    "files": ("files", DIGITAL, "--add"),
}
"""How each command that takes a file is called."""
Type = Callable[..., dict[str, Any]]


@pytest.fixture
def typed(pool: psycopg.Connection, pool_url: str, tmp_path: Path) -> Iterator[Type]:
    """Types commands at a pool with one company, each in a process of its own."""
    organisation(pool, "ORG1", OWNER)
    pool.execute(
        "INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, invoice_no, detail_level,"
        " first_collected_at, channel, batch_no) VALUES ('input', %s, %s, 'invoice', '81', %s, 'full', now(), 'leqi', 'B')",
        [OWNER, DIGITAL, DIGITAL],
    )
    pool.commit()
    folders = {"FAPIAO_HOME": str(tmp_path / "home"), "FAPIAO_FILES": str(tmp_path / "files")}
    users = {name: value for name, value in os.environ.items() if name not in OWN}
    environment = users | folders | {POOL_VARIABLE: pool_url}
    with subprocess.Popen(
        [sys.executable, str(WALKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout
        lines, answers = process.stdin, process.stdout

        def call(*words: object) -> dict[str, Any]:
            lines.write(json.dumps([str(word) for word in words]) + "\n")
            lines.flush()
            return dict(json.loads(answers.readline()))

        yield call
        process.kill()


def wrong_with(said: dict[str, Any], sentence: str = "") -> str:
    """What should not be: a death, a trace, an error of ours, or much memory or time."""
    if said["code"] != 1 or "failed unexpectedly" in said["said"] or "Traceback" in said["said"]:
        return f"{said['code']}: {said['said'][:300]}"
    if said["mebibytes"] > MOST_MEBIBYTES or said["seconds"] > MOST_SECONDS:
        return f"{said['mebibytes']} MiB, {said['seconds']} s"
    return "" if re.search(sentence, said["said"]) else f"does not say {sentence!r}: {said['said'][:300]}"


def test_every_command_that_takes_a_file_is_walked() -> None:
    commands = Path(__file__).resolve().parents[2] / "launcher" / "commands"
    taking = {
        name
        for name in COMMANDS
        if re.search(r'metavar="FILE"', source(commands, name)) and name not in ("export", "log", "template")
    }
    assert taking <= set(TAKING), "a command that takes a file belongs into TAKING"


def source(commands: Path, name: str) -> str:
    """The text of a command, with the subcommands of `select`."""
    files = [commands / f"{name.replace('-', '_')}.py", commands / f"{name}_.py"]
    return "".join(file.read_text(encoding="utf-8") for file in files if file.exists())


def test_a_hostile_file_is_refused_with_a_sentence(typed: Type, tmp_path: Path) -> None:
    wrong = {}
    for number, (name, (made, sentence)) in enumerate(LIGHT.items()):
        file = tmp_path / f"{number}.bin"
        file.write_bytes(made())
        if problem := wrong_with(typed("taxpayers", "load", file), sentence):
            wrong[name] = problem
    assert wrong == {}


@pytest.mark.parametrize("command", [name for name in TAKING if name != "taxpayers"])
def test_every_command_names_the_hostile_files_it_is_given(typed: Type, tmp_path: Path, command: str) -> None:
    files = [tmp_path / f"{number}.bin" for number in range(len(LIGHT))]
    for file, (made, _) in zip(files, LIGHT.values(), strict=True):
        file.write_bytes(made())
    said = typed(*TAKING[command], *files)
    assert wrong_with(said) == ""
    named = {int(number) for number in re.findall(r"(\d+)\.bin", said["said"])}
    unread = {number for number, (_, sentence) in enumerate(LIGHT.values()) if "heading" not in sentence}
    assert len(unread - named) < (len(unread) if command in ("import", "files") else 8)


def test_a_heavy_file_is_refused_within_memory_and_time(typed: Type, tmp_path: Path) -> None:
    wrong = {}
    for number, (name, (made, sentence)) in enumerate(HEAVY.items()):
        file = tmp_path / f"{number}.bin"
        file.write_bytes(made())
        if problem := wrong_with(typed("taxpayers", "load", file), sentence):
            wrong[name] = problem
    assert wrong == {}


def test_a_damaged_file_is_read_or_refused(typed: Type, tmp_path: Path) -> None:
    wrong = {}
    for name, content in damaged(13, 40).items():
        file = tmp_path / name
        file.write_bytes(content)
        said = typed("taxpayers", "load", "--dry-run", file)
        if said["code"] != 0 and (problem := wrong_with(said)):
            wrong[name] = problem
    assert wrong == {}


@pytest.mark.parametrize("command", TAKING)
def test_what_is_no_regular_file_is_not_opened(typed: Type, tmp_path: Path, command: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    said = typed(*TAKING[command], *(tmp_path / name for name in ("pipe", "link", "folder", "absent")))
    assert wrong_with(said) == ""
