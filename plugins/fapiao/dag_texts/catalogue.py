"""The catalogue of what Airflow's pages say: include/rules/dags.yaml as records."""

import string
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from fapiao.rules.refusals import RowError
from fapiao.rules.rule_file import RULES, Least1, RuleFile, RuleRow, RuleSections, Text, Texts
from fapiao.windows import Basis, RangeName

Reader = Literal["管理员", "平台", "审计"]
Kind = Literal["定时下载", "表单", "定时任务", "维护"]
CALENDAR = "calendar"
"""The row of all DAGs that calendar.yaml names."""
_NAMED = {"channel", "label"}

T = TypeVar("T")


class DagTexts(RuleRow, frozen=True):
    """One DAG, or all of the calendar: its names, whose it is, whom it is for, when it fires, when it is ended."""

    unique = ("dag",)
    dag: Text
    name: Annotated[Text, Meta(description="dag_display_name; of the calendar it may use {channel} and {label}")]
    english: Text
    owner: Text
    kind: Kind
    readers: Annotated[tuple[Reader, ...], Meta(min_length=1)]
    what: Annotated[Text, Meta(description="What it does, in Chinese")]
    about: Annotated[Text, Meta(description="What it does, in English")]
    tags: Texts = ()
    crons: Annotated[Texts, Meta(description="Asia/Shanghai; none: a person fills in the form")] = ()
    runs: Annotated[Least1, Meta(description="How many runs at a time")] = 1
    task_hours: Least1 | None = None
    run_hours: Least1 | None = None
    pool: Annotated[Text, Meta(description="A pool that Airflow has: without it no task runs")] = "default_pool"

    def __post_init__(self) -> None:
        named = {name for _, name, _, _ in string.Formatter().parse(self.name) if name is not None}
        if named != (_NAMED if self.dag == CALENDAR else set()):
            sentence = (
                "of the calendar names {channel} and {label}, so that no two DAGs are called alike; others nothing"
            )
            raise RowError(f"name {sentence}", "name")


class TaskTexts(RuleRow, frozen=True):
    """One task, in whatever DAG it stands."""

    unique = ("task",)
    task: Text
    name: Annotated[Text, Meta(description="task_display_name")]
    english: Text
    what: Text
    about: Text


class WindowTexts(RuleRow, frozen=True):
    """One window of calendar.yaml in words."""

    unique = ("window",)
    every = "window"
    window: RangeName
    name: Text
    english: Text


class BasisTexts(RuleRow, frozen=True):
    """What the days of a window mean, in words."""

    unique = ("basis",)
    every = "basis"
    basis: Basis
    name: Text
    english: Text


class FieldTexts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a form: label, hint, the hint in English, how it is worded that nothing is chosen, and choices."""

    label: Text
    note: Text
    english: Text
    nothing: str = ""
    choices: dict[Text, Text] = {}


class FormTexts(RuleRow, frozen=True):
    """The fields of one form."""

    unique = ("form",)
    form: Text
    fields: Annotated[dict[Text, FieldTexts], Meta(min_length=1)]


class DagRules(RuleSections, frozen=True):
    """What the pages of Airflow say of every DAG, task and form."""

    file = "dags.yaml"
    dags: tuple[DagTexts, ...]
    tasks: tuple[TaskTexts, ...]
    windows: tuple[WindowTexts, ...]
    bases: tuple[BasisTexts, ...]
    forms: tuple[FormTexts, ...]


class Shown(NamedTuple):
    """A field as a form begins with it: label and hint, Chinese first."""

    label: str
    note: str


@cache
def catalogue(folder: Path = RULES) -> DagRules:
    """The whole of it. Raises RuleError with file and line."""
    return RuleFile(DagRules, folder).content


def field_texts(form: str, field: str) -> FieldTexts:
    """The texts of a field. Raises KeyError for one that the catalogue does not have."""
    return _one((row for row in catalogue().forms if row.form == form), form).fields[field]


def texts_of(form: str, field: str) -> Shown:
    """The label and the hint of a field, English beside the Chinese. Raises KeyError as field_texts."""
    texts = field_texts(form, field)
    return Shown(texts.label, f"{texts.note}（{texts.english}）")


def task_texts(task_id: str) -> TaskTexts | None:
    """The texts of a task, also where it is the one of a channel: apply_leqi; None for a task that nobody described."""
    return next((row for row in catalogue().tasks if task_id == row.task or task_id.startswith(f"{row.task}_")), None)


def dag_texts(dag_id: str) -> DagTexts:
    """The texts of a DAG. Raises KeyError for one that the catalogue does not have."""
    return _one((row for row in catalogue().dags if row.dag == dag_id), dag_id)


def _one(rows: Iterable[T], name: str) -> T:
    for row in rows:
        return row
    raise KeyError(f"{name} is not in include/rules/dags.yaml: its texts are needed there")
