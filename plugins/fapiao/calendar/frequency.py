"""乐企当月进销项全量发票下载频率: on which days of the month the running month is downloaded (A-06)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fapiao.errors import BadInput
from fapiao.identifiers import one_spelling
from fapiao.windows import month_end

_SEPARATORS = re.compile("[,;、]")
MOST_DAYS = 5
"""Applications a month for the running month (R099)."""
BEFORE_THE_LAST = -1
"""The day before the month's last."""
LONGEST_MONTH = 31


@dataclass(frozen=True, slots=True)
class Frequency:
    """Up to five days of the month; a day that a month does not have does not come in it."""

    days: tuple[int, ...] = (5, 10, 15, 20, 26)

    def __post_init__(self) -> None:
        if not 1 <= len(self.days) <= MOST_DAYS:
            raise BadInput([f"a frequency has one to {MOST_DAYS} days, not {len(self.days)}: {self}"])
        wrong = [day for day in self.days if day != BEFORE_THE_LAST and not 1 <= day <= LONGEST_MONTH]
        if wrong:
            raise BadInput(
                [f"frequency {self}: {wrong[0]} is no day of a month; use 1 to 31, or -1 for the last but one"]
            )
        if len(set(self.days)) != len(self.days):
            raise BadInput([f"frequency {self}: every day may stand once"])

    @classmethod
    def of(cls, days: Sequence[int] | None) -> "Frequency":
        """A scheme's days, or the default. Raises BadInput for more than five or a day that no month has."""
        return cls(tuple(days)) if days else cls()

    @classmethod
    def parse(cls, text: str) -> "Frequency":
        """Reads `5;10;15;20;26`. Raises BadInput."""
        try:
            return cls(tuple(int(part) for part in _SEPARATORS.split(one_spelling(text))))
        except ValueError as wrong:
            raise BadInput([f"frequency {text!r} is not a list of days like 5;10;15;20;26"]) from wrong

    def falls_on(self, day: date) -> bool:
        """Whether a download of the running month is due on the day."""
        return day.day in self.days or (BEFORE_THE_LAST in self.days and day == month_end(day) - timedelta(days=1))

    def __str__(self) -> str:
        return ";".join(map(str, self.days))
