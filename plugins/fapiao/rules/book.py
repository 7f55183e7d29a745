"""The rule book: what include/rules says about channels, calendar, quotas, types, codes, replies and sentences."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.rules import records
from fapiao.rules.calendar import CalendarRule, read_calendar
from fapiao.rules.invoice_types import InvoiceType, read_types, resolve
from fapiao.rules.records import ANY_CODE, Channel, Code, FollowUp, Message, Outcome, Parameter, Patience, Quota, Reply
from fapiao.rules.rule_file import RULES, RuleFile
from fapiao.rules.sentence_file import sentences
from fapiao.rules.spellings import Spellings, spellings

__all__ = ["CalendarRule", "InvoiceType", "Job", "Outcome", "RuleBook", "resolve_invoice_type", "rulebook"]

SILENT = ("accepted", "empty")
"""Outcomes that are no error: no row says their code."""
UNKNOWN = "unknown"
"""The outcome of a code that no row knows: shown, never guessed."""


@dataclass(frozen=True, slots=True)
class Job:
    """One DAG of the calendar: what its rows have in common."""

    channel: str
    job: str
    dag_id: str
    label: str
    crons: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, validated; every lookup of something unknown is an error, never a default."""

    channels: Mapping[str, Channel]
    calendar: Sequence[CalendarRule]
    quotas: Mapping[tuple[str, str], Quota]
    invoice_types: Mapping[str, InvoiceType]
    codes: Sequence[Code]
    replies: Sequence[Reply]
    follow_ups: Sequence[FollowUp]
    messages: Mapping[tuple[str, str], Message]
    parameters: Sequence[Parameter]
    spelt: Mapping[str, Spellings]
    patiences: Mapping[str, Patience]

    def jobs(self, channels: Sequence[str]) -> Iterator[Job]:
        """The DAGs of these channels, in the order of the calendar file."""
        seen: dict[str, CalendarRule] = {}
        for rule in self.calendar:
            if rule.channel in channels:
                seen.setdefault(rule.dag_id, rule)
        for dag_id, rule in seen.items():
            yield Job(rule.channel, rule.job, dag_id, rule.label, rule.crons, f"{rule.source}: {rule.text}")

    def quota(self, channel: str, counter: str) -> Quota:
        """The quota of a counter; raises KeyError for one that is not in quotas.yaml."""
        return self.quotas[channel, counter]

    def reach(self, channel: str, download_type: str) -> int | None:
        """How many days back the channel answers such a download; None where the calendar names no end."""
        found = (one for one in self.calendar if (one.channel, one.download) == (channel, download_type))
        return next((one.reach for one in found if one.reach is not None), None)

    def first_poll_seconds(self, channel: str) -> float:
        """How long after an application it is worth asking for the first time."""
        return float(self.channels[channel].first_poll_seconds)

    def reply_outcome(self, plane: str, kind: str, code: str, text: str) -> Outcome:
        """What a channel's code and text mean; a matching pattern wins; an unknown code is a visible `unknown`."""
        for row in self.replies:
            known = (row.plane, row.source_kind) == (plane, kind) and row.source_code in (code, ANY_CODE)
            if known and (row.pattern is None or re.search(row.pattern, text)):
                return row.outcome
        family = f"{plane.upper()}_UNKNOWN"
        return Outcome(UNKNOWN, f"{family}_{code}", family, 0.0)

    def patience(self, channel: str) -> Patience:
        """How long a channel is asked for what it holds; every channel but 乐企 is spoken to through the gateway."""
        return self.patiences[channel if channel in self.patiences else "gateway"]

    def follow_ups_of(self, channel: str, download_type: str, document: str) -> Iterator[FollowUp]:
        """What a successful download causes."""
        for rule in self.follow_ups:
            if rule.channel == channel and download_type in rule.after and rule.document == document:
                yield rule

    def message(self, key: str, surface: str) -> str:
        """A sentence byte for byte; raises KeyError for one that is not in messages.yaml."""
        return self.messages[key, surface].message

    def as_told(self, refusal: str) -> str:
        """A refusal as people read it: behind a manual's sentence on a menu of its product, where that is here."""
        for sentence, here in {one.message: one.here for one in self.messages.values() if one.here}.items():
            refusal = refusal.replace(sentence, f"{sentence}{here}")
        return refusal

    def parameter_default(self, kind: str, key: str) -> str:
        """The value that holds when none is set; raises KeyError for an unknown parameter."""
        if found := self.parameter(kind, key):
            return found.default
        raise KeyError(f"{kind}.{key}")

    def parameter(self, kind: str, key: str) -> Parameter | None:
        """What is known of a parameter; nothing of one that fapiao does not read."""
        return next((one for one in self.parameters if one.type == kind and one.key in (key, "*")), None)

    def labels(self) -> list[tuple[str, str, str]]:
        """(kind, code, label) of every code, for the database."""
        types = [("invoice_type", kind.code, kind.name) for kind in self.invoice_types.values()]
        return [(code.kind, code.code, code.label) for code in self.codes] + types

    def codes_of(self, kind: str) -> dict[str, str]:
        """Code to label of one kind, in the order of the file."""
        return {code.code: code.label for code in self.codes if code.kind == kind}

    def statuses_for(self, action: str) -> tuple[str, ...]:
        """The task statuses in which a person may ask for an action: poll, retry or void (A-07, A-09)."""
        return tuple(one.code for one in self.codes if action in one.actions)

    def answered_under(self, asked: str) -> list[str]:
        """The types that a question under this code answers: 82 brings toll invoices (8208) along."""
        return [code for code, kind in self.invoice_types.items() if asked in (code, kind.asked_of_leqi)]

    def invoice_type(self, text: str) -> InvoiceType:
        """A type by its code or any spelling. Raises BadInput with the text alone: who asks says more."""
        return resolve(self.invoice_types.values(), text)

    def type_name(self, code: str) -> str:
        """What people call a type; a code that no row has is all that can be said."""
        found = self.invoice_types.get(code)
        return found.name if found else code

    def words(self, kind: str) -> Spellings:
        """Every spelling of the codes of one kind of statuses.yaml."""
        return self.spelt[kind]


@cache
def rulebook(folder: Path = RULES) -> RuleBook:
    """Reads and checks every rules file once. Raises RuleError with file and line."""
    channels = {row.code: row for row in RuleFile(records.Channels, folder).content.channels}
    quotas = _quotas(folder, channels)
    codes = RuleFile(records.Codes, folder).content
    parameters = RuleFile(records.Parameters, folder).content
    replies = _replies(folder)
    messages = RuleFile(records.Messages, folder).content.messages
    return RuleBook(
        channels=channels,
        calendar=read_calendar(folder, channels, quotas, codes, parameters),
        quotas=quotas,
        invoice_types=read_types(folder),
        codes=codes.codes,
        replies=sorted(replies.replies, key=lambda reply: reply.pattern is None),
        follow_ups=_follow_ups(folder, channels, codes.of("download_type")),
        messages={(row.key, row.surface): row for row in messages},
        parameters=parameters.parameters,
        spelt=_spelt(codes.codes, channels),
        patiences={row.plane: row for row in replies.patience},
    )


def _spelt(codes: Sequence[Code], channels: Mapping[str, Channel]) -> dict[str, Spellings]:
    """By kind; what else the manuals call a channel stands in channels.yaml."""
    kinds: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    for one in codes:
        more = channels[one.code].aliases if one.kind == "channel" and one.code in channels else ()
        kinds.setdefault(one.kind, []).append((one.code, one.label, (*one.aliases, *more)))
    return {kind: spellings(rows) for kind, rows in kinds.items()}


def _quotas(folder: Path, channels: Collection[str]) -> dict[tuple[str, str], Quota]:
    file = RuleFile(records.Quotas, folder)
    file.known(file.content.quotas, "channel", channels)
    return {(row.channel, row.counter): row for row in file.content.quotas}


def _replies(folder: Path) -> records.Replies:
    file = RuleFile(records.Replies, folder)
    said = [row for row in file.content.replies if row.kind not in SILENT]
    file.known(said, "name", sentences("codes"))
    file.known([row for row in said if row.advice is None], "name", sentences("advice"))
    file.known(said, "advice", sentences("advice"))
    return file.content


def _follow_ups(folder: Path, channels: Collection[str], downloads: Collection[str]) -> tuple[FollowUp, ...]:
    file = RuleFile(records.FollowUps, folder)
    file.known(file.content.follow_ups, "channel", channels)
    file.known(file.content.follow_ups, "after", downloads)
    return file.content.follow_ups


def resolve_invoice_type(text: str) -> InvoiceType:
    """A type of the project's own rule book by its code or any spelling. Raises BadInput with the text alone."""
    return rulebook().invoice_type(text)
