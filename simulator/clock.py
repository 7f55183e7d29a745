"""The simulator's own clock: frozen where a rehearsal puts it, or the wall clock; always Asia/Shanghai."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = time(9, 0)


def wall() -> datetime:
    """The real instant, in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def morning(day: date) -> datetime:
    """09:00 Asia/Shanghai of a day, the hour a rehearsed day starts at."""
    return datetime.combine(day, MORNING, SHANGHAI)


class Clock:
    """Stands still at a set instant, or follows `source` until it is set."""

    def __init__(self, start: datetime | None = None, source: Callable[[], datetime] = wall) -> None:
        self._start = start
        self._set = start
        self._source = source

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._set is not None

    def now(self) -> datetime:
        """The simulator's instant, in Asia/Shanghai."""
        return self._set or self._source()

    def today(self) -> date:
        """The simulator's day."""
        return self.now().date()

    def set(self, instant: datetime) -> None:
        """Stand still at an instant; one without a zone is Asia/Shanghai."""
        local = instant.replace(tzinfo=SHANGHAI) if instant.tzinfo is None else instant
        self._set = local.astimezone(SHANGHAI)

    def set_day(self, day: date) -> None:
        """Stand still at 09:00 of a day."""
        self._set = morning(day)

    def advance(self, seconds: float) -> None:
        """Stand still that much later (or earlier) than now."""
        self._set = self.now() + timedelta(seconds=seconds)

    def reset(self) -> None:
        """Back to where it was created: its start, or the wall clock."""
        self._set = self._start
