"""Whatever a command prints, data in it cannot write its own lines, colours or links on the terminal (F80)."""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

from group_rows import A, taxpayer
from launcher.connections import POOL_VARIABLE
from launcher.guarded_output import GuardedOutput, guarded_output
from launcher.main import main
from launcher.screen import print_table
from task_rows import put

pytestmark = pytest.mark.finding("F80")
EVIL = "甲\x1b[2J\x1b]0;pwned\x07\u202e司公\u2066\r\nfake: all is well\u2028[red]乙[/red]\x9b1m"
SPELLED = (
    "甲\\u001b[2J\\u001b]0;pwned\\u0007\\u202e司公\\u2066\\u000d\\u000afake: all is well\\u2028[red]乙[/red]\\u009b1m"
)
TYPED = EVIL.replace("\r\n", "")
"""A person who types a line break gets one."""
UNSEEN = set("\x1b\x07\x9b\r\u202e\u2066\u2028")


@pytest.fixture
def printed(
    pool_url: str, pool: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Any
) -> Any:
    """Types a command against a pool with one hostile company and one hostile answer of the bureau."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    taxpayer(pool, A)
    pool.execute("UPDATE enterprise.taxpayer SET name = %s", [EVIL])
    put(pool, "download_failed", batch_no="failed", taxpayer_no=A, error_code="LEQI_99", error_message=EVIL,
        advice=EVIL, warnings=[EVIL])  # fmt: skip
    pool.commit()

    def type_(*words: str) -> str:
        capfd.readouterr()
        with contextlib.suppress(SystemExit):
            main([*words])
        return "".join(capfd.readouterr())

    return type_


def test_names_and_sentences_of_the_pool_are_spelled_out(printed: Any) -> None:
    listed, logged = printed("taxpayers", "list"), printed("log")
    assert not UNSEEN & set(listed + logged)
    assert SPELLED in listed and f"failed: {SPELLED} — {SPELLED}" in logged and f"failed: {SPELLED}\n" in logged
    assert "\nfake" not in listed + logged


def test_json_says_the_same_and_turns_nothing(printed: Any) -> None:
    written = printed("log", "--json")
    assert not UNSEEN & set(written)
    assert json.loads(written)["error_message"] == EVIL


@pytest.mark.parametrize(
    "words",
    [
        (EVIL,),
        ("log", TYPED),
        ("log", "--status", EVIL),
        ("run", TYPED),
        ("calendar", "--from", EVIL, "--to", EVIL),
        ("taxpayers", "load", f"/nowhere/{EVIL}.yaml"),
        ("import", f"/nowhere/{EVIL}.xlsx"),
    ],
)
def test_complaints_quote_what_was_typed_visibly(words: tuple[str, ...], printed: Any) -> None:
    written = printed(*words)
    assert written and not UNSEEN & set(written) and "\nfake" not in written


def test_what_rich_draws_is_not_spoilt(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    with guarded_output():
        Console(force_terminal=True, color_system="standard").print("[red]票[/red]")
        print("\x1b[31m票")
    assert "\x1b[31m票\x1b[0m" in screen.getvalue() and screen.getvalue().endswith("\\u001b[31m票\n")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_of_rich_shows_data_as_it_is_and_does_nothing_that_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "220")
    with guarded_output():
        print_table(("名称", "金额"), [(EVIL, 1)])
    drawn = screen.getvalue()
    assert SPELLED in drawn and not (UNSEEN - {"\x1b"}) & set(drawn) and "\x1b[2J" not in drawn and "\x1b]" not in drawn


def test_it_is_the_stream_it_stands_before() -> None:
    behind = io.StringIO()
    guard = GuardedOutput(behind)
    guard.writelines(["a\x00", "b\n"])
    assert behind.getvalue() == "a\\u0000b\n" and not guard.isatty()
