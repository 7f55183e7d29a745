"""The rows of calendar.yaml, and what one may not say against itself, another row or another rules file."""

import re
from collections.abc import Collection, Iterator
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from fapiao.rules.records import DIRECTIONS, ChannelCode, Codes, Direction, Document, DownloadType, Parameters, SyncType
from fapiao.rules.refusals import RowError
from fapiao.rules.rule_file import Least1, RuleFile, RuleRow, RuleSections, Text
from fapiao.windows import Basis, RangeName

EVERY_THIRD_DAY = tuple(range(1, 32, 3))
"""每3天, anchored on the day of the month: 1, 4, …, 31 (A-05)"""
_CRON = re.compile(r"([0-5]?[0-9]) ([01]?[0-9]|2[0-3]) ([0-9,]+|\*) \* \*")
_SWITCH = re.compile(r"(\w+)\.(\w+)=(\w+)")
_DayOfEveryMonth = Annotated[int, Meta(ge=1, le=28)]
_Cron = Annotated[str, Meta(extra_json_schema={"pattern": f"^{_CRON.pattern}$"})]
_Switch = Annotated[
    str,
    Meta(
        description="type.key=value of a parameter in parameters.yaml, which turns the row on",
        extra_json_schema={"pattern": f"^{_SWITCH.pattern}$"},
    ),
]
_Voids = Annotated[Text, Meta(description="The job of the same channel whose leftovers of the month before are voided")]
_Reach = Annotated[
    Least1, Meta(description="How many days back the bureau still answers: what nobody has of them is asked for again")
]
_Documents = Annotated[tuple[Document, ...], Meta(min_length=1)]


class CalendarRule(RuleRow, frozen=True):
    """One row of calendar.yaml: when what is downloaded, for which window."""

    unique = ("id",)
    id: Text
    channel: ChannelCode
    job: Text
    label: Text
    crons: Annotated[
        tuple[_Cron, ...], Meta(min_length=1, description="Asia/Shanghai; the days must be those that due names")
    ]
    due: Literal["daily", "every_third_day", "frequency"] | _DayOfEveryMonth
    documents: Annotated[
        dict[Direction, _Documents],
        Meta(min_length=1, extra_json_schema={"propertyNames": {"enum": list(DIRECTIONS)}}),
    ]
    download: Annotated[
        Literal["full"] | DownloadType, Meta(description="full (by direction), or a download type of statuses.yaml")
    ]
    sync_type: SyncType
    window: RangeName
    basis: Basis
    counter: Annotated[Text, Meta(description="A counter of the channel in quotas.yaml")] | None = None
    unless_complete: bool = False
    only_if_missing: bool = False
    deductible: bool = False
    switch: _Switch | None = None
    voids: _Voids | None = None
    one_a_month: Annotated[
        bool, Meta(description="A month's task is held back while another of the same month is open")
    ] = False
    reach: _Reach | None = None

    def __post_init__(self) -> None:
        for key, sentence in _contradictions(self):
            raise RowError(sentence, key)

    @property
    def dag_id(self) -> str:
        """`<channel>__<job>`."""
        return f"{self.channel}__{self.job}"

    @property
    def parameter(self) -> tuple[str, str, str] | None:
        """The parameter's type and key, and the value that turns the row on; None where it is always on."""
        found = _SWITCH.fullmatch(self.switch or "")
        return (found[1], found[2], found[3]) if found else None


class Calendar(RuleSections, frozen=True):
    """下载日历: when what is downloaded."""

    file = "calendar.yaml"
    calendar: tuple[CalendarRule, ...]


def read_calendar(
    folder: Path, channels: Collection[str], counters: Collection[tuple[str, str]], codes: Codes, parameters: Parameters
) -> tuple[CalendarRule, ...]:
    """calendar.yaml, in its order, held against what the other files have. Raises RuleError with file and line."""
    file = RuleFile(Calendar, folder)
    rules, switches = file.content.calendar, {(one.type, one.key) for one in parameters.parameters}
    jobs = {(rule.channel, rule.job) for rule in rules}
    file.known(rules, "channel", channels)
    file.known(rules, "download", ["full", *codes.of("download_type")])
    file.known(rules, "sync_type", codes.of("sync_type"))
    for rule in rules:
        if rule.counter is not None and (rule.channel, rule.counter) not in counters:
            raise file.refuse(rule, f"counter {rule.counter!r} of {rule.channel} is not in quotas.yaml", "counter")
        if rule.parameter and rule.parameter[:2] not in switches:
            raise file.refuse(rule, f"switch {'.'.join(rule.parameter[:2])} is not in parameters.yaml", "switch")
        if rule.voids and (rule.channel, rule.voids) not in jobs:
            raise file.refuse(rule, f"voids {rule.voids!r} is no job of {rule.channel}", "voids")
    for earlier, later in combinations(rules, 2):
        if clash := _clash(earlier, later):
            raise file.refuse(later, f"{later.id} and {earlier.id} {clash}")
    return rules


def _clash(one: CalendarRule, other: CalendarRule) -> str | None:
    """Rows of one DAG fire together, and share no document of a direction."""
    if one.dag_id != other.dag_id:
        return None
    if one.crons != other.crons:
        return f"are one DAG, {one.dag_id}, but have different crons"
    for direction, documents in one.documents.items():
        if both := set(documents) & set(other.documents.get(direction, ())):
            return f"both download {direction} {', '.join(sorted(both))} for {one.dag_id}"
    return None


def _contradictions(rule: CalendarRule) -> Iterator[tuple[str, str]]:
    """Key and sentence of what a row says against itself."""
    yield from (("crons", sentence) for sentence in _crons(rule))
    if rule.download.endswith("_full"):
        sentence = "download input_full and output_full are written `full`: the direction makes the difference"
        yield "download", sentence
    if rule.download != "full" and "output" in rule.documents:
        yield "download", f"download {rule.download} knows input only"
    if (rule.basis == "tax_period") != (rule.window == "current_tax_period"):
        yield "basis", f"basis {rule.basis} does not fit window {rule.window}"
    if rule.only_if_missing and not rule.unless_complete:
        yield "only_if_missing", "only_if_missing needs unless_complete: how else would it know?"
    if rule.switch is not None and not rule.parameter:
        yield "switch", f"switch {rule.switch!r} is not 'type.key=value'"
    if rule.reach and rule.basis != "collection_date":
        yield "reach", "reach is a number of days of 归集: the bureau names one for the increment alone"


def _crons(rule: CalendarRule) -> Iterator[str]:
    """The hours are free, but the days must be the ones that `due` names, so that the DAG fires when the plan plans."""
    due, days = rule.due, "*"
    if due == "every_third_day" or isinstance(due, int):
        days = str(due) if isinstance(due, int) else ",".join(map(str, EVERY_THIRD_DAY))
    for cron in rule.crons:
        found = _CRON.fullmatch(cron)
        if not found:
            yield f"cron {cron!r} is not 'minute hour days * *'"
        elif found[3] != days:
            yield f"cron {cron!r} fires on days {found[3]}, but due {due} needs days {days}"
