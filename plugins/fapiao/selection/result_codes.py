"""selection_results.yaml: what a channel's code says of a document or of a statistics table after an upload."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from fapiao.errors import Refused
from fapiao.rules.records import check_pattern
from fapiao.rules.rule_file import RULES, Count, Least1, RuleFile, RuleRow, RuleSections, Text, Texts
from fapiao.selection.answers import Outcome
from fapiao.selection.rules import SelectionChannel
from fapiao.texts.said import said

STATISTICS_GENERATED = "STATISTICS_GENERATED"
"""The cause of everything that is refused because 统计表已生成; replies.yaml names whole uploads so."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means, in the source's words, and our stable code where it has one."""

    outcome: Outcome
    text: str
    cause: str | None = None


class UploadRule(RuleRow, frozen=True):
    """How many documents one upload may have, and when its result is worth asking for; seconds."""

    unique = ("channel",)
    every = "channel"
    channel: SelectionChannel
    limit: Least1
    first_poll_seconds: Count
    next_poll_seconds: Count

    def check(self, count: int) -> None:
        """Raises Refused for more documents than one upload takes, or none; nothing is sent then."""
        if not 1 <= count <= self.limit:
            raise Refused("UPLOAD_SIZE", said("errors.upload_size", count=count, limit=self.limit))


class ResultCode(RuleRow, frozen=True):
    """What a code of a document means, where the bureau's text fits the `pattern` and hxyt is in `current_use`."""

    unique = (("channel", "code", "pattern", "current_use"),)
    channel: SelectionChannel
    code: Text
    outcome: Outcome
    pattern: Text | None = None
    current_use: Texts = ()
    cause: Text | None = None

    def __post_init__(self) -> None:
        check_pattern(self.pattern)

    def fits(self, channel: str, code: str, text: str, current_use: str) -> bool:
        """Whether the row speaks of this answer."""
        named = (self.channel, self.code) == (channel, code)
        used = not self.current_use or current_use in self.current_use
        return named and used and (self.pattern is None or re.search(self.pattern, text) is not None)


class TableResult(RuleRow, frozen=True):
    """What an answer about a statistics table means: 处理结果 of CXTJCLJG, 当前统计确认状态 of CXQRTJCLJG."""

    unique = (("answer", "code"),)
    answer: Literal["code", "jgzt"]
    code: Text
    outcome: Outcome
    cause: Text | None = None


class SelectionResults(RuleSections, frozen=True):
    """勾选结果: what each channel's codes mean after an upload, and how many documents go into one."""

    file = "selection_results.yaml"
    results: tuple[ResultCode, ...]
    statistics: tuple[TableResult, ...]
    uploads: tuple[UploadRule, ...]


@dataclass(frozen=True, slots=True)
class ResultCodes:
    """All rows; what no row knows is refused in the bureau's own words and never dropped."""

    results: Sequence[ResultCode]
    tables: Mapping[tuple[str, str], Meaning]
    uploads: Mapping[str, UploadRule]

    def document(self, channel: str, code: str, text: str = "", current_use: str = "") -> Meaning:
        """cljg of 乐企 (with hxyt) or selectResult of 电子税局 (with its description)."""
        for row in self.results:
            if row.fits(channel, code, text, current_use):
                return _meaning(row)
        return Meaning("refused", text or f"未知处理结果 {code}")

    def table(self, answer: str, code: str) -> Meaning | None:
        """`code` or `jgzt` of a 乐企 statistics application; None where only the table's state can tell."""
        return self.tables.get((answer, code))


@cache
def result_codes(folder: Path = RULES) -> ResultCodes:
    """Reads and checks selection_results.yaml once. Raises RuleError with file and line."""
    found = RuleFile(SelectionResults, folder).content
    return ResultCodes(
        sorted(found.results, key=lambda result: not (result.pattern or result.current_use)),
        {(row.answer, row.code): _meaning(row) for row in found.statistics},
        {row.channel: row for row in found.uploads},
    )


def _meaning(row: ResultCode | TableResult) -> Meaning:
    return Meaning(row.outcome, row.text, row.cause)
