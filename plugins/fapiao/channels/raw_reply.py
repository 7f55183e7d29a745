"""What a channel must know to read its own stored answers again, without the bureau."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fapiao.downloads.protocol import Argument
from fapiao.payloads.staged import Aside
from fapiao.tasks import Claim

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReplyReader:
    """All `rows` of a raw reply as the bureau wrote them, their payload `kind` of fields.yaml, the question's 归集日期.

    `named` are the fields of a reply beside its rows; `aside` says why a row is none of the claim's own, before its
    fields are read; None for one that is.
    """

    rows: Callable[[Claim, bytes], Sequence[Row]]
    kind: Callable[[Claim], str]
    collected_on: Callable[[Argument], date | None]
    named: Callable[[bytes], Row]
    aside: Callable[[Claim, Row], Aside | None]
