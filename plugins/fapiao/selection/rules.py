"""selection.yaml: the task types of 税局用票 with their steps, and what the checks before a selection know."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.errors import BadInput
from fapiao.paths import RULES
from fapiao.rules.readers import SURFACES, rule_rows
from fapiao.rules.records import DOCUMENTS
from fapiao.rules.rule_file import RuleRow

STEPS = (
    "reason", "status", "channel", "small_scale", "type", "statistics_cached", "login", "statistics_asked",
    "statistics_again", "period_end",
)  # fmt: skip
"""The checks in the order of S2 产品勾选逻辑; `reason` comes before the button is pressed, `period_end` is rule 13."""
LIMITS = ("request_documents", "statistics_seconds", "unanswered_seconds")
CHANNELS = ("leqi", "etax")
"""乐企或电子税局; for the others nothing is known, so they are refused (A-22)."""
_SECTIONS = ("operations", "small_scale", "documents", "statistics", "limits", "compared")
_OPERATION_KEYS = (
    "code", "label", "aliases", "here", "retry_checks_small_scale", "steps", "from", "to", "reached",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskType:
    """One of R220's task types; `steps`, `from_statuses` and `to_status` are said of those carried out `here`.

    `reached` are the states of the statistics table that the operation leads to.
    """

    code: str
    label: str
    aliases: tuple[str, ...]
    here: bool
    retry_checks_small_scale: bool
    steps: tuple[str, ...]
    from_statuses: tuple[str, ...]
    to_status: str | None
    reached: tuple[str, ...]


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
    path = folder / "selection.yaml"
    states = rule_rows(path, "statistics", ("code", "label", "selectable"), "code", _SECTIONS)
    limits = {name: _limit(path, name) for name in LIMITS}
    papers = rule_rows(path, "documents", ("document", "invoice_type", "label"), (), _SECTIONS)
    compared = rule_rows(path, "compared", ("channel",), "channel", _SECTIONS)
    return SelectionRules(
        types=_types(path, {row.text("code") for row in states}),
        small_scale=_small_scale(path),
        documents=frozenset((row.one_of("document", DOCUMENTS), row.text("invoice_type")) for row in papers),
        states={row.text("code"): row.text("label") for row in states},
        selectable_states=frozenset(row.text("code") for row in states if row.decided("selectable")),
        compared=frozenset(row.one_of("channel", CHANNELS) for row in compared),
        **limits,
    )


def _types(path: Path, states: set[str]) -> dict[str, TaskType]:
    found: dict[str, TaskType] = {}
    spellings: set[str] = set()
    for row in rule_rows(path, "operations", _OPERATION_KEYS, "code", _SECTIONS):
        one = _type(row, states)
        names = {one.code, one.label, *one.aliases}
        if taken := spellings & names:
            raise row.refuse(f"{min(taken)} is the name of another operation already", "label")
        spellings |= names
        found[one.code] = one
    return found


def _type(row: RuleRow, states: set[str]) -> TaskType:
    here = row.decided("here")
    if not here and row.texts("steps"):
        raise row.refuse("steps are said only of what is carried out here", "steps")
    return TaskType(
        code=row.text("code"),
        label=row.text("label"),
        aliases=row.texts("aliases"),
        here=here,
        retry_checks_small_scale=row.decided("retry_checks_small_scale"),
        steps=row.some_of("steps", STEPS) if here else (),
        from_statuses=row.texts("from"),
        to_status=row.optional("to"),
        reached=row.some_of("reached", states) if row.texts("reached") else (),
    )


def _small_scale(path: Path) -> dict[str, str]:
    rows = rule_rows(path, "small_scale", ("surface", "becomes"), "surface", _SECTIONS)
    return {row.one_of("surface", SURFACES): row.one_of("becomes", ("none", "failed")) for row in rows}


def _limit(path: Path, name: str) -> int:
    for row in rule_rows(path, "limits", ("name", "value"), "name", _SECTIONS):
        if row.one_of("name", LIMITS) == name:
            return row.number("value")
    raise KeyError(name)
