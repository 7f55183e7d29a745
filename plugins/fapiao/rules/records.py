"""What a row of each rules file is; calendar and invoice types have modules of their own."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from msgspec import Meta, field

from fapiao.rules.refusals import RowError
from fapiao.rules.rule_file import Count, Least1, RuleRow, RuleSections, Text, Texts, code_of

Document = Literal["invoice", "customs", "withholding"]
"""票据类型: 发票 · 海关缴款书 · 增值税代扣代缴完税凭证"""
Direction = Literal["input", "output"]
"""进销项类型: 进项 · 销项"""
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
ChannelCode = Annotated[Text, code_of("channel")]
DownloadType = Annotated[Text, code_of("download_type")]
SyncType = Annotated[Text, code_of("sync_type")]
Surface = Literal["interactive", "api", "retry", "import", "scheduled"]
"""Where a sentence is shown; the manuals spell the same refusal differently by surface (A-17)."""
OutcomeKind = Literal[
    "accepted", "processing", "empty", "quota", "retry", "retry_once", "flow_control", "login_lost", "failed",
    "refused",
]  # fmt: skip
_MOST_DOUBLINGS = 30
_DAY_SECONDS = 86_400.0
ANY_CODE = "*"
"""The code of a row whose text alone is documented; it needs a pattern."""


class Channel(RuleRow, frozen=True):
    """收票通道."""

    unique = ("code",)
    code: ChannelCode
    label: Text
    first_poll_seconds: Count
    aliases: Texts = ()


class Channels(RuleSections, frozen=True):
    """收票通道: how often each may be asked, and which names the manuals use for it."""

    file = "channels.yaml"
    channels: tuple[Channel, ...]


class Quota(RuleRow, frozen=True):
    """申请次数 of one counter; null is no limit."""

    unique = (("channel", "counter"),)
    channel: ChannelCode
    counter: Text
    daily: Count | None
    current_month: Count | None
    past_month: Count | None
    bureau_enforced: bool


class Quotas(RuleSections, frozen=True):
    """申请次数: how often a key (tax number, direction, type, issue month) may be applied for."""

    file = "quotas.yaml"
    quotas: tuple[Quota, ...]


class FollowUp(RuleRow, frozen=True):
    """What a successful download of a channel causes: a row of `job`, planned by the rule `id`."""

    unique = ("id",)
    id: Text
    channel: ChannelCode
    after: Annotated[tuple[DownloadType, ...], Meta(min_length=1)]
    document: Document
    job: Literal["usage_status", "layout_files"]
    """查询发票用途信息 · 进项-数电发票文件下载"""


class FollowUps(RuleSections, frozen=True):
    """后续任务: what a successful download causes."""

    file = "follow_ups.yaml"
    follow_ups: tuple[FollowUp, ...]


class Code(RuleRow, frozen=True):
    """One code people see, with its label and other spellings; `final` and `actions` are said of task statuses."""

    unique = (("kind", "code"),)
    kind: Text
    code: Text
    label: Text
    final: bool = False
    actions: Annotated[
        tuple[Literal["poll", "retry", "void", "terminate"], ...], Meta(description="What a person may ask for")
    ] = ()
    """获取异步结果 · 手工重试 · 作废任务 · 终止"""
    aliases: Annotated[Texts, Meta(description="Other spellings of the label in the manuals")] = ()

    def __post_init__(self) -> None:
        if (self.final or self.actions) and self.kind != "status":
            raise RowError(f"final and actions are said of kind status only, not of {self.kind}")


class Codes(RuleSections, frozen=True):
    """枚举: every code people see, with its label byte for byte."""

    file = "statuses.yaml"
    codes: tuple[Code, ...]

    def of(self, kind: str) -> list[str]:
        """The codes of one kind."""
        return [one.code for one in self.codes if one.kind == kind]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel's code means: the outcome's kind, our stable code, the key of what to do, when to ask again."""

    kind: str
    code: str
    advice: str
    wait_seconds: float


class Reply(RuleRow, frozen=True):
    """A code or a text of a channel, and what it means; planes are protocols §10.3 L and §10.2 O."""

    unique = (("plane", "kind", "code", "pattern"),)
    plane: Literal["leqi", "gateway"]
    source_kind: Literal["returncode", "httpStatusCode", "errorCode"] = field(name="kind")
    source_code: Text = field(name="code")
    kind: OutcomeKind = field(name="outcome")
    code: Text = field(name="name")
    wait_seconds: Count
    pattern: Text | None = None
    advice: Annotated[
        Text | None, Meta(description="A key of include/texts/advice.yaml, where that is not the name")
    ] = None

    def __post_init__(self) -> None:
        if self.source_code == ANY_CODE and not self.pattern:
            raise RowError(f"code {ANY_CODE!r} needs a pattern", "code")
        check_pattern(self.pattern)

    @property
    def outcome(self) -> Outcome:
        """What the row says of a reply."""
        return Outcome(self.kind, self.code, self.advice or self.code, float(self.wait_seconds))


class Patience(RuleRow, frozen=True):
    """How long the bureau is asked for what it holds, while it cannot be asked, or answers what nobody can read."""

    unique = ("plane",)
    plane: Literal["leqi", "gateway"]
    kept_days: Annotated[Least1, Meta(description="How long the bureau keeps results, from the application on")]
    longest_wait_seconds: Annotated[Least1, Meta(description="The wait doubles each time, up to this one")]
    incomplete_wait_seconds: Annotated[
        Least1,
        Meta(
            description="What lacks documents is asked for again after this wait, then when the ticket is twice as old"
        ),
    ]

    @property
    def kept_seconds(self) -> float:
        """The same, in seconds."""
        return self.kept_days * _DAY_SECONDS

    def incomplete_wait(self, age: float) -> float | None:
        """Seconds to the next question about a series that lacks documents, `age` seconds after its application.

        When the ticket is twice as old, and when its time is over; None after that.
        """
        left = self.kept_seconds - age
        return min(max(age, float(self.incomplete_wait_seconds)), left) if left > 0 else None

    def next_wait(self, seconds: float, waits: int) -> float:
        """The wait after so many in a row: `seconds`, doubled each time, and never shorter than `seconds`."""
        return max(seconds, min(seconds * 2.0 ** min(waits, _MOST_DOUBLINGS), float(self.longest_wait_seconds)))


class Replies(RuleSections, frozen=True):
    """通道返回码: what a channel's code means for us."""

    file = "replies.yaml"
    replies: tuple[Reply, ...]
    patience: tuple[Patience, ...]


class Message(RuleRow, frozen=True):
    """A sentence people read."""

    unique = (("key", "surface"),)
    key: Text
    surface: Surface
    message: Text
    here: Annotated[
        Text | None, Meta(description="What follows a sentence on a menu of the manuals' product: where that is here")
    ] = None


class Messages(RuleSections, frozen=True):
    """提示语: sentences people read, byte for byte where a manual prints them."""

    file = "messages.yaml"
    messages: tuple[Message, ...]


class Parameter(RuleRow, frozen=True):
    """A parameter that fapiao reads (invsm_param_configuration); key `*` stands for any key."""

    unique = (("type", "key"),)
    type: Text
    key: Text
    default: str
    meaning: Text
    choices: Annotated[Texts, Meta(description="The only values that it may have; empty: any")] = ()
    takes: Annotated[
        Literal["flag", "number", "person", "scope", "text"],
        Meta(description="What is kept: 1 or 0 of a flag, of a person the name that he acts under"),
    ] = "text"


class Parameters(RuleSections, frozen=True):
    """参数配置: the parameters that fapiao reads, with the value that holds when none is set."""

    file = "parameters.yaml"
    parameters: tuple[Parameter, ...]


def check_pattern(pattern: str | None) -> None:
    """Raises RowError for a `pattern` that is no regular expression."""
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise RowError(f"pattern {pattern!r} is no regular expression: {error}", "pattern") from error
