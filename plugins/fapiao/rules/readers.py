"""Reads the rules files other than the calendar into records; what a row must and may have is said here, once."""

import re
from collections.abc import Collection
from pathlib import Path

from fapiao.rules.calendar import KEYS, KnownCodes, calendar_rules
from fapiao.rules.invoice_types import InvoiceType, normalised
from fapiao.rules.records import (
    DIRECTIONS,
    DOCUMENTS,
    CalendarRule,
    Channel,
    Code,
    FollowUp,
    Message,
    Outcome,
    Parameter,
    Quota,
)
from fapiao.rules.rule_file import RuleFile, RuleRow

PROVENANCE = ("since", "source", "text", "assumed")
OUTCOMES = (
    "accepted", "processing", "empty", "quota", "retry", "retry_once", "flow_control", "login_lost", "failed",
    "refused",
)  # fmt: skip
PLANES = ("leqi", "gateway")
"""protocols §10.3: plane L · §10.2: plane O"""
REPLY_KINDS = ("returncode", "httpStatusCode", "errorCode")
ANY_CODE = "*"
"""The code of a row whose text alone is documented; it needs a pattern."""
SURFACES = ("interactive", "api", "retry", "import", "scheduled")
"""Where a sentence is shown; the manuals spell the same refusal differently by surface (A-17)."""
FOLLOW_UP_JOBS = ("usage_status", "layout_files")
"""查询发票用途信息 · 进项-数电发票文件下载"""
ACTIONS = ("poll", "retry", "void", "terminate")
"""获取异步结果 · 手工重试 · 作废任务 · 终止"""


def rule_rows(
    path: Path, section: str, keys: Collection[str], unique: str | tuple[str, ...], sections: Collection[str] = ()
) -> list[RuleRow]:
    """The rows of a section, each with known keys and its provenance. Raises RuleError with file and line."""
    file = RuleFile(path)
    file.keys(sections or [section])
    rows = file.rows(section, unique)
    for row in rows:
        row.keys((*keys, *PROVENANCE))
        row.day("since")
        row.text("source")
        row.text("text")
        row.flag("assumed")
    return rows


def read_channels(path: Path) -> dict[str, Channel]:
    """channels.yaml by code."""
    rows = rule_rows(path, "channels", ("code", "label", "aliases", "first_poll_seconds"), "code")
    return {
        row.text("code"): Channel(
            row.text("code"), row.text("label"), row.texts("aliases"), row.number("first_poll_seconds")
        )
        for row in rows
    }


def read_follow_ups(path: Path, channels: Collection[str], downloads: Collection[str]) -> tuple[FollowUp, ...]:
    """follow_ups.yaml in its order."""
    rows = rule_rows(path, "follow_ups", ("id", "channel", "after", "document", "job"), "id")
    return tuple(_follow_up(row, channels, downloads) for row in rows)


def _follow_up(row: RuleRow, channels: Collection[str], downloads: Collection[str]) -> FollowUp:
    after = row.texts("after")
    if not after or set(after) - set(downloads):
        raise row.refuse(f"after {', '.join(after) or 'nothing'}: known are {', '.join(downloads)}")
    return FollowUp(
        row.text("id"),
        row.one_of("channel", channels),
        after,
        row.one_of("document", DOCUMENTS),
        row.one_of("job", FOLLOW_UP_JOBS),
    )


def read_quotas(path: Path, channels: Collection[str]) -> dict[tuple[str, str], Quota]:
    """quotas.yaml by channel and counter."""
    keys = ("channel", "counter", "daily", "current_month", "past_month", "bureau_enforced")
    return {
        (row.one_of("channel", channels), row.text("counter")): Quota(
            row.limit("daily"), row.limit("current_month"), row.limit("past_month"), row.decided("bureau_enforced")
        )
        for row in rule_rows(path, "quotas", keys, ("channel", "counter"))
    }


def read_codes(path: Path) -> tuple[Code, ...]:
    """statuses.yaml, in its order."""
    keys = ("kind", "code", "label", "aliases", "final", "actions")
    return tuple(_code(row) for row in rule_rows(path, "codes", keys, ("kind", "code")))


def _code(row: RuleRow) -> Code:
    actions = row.some_of("actions", ACTIONS) if row.texts("actions") else ()
    code = Code(row.text("kind"), row.text("code"), row.text("label"), row.flag("final"), actions, row.texts("aliases"))
    if (code.final or code.actions) and code.kind != "status":
        raise row.refuse(f"final and actions are said of kind status only, not of {code.kind}")
    return code


def read_types(path: Path) -> dict[str, InvoiceType]:
    """invoice_types.yaml by code; no two types may share a spelling."""
    keys = ("code", "name", "leqi", "piaozone", "document", "directions", "selectable", "history", "aliases")
    found: dict[str, InvoiceType] = {}
    spellings: dict[str, str] = {}
    for row in rule_rows(path, "invoice_types", keys, "code"):
        kind = _type(row)
        for name in {normalised(name) for name in (kind.code, kind.name, *kind.aliases)}:
            if name in spellings:
                raise row.refuse(f"spelling {name!r} belongs to type {spellings[name]} already")
            spellings[name] = kind.code
        found[kind.code] = kind
    return found


def _type(row: RuleRow) -> InvoiceType:
    return InvoiceType(
        row.text("code"),
        row.text("name"),
        row.text("leqi"),
        row.optional("piaozone"),
        row.one_of("document", DOCUMENTS),
        row.some_of("directions", DIRECTIONS),
        row.decided("selectable"),
        row.decided("history"),
        row.texts("aliases"),
    )


def read_replies(path: Path) -> tuple[Outcome, ...]:
    """The section `replies` of replies.yaml, rows with a pattern first."""
    keys = ("plane", "kind", "code", "pattern", "outcome", "name", "advice", "wait_seconds")
    rows = rule_rows(path, "replies", keys, (), ("replies", "advice"))
    seen: set[tuple[str, str, str, str | None]] = set()
    found = []
    for row in rows:
        outcome = _outcome(row)
        key = outcome.plane, outcome.source_kind, outcome.source_code, outcome.pattern
        if key in seen:
            raise row.refuse(f"{outcome.source_kind} {outcome.source_code!r} stands here for the second time")
        seen.add(key)
        found.append(outcome)
    return tuple(sorted(found, key=lambda outcome: outcome.pattern is None))


def _outcome(row: RuleRow) -> Outcome:
    if row.text("code") == ANY_CODE and not row.optional("pattern"):
        raise row.refuse(f"code {ANY_CODE!r} needs a pattern", "code")
    return Outcome(
        row.one_of("plane", PLANES),
        row.one_of("kind", REPLY_KINDS),
        row.text("code"),
        _pattern(row),
        row.one_of("outcome", OUTCOMES),
        row.text("name"),
        row.any_text("advice"),
        float(row.number("wait_seconds")),
    )


def _pattern(row: RuleRow) -> str | None:
    pattern = row.optional("pattern")
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise row.refuse(f"pattern {pattern!r} is no regular expression: {error}", "pattern") from error
    return pattern


def read_advice(path: Path) -> dict[str, str]:
    """The section `advice` of replies.yaml by our code."""
    rows = rule_rows(path, "advice", ("code", "advice"), "code", ("replies", "advice"))
    return {row.text("code"): row.text("advice") for row in rows}


def read_messages(path: Path) -> dict[tuple[str, str], Message]:
    """messages.yaml by key and surface."""
    return {
        (row.text("key"), row.text("surface")): Message(
            row.text("key"), row.one_of("surface", SURFACES), row.text("message")
        )
        for row in rule_rows(path, "messages", ("key", "surface", "message"), ("key", "surface"))
    }


def read_parameters(path: Path) -> tuple[Parameter, ...]:
    """parameters.yaml, in its order."""
    return tuple(
        Parameter(row.text("type"), row.text("key"), row.any_text("default"), row.text("meaning"))
        for row in rule_rows(path, "parameters", ("type", "key", "default", "meaning"), ("type", "key"))
    )


def read_calendar(path: Path, known: KnownCodes) -> tuple[CalendarRule, ...]:
    """calendar.yaml, in its order."""
    return calendar_rules(rule_rows(path, "calendar", KEYS, "id"), known)
