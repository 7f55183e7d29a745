"""Whether a connection works: one cheap question to the bureau, and a sentence about its answer (ADR 0050)."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from fapiao.errors import BureauError, FapiaoError
from hooks.bureau.connection import BureauConnection
from hooks.bureau.redaction import Secrets

_PATIENCE = 10.0
"""Seconds for each step of the answer: somebody waits before a page."""


class Checked(NamedTuple):
    """What came of it, for a page, a command or a log; without secrets."""

    works: bool
    sentence: str


def checked(connection: BureauConnection, ask: Callable[[BureauConnection], str]) -> Checked:
    """Asks, with a patience that a person has; `ask` returns what to say, or raises FapiaoError."""
    try:
        patience = min(connection.number("timeout_seconds") or _PATIENCE, _PATIENCE)
        hurried = replace(connection, extra={**connection.extra, "timeout_seconds": patience})
        said, works = f"连接正常：{ask(hurried)}", True
    except BureauError as no:
        said, works = f"连接失败：{no}", False
    except FapiaoError as no:
        said, works = f"连接不可用：{no}", False
    return Checked(works, _without_secrets(connection, "\n".join(filter(None, [said, _warning(connection)]))))


def _warning(connection: BureauConnection) -> str | None:
    warned = connection.unencrypted if connection.host else None
    return f"警告：{warned}" if warned else None


def _without_secrets(connection: BureauConnection, text: str) -> str:
    known = (connection.password, str(connection.extra.get("encoding_key") or ""))
    return Secrets(*known, tell=connection.tell).hide(text)
