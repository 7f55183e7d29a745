"""A submission: what is refused before any task is made, what becomes a task, and how documents share requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from fapiao.downloads.protocol import Login
from fapiao.selection.checks import Objection
from fapiao.selection.chosen import RequestedDocument
from fapiao.selection.rules import SelectionRules

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotSubmitted:
    """What is not submitted: a document, or with None the whole tax number; `text` as the surface words it."""

    taxpayer_no: str
    document_key: str | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission: its number, its requests' batch numbers in order, and what was refused without a task.

    `parent_batch_no` None: everything was refused, no task is there.
    """

    parent_batch_no: str | None
    batches: Sequence[str]
    refused: Sequence[NotSubmitted] = ()


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """提交税局通道前校验 of one tax number (R152, R176): where its documents go, as whom, and what speaks against it.

    `login` None where the channel knows no logins or could not be asked, then `login_text` says why.
    `account_type` is 默认业务: receive, issue or both; `documents` counts what would be submitted.
    """

    taxpayer_no: str
    name: str
    channel: str | None
    channel_label: str
    city_code: str | None
    bureau_city: str | None
    account: str | None
    account_type: str | None
    login: Login | None
    login_text: str | None
    documents: int
    objections: Sequence[NotSubmitted] = field(default_factory=tuple)

    @property
    def online(self) -> bool:
        """账号是否在线; an account that logs in by itself counts as online."""
        return self.login is not None and self.login.state != "manual"


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """换账号: an account with 收票 rights; `is_default` marks the one to preselect (R178)."""

    account: str
    account_type: str
    is_default: bool


def becomes(objection: Objection, surface: str, rules: SelectionRules) -> Literal["none", "failed"]:
    """What an objection to a whole tax number makes of its task (A-17): none, or a failed one without any call.

    A tax number that nobody knows, and a channel that does not select, never become tasks in a person's face (A-22).
    """
    if objection.code == "UNKNOWN_TAXPAYER":
        return "none"
    if objection.step in ("channel", "small_scale"):
        return "failed" if rules.small_scale[surface] == "failed" else "none"
    return "failed"


def once(chosen: Sequence[RequestedDocument]) -> tuple[list[RequestedDocument], list[RequestedDocument]]:
    """The documents in the order of tax number and key, each once; and those that were picked again."""
    seen: set[tuple[str, str]] = set()
    first: list[RequestedDocument] = []
    again: list[RequestedDocument] = []
    for one in chosen:
        place = one.taxpayer_no, one.document_key
        (again if place in seen else first).append(one)
        seen.add(place)
    return sorted(first, key=lambda one: (one.taxpayer_no, one.document_key)), again


def requests(documents: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The documents in requests of at most `size`, in their order: the same documents always share a request."""
    for start in range(0, len(documents), size):
        yield documents[start : start + size]
