"""What a row of each rules file is, as a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

DOCUMENTS = ("invoice", "customs", "withholding")
"""票据类型: 发票 · 海关缴款书 · 增值税代扣代缴完税凭证"""
DIRECTIONS = ("input", "output")
"""进销项类型: 进项 · 销项"""


@dataclass(frozen=True, slots=True)
class Channel:
    """收票通道."""

    code: str
    label: str
    aliases: tuple[str, ...]
    first_poll_seconds: int


@dataclass(frozen=True, slots=True)
class Quota:
    """申请次数 of one counter; None is no limit."""

    daily: int | None
    current_month: int | None
    past_month: int | None
    bureau_enforced: bool


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """One row of calendar.yaml; `switch` is the parameter's type, key and the value that turns the row on.

    `voids` is the job whose leftovers of the month before end when this one runs; `one_a_month` holds a month's task
    back while another of the same month is open. `reach` is how many days back the bureau still answers: what nobody
    has of them is asked for once more.
    """

    id: str
    channel: str
    job: str
    label: str
    crons: tuple[str, ...]
    due: str | int
    documents: Mapping[str, tuple[str, ...]]
    download: str
    sync_type: str
    window: str
    basis: str
    counter: str | None
    unless_complete: bool
    only_if_missing: bool
    deductible: bool
    switch: tuple[str, str, str] | None
    voids: str | None
    one_a_month: bool
    reach: int | None
    since: date
    source: str
    text: str
    assumed: bool

    @property
    def dag_id(self) -> str:
        """`<channel>__<job>`."""
        return f"{self.channel}__{self.job}"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a successful download of a channel causes: a row of `job`, planned by the rule `id`."""

    id: str
    channel: str
    after: tuple[str, ...]
    document: str
    job: str


@dataclass(frozen=True, slots=True)
class Code:
    """One code people see, with its label and other spellings; `final` and `actions` are said of task statuses."""

    kind: str
    code: str
    label: str
    final: bool
    actions: tuple[str, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel's code means: the outcome's kind, our stable code, what to do, when to ask again."""

    plane: str
    source_kind: str
    source_code: str
    pattern: str | None
    kind: str
    code: str
    advice: str
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence people read."""

    key: str
    surface: str
    message: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that fapiao reads (invsm_param_configuration); key `*` stands for any key."""

    type: str
    key: str
    default: str
    meaning: str
