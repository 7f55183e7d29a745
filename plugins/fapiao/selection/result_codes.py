"""selection_results.yaml: what a channel's code says of a document or of a statistics table after an upload."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from fapiao.errors import Refused
from fapiao.paths import RULES
from fapiao.rules.readers import rule_rows
from fapiao.rules.rule_file import RuleRow
from fapiao.selection.answers import Outcome

CHANNELS = ("leqi", "etax")
STATISTICS_ANSWERS = ("code", "jgzt")
"""处理结果 of CXTJCLJG · 当前统计确认状态 of CXQRTJCLJG"""
STATISTICS_GENERATED = "STATISTICS_GENERATED"
"""The cause of everything that is refused because 统计表已生成; replies.yaml names whole uploads so."""
OUTCOMES: tuple[Outcome, ...] = ("done", "already", "refused")
_SECTIONS = ("results", "statistics", "uploads")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means, in the source's words, and our stable code where it has one."""

    outcome: Outcome
    text: str
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class UploadRule:
    """How many documents one upload may have, and when its result is worth asking for; seconds."""

    limit: int
    first_poll_seconds: float
    next_poll_seconds: float

    def check(self, count: int) -> None:
        """Raises Refused for more documents than one upload takes, or none; nothing is sent then."""
        if not 1 <= count <= self.limit:
            text = f"{count} documents in one upload; it takes 1 to {self.limit}"
            raise Refused("UPLOAD_SIZE", text, "divide them over several uploads")


@dataclass(frozen=True, slots=True)
class _Result:
    channel: str
    code: str
    pattern: str | None
    current_use: tuple[str, ...]
    meaning: Meaning

    def fits(self, channel: str, code: str, text: str, current_use: str) -> bool:
        """Whether the row speaks of this answer."""
        named = (self.channel, self.code) == (channel, code)
        used = not self.current_use or current_use in self.current_use
        return named and used and (self.pattern is None or re.search(self.pattern, text) is not None)


@dataclass(frozen=True, slots=True)
class ResultCodes:
    """All rows; what no row knows is refused in the bureau's own words and never dropped."""

    results: Sequence[_Result]
    tables: Mapping[tuple[str, str], Meaning]
    uploads: Mapping[str, UploadRule]

    def document(self, channel: str, code: str, text: str = "", current_use: str = "") -> Meaning:
        """cljg of 乐企 (with hxyt) or selectResult of 电子税局 (with its description)."""
        for row in self.results:
            if row.fits(channel, code, text, current_use):
                return row.meaning
        return Meaning("refused", text or f"未知处理结果 {code}")

    def table(self, answer: str, code: str) -> Meaning:
        """`code` or `jgzt` of a 乐企 statistics application."""
        return self.tables.get((answer, code)) or Meaning("refused", f"未知处理结果 {code}")


@cache
def result_codes(folder: Path = RULES) -> ResultCodes:
    """Reads and checks selection_results.yaml once. Raises RuleError with file and line."""
    path = folder / "selection_results.yaml"
    return ResultCodes(_results(path), _tables(path), _uploads(path))


def _results(path: Path) -> tuple[_Result, ...]:
    keys = ("channel", "code", "pattern", "current_use", "outcome", "cause")
    rows = rule_rows(path, "results", keys, (), _SECTIONS)
    seen: set[tuple[object, ...]] = set()
    found = []
    for row in rows:
        channel = row.one_of("channel", CHANNELS)
        result = _Result(channel, row.text("code"), _pattern(row), row.texts("current_use"), _meaning(row))
        key = result.channel, result.code, result.pattern, result.current_use
        if key in seen:
            raise row.refuse(f"code {result.code!r} of {channel} stands here for the second time", "code")
        seen.add(key)
        found.append(result)
    return tuple(sorted(found, key=lambda result: not (result.pattern or result.current_use)))


def _tables(path: Path) -> dict[tuple[str, str], Meaning]:
    rows = rule_rows(path, "statistics", ("answer", "code", "outcome", "cause"), ("answer", "code"), _SECTIONS)
    return {(row.one_of("answer", STATISTICS_ANSWERS), row.text("code")): _meaning(row) for row in rows}


def _uploads(path: Path) -> dict[str, UploadRule]:
    keys = ("channel", "limit", "first_poll_seconds", "next_poll_seconds")
    rows = rule_rows(path, "uploads", keys, "channel", _SECTIONS)
    found = {row.one_of("channel", CHANNELS): _upload(row) for row in rows}
    for channel in CHANNELS:
        if channel not in found:
            raise rows[0].refuse(f"uploads lack {channel}")
    return found


def _upload(row: RuleRow) -> UploadRule:
    return UploadRule(
        row.number("limit"), float(row.number("first_poll_seconds")), float(row.number("next_poll_seconds"))
    )


def _meaning(row: RuleRow) -> Meaning:
    outcome = cast("Outcome", row.one_of("outcome", OUTCOMES))
    return Meaning(outcome, row.text("text"), row.optional("cause"))


def _pattern(row: RuleRow) -> str | None:
    pattern = row.optional("pattern")
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise row.refuse(f"pattern {pattern!r} is no regular expression: {error}", "pattern") from error
    return pattern
