"""税款所属期 and the state of its statistics table, one truth for both planes (protocols 4.04, 5.4, 7.4)."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

NOT_MADE, MADE, FORECAST, CONFIRMED, NOTHING = "01", "02", "03", "05", "22"
OPEN = (NOT_MADE, NOTHING)
"""States in which documents may be selected."""
DEADLINE = 15
FIRST_ISSUE_DAY = "20170101"


@dataclass(slots=True)
class Periods:
    """Periods that were set, and statistics states by (taxpayer, period)."""

    _set: dict[str, str] = field(default_factory=dict)
    _states: dict[tuple[str, str], str] = field(default_factory=dict)

    def current(self, tax_no: str, today: date) -> str:
        """YYYYMM: what was set, else last month until its declaration is due on the 15th, then this month."""
        natural = shift(f"{today:%Y%m}", -1 if today.day <= DEADLINE else 0)
        return self._set.get(tax_no, natural)

    def put(self, tax_no: str, period: str) -> None:
        """Set the current period of a taxpayer."""
        self._set[tax_no] = period

    def state(self, tax_no: str, period: str) -> str:
        """createTjbbStatus of a period."""
        return self._states.get((tax_no, period), NOT_MADE)

    def locked(self, tax_no: str, period: str) -> bool:
        """Whether a statistics table stands, so that nothing may be selected or withdrawn."""
        return self.state(tax_no, period) not in OPEN

    def settle(self, tax_no: str, period: str, state: str) -> None:
        """Record what became of a period's statistics table."""
        self._states[tax_no, period] = state

    def clear(self) -> None:
        """Forget every period."""
        self._set.clear()
        self._states.clear()


def shift(period: str, months: int) -> str:
    """The period some months later, YYYYMM."""
    place = int(period[:4]) * 12 + int(period[4:]) - 1 + months
    return f"{place // 12:04d}{place % 12 + 1:02d}"


def last_day(period: str) -> date:
    """The last day of a period."""
    year, month = int(period[:4]), int(period[4:])
    return date(year, month, monthrange(year, month)[1])


def skssq(period: str) -> str:
    """period;deadline;next month, as the gateway writes it."""
    following = shift(period, 1)
    return f"{period};{following}{DEADLINE};{following}"


def gxrqfw(period: str) -> str:
    """Issue dates that may be selected, from-to."""
    return f"{FIRST_ISSUE_DAY}-{last_day(period):%Y%m%d}"
