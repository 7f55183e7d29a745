"""What a channel must know to read its own stored answers again, without the bureau."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fapiao.bureau import Argument
from fapiao.tasks import Claim

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """`rows` of a raw reply as the bureau wrote them, their payload `kind` of fields.yaml, the question's 归集日期."""

    rows: Callable[[Claim, bytes], Sequence[Row]]
    kind: Callable[[Claim], str]
    collected_on: Callable[[Argument], date | None]
