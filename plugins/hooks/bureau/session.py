"""What an answer of a bureau means (replies.yaml), and which error it is raised as (protocols §10.4)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from fapiao.errors import (
    AnswerLost,
    BureauError,
    CallerRefused,
    LoginLost,
    NotUnderstood,
    QuotaSpent,
    Refused,
    TryLater,
)
from fapiao.masking import masked_text
from fapiao.rules.book import UNKNOWN, Outcome, RuleBook
from fapiao.texts.said import Said, said
from hooks.bureau.http import BureauHttp

T = TypeVar("T")
PLATFORM = "httpStatusCode"
"""The code table of the platform before the bureau: it speaks of who asks, never of what the bureau holds."""


@dataclass(frozen=True, slots=True)
class BureauReply:
    """One answer: `kind` says which code table `code` belongs to; `data` is decoded, `raw` its JSON byte for byte.

    Rows of `data` that cannot be stored exactly are BrokenRow; `answer` is all that came with a refusal. `text` is for
    people: what it says under a secret's name is hidden.
    """

    kind: str
    code: str
    text: str
    data: Mapping[str, Any]
    raw: bytes
    answer: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", masked_text(self.text))


def advised_by(outcome: Outcome) -> Said:
    """What is to be done about an answer."""
    return Said(f"advice.{outcome.advice}")


class BureauSession:
    """One connection to a bureau; the threads of a workers share it."""

    channel: ClassVar[str]
    """Whose rows of replies.yaml count."""
    errors: ClassVar[dict[str, type[BureauError]]] = {"quota": QuotaSpent, "retry": TryLater}
    """By the kind of an outcome; every other kind is a refusal."""

    def __init__(self, http: BureauHttp, rules: RuleBook) -> None:
        self._http, self._rules = http, rules
        self.concurrency = http.concurrency
        self.identity = http.identity

    def close(self) -> None:
        """Closes the kept connections."""
        self._http.close()

    def poll_delay(self, seconds: float) -> float:
        """`poll_seconds` of the connection where it is set, else `seconds`."""
        return self._http.poll_delay(seconds)

    def outcome(self, reply: BureauReply) -> Outcome:
        """What an answer means (replies.yaml)."""
        return self._rules.reply_outcome(self.channel, reply.kind, reply.code, reply.text)

    def require_accepted(self, reply: BureauReply, outcome: Outcome) -> BureauReply:
        """The answer, where it is accepted. Raises the error that its outcome stands for."""
        if outcome.kind == "accepted":
            return reply
        text, wait = f"{reply.code} {reply.text}".strip(), self.poll_delay(outcome.wait_seconds or 60.0)
        answer = reply.answer or reply.raw
        if outcome.kind == "flow_control":
            raise TryLater(outcome.code, text, advised_by(outcome), wait, answer, free=True)
        refused = CallerRefused if reply.kind == PLATFORM else NotUnderstood if outcome.kind == UNKNOWN else Refused
        raise self.errors.get(outcome.kind, refused)(outcome.code, text, advised_by(outcome), wait, answer)

    @contextmanager
    def unless_it_never_arrived(self, advised: Said) -> Iterator[None]:
        """AnswerLost for every failure that does not prove that what was sent never came to the bureau itself.

        Proven it is by a documented refusal, by a lost login, by a way that was barred, and where nothing was sent.
        """
        try:
            yield
        except BureauError as failed:
            documented = isinstance(failed, Refused) and UNKNOWN not in failed.code.lower()
            proven = failed.free or documented or isinstance(failed, QuotaSpent | LoginLost)
            if proven or failed.code == self._http.not_sent:
                raise
            raise AnswerLost(failed.code, failed.said, advised, failed.wait_seconds, failed.answer) from failed

    def ask_safely_repeatable(self, ask: Callable[[], T]) -> T:
        """Asking costs nothing, so a lost answer is simply asked for again: TryLater."""
        try:
            return ask()
        except AnswerLost as lost:
            again = said("advice.asked_again")
            raise TryLater(lost.code, lost.said, again, self.poll_delay(60), lost.answer) from lost
