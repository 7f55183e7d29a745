"""selection.yaml: the task types of 税局用票 with their steps, and what the checks before a selection know."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from msgspec import field

from fapiao.errors import BadInput
from fapiao.rules.records import Document, Surface
from fapiao.rules.rule_file import RULES, Least1, RuleFile, RuleRow, RuleSections, Text, Texts

Step = Literal[
    "reason", "status", "channel", "small_scale", "type", "statistics_cached", "login", "statistics_asked",
    "statistics_again", "period_end",
]  # fmt: skip
STEPS: tuple[Step, ...] = get_args(Step)
"""The checks in the order of S2 产品勾选逻辑; `reason` comes before the button is pressed, `period_end` is rule 13."""
SelectionChannel = Literal["leqi", "etax"]
CHANNELS: tuple[SelectionChannel, ...] = get_args(SelectionChannel)
"""乐企或电子税局; for the others nothing is known, so they are refused (A-22)."""


class TaskType(RuleRow, frozen=True):
    """One of R220's task types; `steps`, `from_statuses` and `to_status` are said of those carried out `here`.

    `reached` are the states of the statistics table that the operation leads to.
    """

    unique = ("code",)
    code: Text
    label: Text
    here: bool
    retry_checks_small_scale: bool
    aliases: Texts = ()
    steps: tuple[Step, ...] = ()
    from_statuses: Texts = field(name="from", default=())
    to_status: Text | None = field(name="to", default=None)
    reached: Texts = ()


class SmallScale(RuleRow, frozen=True):
    """What a small-scale company's request becomes, by where it came from (A-17): no task, or a failed one."""

    unique = ("surface",)
    surface: Surface
    becomes: Literal["none", "failed"]


class SelectedDocument(RuleRow, frozen=True):
    """A kind of document that this flow selects."""

    document: Document
    invoice_type: Text
    label: Text


class StatisticsCode(RuleRow, frozen=True):
    """A 统计表状态 of the bureau (protocols §7.4), and whether documents can be selected in it."""

    unique = ("code",)
    code: Text
    label: Text
    selectable: bool


class SelectionLimit(RuleRow, frozen=True):
    """Documents of a request; how long a state is believed and an upload without an answer left alone, in seconds."""

    unique = ("name",)
    every = "name"
    name: Literal["request_documents", "statistics_seconds", "unanswered_seconds"]
    value: Least1


class Compared(RuleRow, frozen=True):
    """A channel whose holdings are read back after an upload and compared with what was asked for (R151)."""

    unique = ("channel",)
    channel: SelectionChannel


class SelectionSections(RuleSections, frozen=True):
    """海关缴款书不抵扣勾选: the task types, their steps, what may be selected, and how long a state is believed."""

    file = "selection.yaml"
    operations: tuple[TaskType, ...]
    small_scale: tuple[SmallScale, ...]
    documents: tuple[SelectedDocument, ...]
    statistics: tuple[StatisticsCode, ...]
    limits: tuple[SelectionLimit, ...]
    compared: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """selection.yaml, checked; seconds are whole, states are createTjbbStatus codes."""

    types: Mapping[str, TaskType]
    small_scale: Mapping[str, str]
    documents: frozenset[tuple[str, str]]
    states: Mapping[str, str]
    selectable_states: frozenset[str]
    request_documents: int
    statistics_seconds: int
    unanswered_seconds: int
    compared: frozenset[str]

    def of(self, operation: str) -> TaskType:
        """The task type of an operation that is carried out here. Raises KeyError for any other."""
        found = self.types[operation]
        if not found.here:
            raise KeyError(operation)
        return found

    def task_type(self, text: str) -> TaskType:
        """A task type by its code, its label or the manual's other spelling of it (A-45). Raises BadInput."""
        for one in self.types.values():
            if text in (one.code, one.label, *one.aliases):
                return one
        raise BadInput([f"任务类型 {text} is unknown; known are {', '.join(one.label for one in self.types.values())}"])

    def labels(self) -> list[tuple[str, str, str]]:
        """(kind, code, label) of every task type, for the database."""
        return [("selection_operation", one.code, one.label) for one in self.types.values()]


@cache
def selection_rules(folder: Path = RULES) -> SelectionRules:
    """Reads and checks selection.yaml once. Raises RuleError with file and line."""
    file = RuleFile(SelectionSections, folder)
    found = file.content
    states = {row.code: row.label for row in found.statistics}
    _check_operations(file, states)
    limits = {row.name: row.value for row in found.limits}
    return SelectionRules(
        types={one.code: one for one in found.operations},
        small_scale={row.surface: row.becomes for row in found.small_scale},
        documents=frozenset((row.document, row.invoice_type) for row in found.documents),
        states=states,
        selectable_states=frozenset(row.code for row in found.statistics if row.selectable),
        compared=frozenset(row.channel for row in found.compared),
        **limits,
    )


def _check_operations(file: RuleFile[SelectionSections], states: Mapping[str, str]) -> None:
    """Raises RuleError for an unknown state, for steps where none are made, and for a name that two operations have."""
    spellings: set[str] = set()
    file.known(file.content.operations, "reached", states)
    for one in file.content.operations:
        if bool(one.steps) != one.here:
            verb = "are missing of" if one.here else "are said only of"
            raise file.refuse(one, f"steps {verb} what is carried out here", "steps")
        names = {one.code, one.label, *one.aliases}
        if taken := spellings & names:
            raise file.refuse(one, f"{min(taken)} is the name of another operation already", "label")
        spellings |= names
