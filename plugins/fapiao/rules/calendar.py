"""Reads calendar.yaml and refuses a row that contradicts itself, another row or another rules file."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from fapiao.rules.records import DIRECTIONS, DOCUMENTS, CalendarRule, Code, Parameter
from fapiao.rules.rule_file import RuleRow
from fapiao.windows import BASES, RANGES

EVERY_THIRD_DAY = tuple(range(1, 32, 3))
"""每3天, anchored on the day of the month: 1, 4, …, 31 (A-05)"""
DUE = ("daily", "every_third_day", "frequency")
KEYS = (
    *("id", "channel", "job", "label", "crons", "due", "documents", "download", "sync_type", "window", "basis"),
    *("counter", "unless_complete", "only_if_missing", "switch", "deductible", "voids", "one_a_month", "reach"),
)
LAST_DAY_OF_EVERY_MONTH = 28
_CRON = re.compile(r"([0-5]?[0-9]) ([01]?[0-9]|2[0-3]) ([0-9,]+|\*) \* \*")
_SWITCH = re.compile(r"(\w+)\.(\w+)=(\w+)")


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """What the other rules files know, which a calendar row may name."""

    channels: Collection[str]
    counters: Collection[tuple[str, str]]
    codes: Sequence[Code]
    parameters: Sequence[Parameter]

    def of(self, kind: str) -> list[str]:
        """The codes of one kind."""
        return [code.code for code in self.codes if code.kind == kind]


def calendar_rules(rows: Sequence[RuleRow], known: KnownCodes) -> tuple[CalendarRule, ...]:
    """The rows as records. Raises RuleError with file and line."""
    read = [(_rule(row, known), row) for row in rows]
    jobs = {(rule.channel, rule.job) for rule, _ in read}
    for rule, row in read:
        if rule.voids and (rule.channel, rule.voids) not in jobs:
            raise row.refuse(f"voids {rule.voids!r} is no job of {rule.channel}", "voids")
    for (earlier, _), (later, row) in combinations(read, 2):
        if clash := _clash(earlier, later):
            raise row.refuse(f"{later.id} and {earlier.id} {clash}")
    return tuple(rule for rule, _ in read)


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


def _rule(row: RuleRow, known: KnownCodes) -> CalendarRule:
    channel = row.one_of("channel", known.channels)
    due = _due(row)
    documents = _documents(row)
    return CalendarRule(
        id=row.text("id"),
        channel=channel,
        job=row.text("job"),
        label=row.text("label"),
        crons=_crons(row, due),
        due=due,
        documents=documents,
        download=_download(row, documents, known),
        sync_type=row.one_of("sync_type", known.of("sync_type")),
        window=row.one_of("window", RANGES),
        basis=_basis(row),
        counter=_counter(row, channel, known),
        unless_complete=row.flag("unless_complete"),
        only_if_missing=_only_if_missing(row),
        deductible=row.flag("deductible"),
        switch=_switch(row, known),
        voids=row.optional("voids"),
        one_a_month=row.flag("one_a_month"),
        reach=_reach(row),
        since=row.day("since"),
        source=row.text("source"),
        text=row.text("text"),
        assumed=row.flag("assumed"),
    )


def _due(row: RuleRow) -> str | int:
    if not isinstance(row.raw("due"), int):
        return row.one_of("due", DUE)
    day = row.number("due")
    if not 1 <= day <= LAST_DAY_OF_EVERY_MONTH:
        raise row.refuse(f"due {day} is not a day that every month has (1–{LAST_DAY_OF_EVERY_MONTH})", "due")
    return day


def _crons(row: RuleRow, due: str | int) -> tuple[str, ...]:
    """The hours are free, but the days must be the ones that `due` names, so that the DAG fires when the plan plans."""
    crons = row.texts("crons")
    if not crons:
        raise row.refuse("crons is missing: at what hours does it fire?", "crons")
    days = (
        ",".join(map(str, EVERY_THIRD_DAY)) if due == "every_third_day" else str(due) if isinstance(due, int) else "*"
    )
    for cron in crons:
        found = _CRON.fullmatch(cron)
        if not found:
            raise row.refuse(f"cron {cron!r} is not 'minute hour days * *'", "crons")
        if found[3] != days:
            raise row.refuse(f"cron {cron!r} fires on days {found[3]}, but due {due} needs days {days}", "crons")
    return crons


def _documents(row: RuleRow) -> dict[str, tuple[str, ...]]:
    documents = row.mapping_of_texts("documents", DIRECTIONS)
    if not documents or not all(documents.values()):
        raise row.refuse("documents names nothing: what is downloaded?", "documents")
    for name in {name for names in documents.values() for name in names}:
        if name not in DOCUMENTS:
            raise row.refuse(f"document {name!r} is unknown; known are {', '.join(DOCUMENTS)}", "documents")
    return documents


def _download(row: RuleRow, documents: Collection[str], known: KnownCodes) -> str:
    download = row.one_of("download", ["full", *known.of("download_type")])
    if download.endswith("_full"):
        raise row.refuse(
            "download input_full and output_full are written `full`: the direction makes the difference", "download"
        )
    if download != "full" and "output" in documents:
        raise row.refuse(f"download {download} knows input only", "download")
    return download


def _basis(row: RuleRow) -> str:
    basis = row.one_of("basis", BASES)
    if (basis == "tax_period") != (row.text("window") == "current_tax_period"):
        raise row.refuse(f"basis {basis} does not fit window {row.text('window')}", "basis")
    return basis


def _reach(row: RuleRow) -> int | None:
    reach = row.number("reach") if row.raw("reach") is not None else None
    if reach is not None and (reach < 1 or row.text("basis") != "collection_date"):
        raise row.refuse("reach is a number of days of 归集: the bureau names one for the increment alone", "reach")
    return reach


def _counter(row: RuleRow, channel: str, known: KnownCodes) -> str | None:
    counter = row.optional("counter")
    if counter is not None and (channel, counter) not in known.counters:
        raise row.refuse(f"counter {counter!r} of {channel} is not in quotas.yaml", "counter")
    return counter


def _only_if_missing(row: RuleRow) -> bool:
    missing = row.flag("only_if_missing")
    if missing and not row.flag("unless_complete"):
        raise row.refuse("only_if_missing needs unless_complete: how else would it know?", "only_if_missing")
    return missing


def _switch(row: RuleRow, known: KnownCodes) -> tuple[str, str, str] | None:
    text = row.optional("switch")
    if text is None:
        return None
    found = _SWITCH.fullmatch(text)
    if not found:
        raise row.refuse(f"switch {text!r} is not 'type.key=value'", "switch")
    if (found[1], found[2]) not in {(parameter.type, parameter.key) for parameter in known.parameters}:
        raise row.refuse(f"switch {found[1]}.{found[2]} is not in parameters.yaml", "switch")
    return found[1], found[2], found[3]
