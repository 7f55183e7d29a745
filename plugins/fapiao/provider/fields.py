"""How a field of Airflow's connection form is written: titles and help in Chinese, then in English."""

from collections.abc import Mapping, Sequence
from typing import Any

Field = Mapping[str, Any]
HIDDEN = ("schema", "port", "extra")
"""The host is a whole base URL, and every extra has a field of its own."""


def text(label: str, help_text: str, *, secret: bool = False, choices: Sequence[str] = ()) -> Field:
    """An extra that is a text; a secret one is masked in pages and logs."""
    more: dict[str, Any] = {"format": "password"} if secret else {"enum": [*choices]} if choices else {}
    return _field(label, help_text, "string", more)


def number(label: str, help_text: str, *, whole: bool = False, least: float = 0) -> Field:
    """An extra that is a number."""
    return _field(label, help_text, "integer" if whole else "number", {"minimum": least})


def switch(label: str, help_text: str) -> Field:
    """An extra that is yes or no."""
    return _field(label, help_text, "boolean", {})


def _field(label: str, help_text: str, kind: str, more: Mapping[str, Any]) -> Field:
    return {"label": label, "description": help_text, "schema": {"type": [kind, "null"], **more}}


def connection_type(
    name: str,
    title: str,
    hook: str,
    labels: Mapping[str, str],
    placeholders: Mapping[str, str],
    extras: Mapping[str, Field],
) -> dict[str, Any]:
    """One entry of `connection-types`, as Airflow's provider_info.schema.json wants it."""
    return {
        "connection-type": name,
        "hook-class-name": hook,
        "hook-name": title,
        "ui-field-behaviour": {
            "hidden-fields": [*HIDDEN],
            "relabeling": dict(labels),
            "placeholders": dict(placeholders),
        },
        "conn-fields": dict(extras),
    }


PATIENCE = {
    "poll_seconds": number(
        "轮询间隔（秒） poll_seconds",
        "仅用于演练：代替税局规定的等待时间；正式环境请留空。"
        " Rehearsals only: instead of every wait that the bureau prescribes; leave it empty against a real bureau.",
    ),
    "concurrency": number(
        "并发数 concurrency",
        "同时发出的请求数，默认 8；税局提示限流时调低。 Calls side by side, default 8; lower it on flow control.",
        whole=True,
        least=1,
    ),
    "timeout_seconds": number(
        "超时（秒） timeout_seconds",
        "每一步等待应答的时间，默认 60；整个应答为其三倍。"
        " Patience for each step of an answer, default 60, three times as long for all of it.",
        least=1,
    ),
    "rehearsal": switch(
        "演练 rehearsal",
        "该连接指向模拟税局时打开：演练和真实税局不共用一个全票池。"
        " On where it leads to a simulator: a rehearsal and a real bureau never share a pool.",
    ),
}
"""What both connections have."""
