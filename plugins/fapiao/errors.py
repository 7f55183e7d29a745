"""Errors, grouped by what the caller does next.

    FapiaoError
    ├── RuleError         a rules file is wrong                     → refuse to load, with file and line
    ├── BadInput          a file or argument of a user is wrong     → all problems at once, nothing done
    ├── Unusable          Postgres, a port, a disk, a connection    → one sentence, exit code 1
    ├── BureauError       the channel, while we talked to it        → the row keeps the bureau's words
    │   ├── TryLater      network, 5xx, flow control, 09, 99        → later again; costs an attempt before acceptance
    │   │   ├── Interrupted    a lock of our own database       → the same again; costs no attempt
    │   │   └── Contradiction  not what was announced           → costs an attempt, also after acceptance
    │   ├── LoginLost     the bureau account must log in first      → waits for the login; costs no attempt
    │   ├── AnswerLost    sent, and no answer came back             → quota slot unknown; row waits for the next day
    │   ├── QuotaSpent    refused by quota, ours or theirs          → next allowed day; costs no attempt
    │   └── Refused       somebody said no                          → the row fails with its words
    │       ├── CallerRefused  sign-in, key, authorisation      → as Refused; an accepted row is waited out
    │       └── NotUnderstood  a code that no table explains    → as Refused; an accepted row is waited out
    └── MergeError        a check after the merge did not hold      → nothing committed, row stays 数据已下载

Still processing, empty and not ready are values of a poll, not errors.
"""

from dataclasses import dataclass, field

from fapiao.base_errors import BadInput, FapiaoError, RuleError
from fapiao.shown import shown, visible, visible_lines
from fapiao.texts.codes import advice, meaning
from fapiao.texts.language import speaking
from fapiao.texts.said import Said

__all__ = [
    "AnswerLost",
    "BadInput",
    "BureauError",
    "CallerRefused",
    "Contradiction",
    "FapiaoError",
    "Interrupted",
    "LeaseLost",
    "LoginLost",
    "MergeError",
    "NotUnderstood",
    "QuotaSpent",
    "Refused",
    "RuleError",
    "TryLater",
    "Unusable",
    "ends_ticket",
    "error_columns",
]


class Unusable(FapiaoError):
    """Something the machine must provide is not there; the message says what and what to do."""


@dataclass
class BureauError(FapiaoError):
    """The bureau's answer in three parts: our stable code, its text, what to do; and when to ask again.

    The text is the bureau's own as far as it can be shown, or a sentence of ours; without either, what the code means.
    What to do is what include/texts/advice.yaml says of the code, where nothing else is said. Sentences of ours are
    spoken when they are read: in the log of an English command in English, in a row in Chinese. `answer` are the bytes
    it came with, whole. `free`: nobody has looked at the question, for the way there was barred or too full, so the row
    is not to blame.
    """

    code: str
    said: str | Said = ""
    advised: str | Said = ""
    wait_seconds: float = 60.0
    answer: bytes = field(default=b"", repr=False, compare=False)
    free: bool = False

    @property
    def text(self) -> str:
        """The bureau's words or ours, as far as they can be shown."""
        return shown(visible_lines(str(self.said or meaning(self.code))))  # cut as it is read, spelled out

    @property
    def advice(self) -> str:
        """What to do."""
        return str(self.advised or advice(self.code))

    def __str__(self) -> str:
        return visible(f"[{self.code}] {self.text} — {self.advice}")


class TryLater(BureauError):
    """Network, 5xx, flow control: the same request may succeed later."""


class Interrupted(TryLater):
    """Somebody else held a lock of our own database: the row is no worse for it."""


class Contradiction(TryLater):
    """What came is not what was announced: worth another attempt, and after the last one what came is taken."""


class LoginLost(BureauError):
    """电子税局登录失效: nothing moves before the account has logged in; the row waits and costs no attempt."""


class AnswerLost(BureauError):
    """The request left and no answer arrived: whether the bureau accepted it is unknown."""


class QuotaSpent(BureauError):
    """The bureau refused because its quota is used up."""


class Refused(BureauError):
    """Refused for good; asking the same again changes nothing."""


class CallerRefused(Refused):
    """Who asks was refused, not what was asked: sign-in, key, authorisation of the connection."""


class NotUnderstood(Refused):
    """A code that no table of ours explains: shown as it came, and no word that ends what was accepted."""


def ends_ticket(error: BureauError) -> bool:
    """Whether it is the bureau's own word about what it accepted; nothing else ends an accepted row (ADR 0042)."""
    return isinstance(error, Refused) and not isinstance(error, CallerRefused | NotUnderstood) and not error.free


class MergeError(FapiaoError):
    """A check after the merge did not hold; the transaction is rolled back."""


def error_columns(why: BureauError | None) -> dict[str, str | None]:
    """What a row says of an error, in Chinese: `code`, `message` and `advice`; all None where there is none."""
    if why is None:
        return {"code": None, "message": None, "advice": None}
    with speaking("zh"):
        return {"code": why.code, "message": why.text, "advice": why.advice}


class LeaseLost(Exception):
    """Another worker took the row over, or a person voided it; what this one holds is void."""
