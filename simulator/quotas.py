"""What the bureau still allows (protocols 5.2, 5.4, 10.5): full downloads by issue month, unselected lists by month."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

DAILY = 1
CURRENT_MONTH = 5
PAST_MONTH = 3
LIST_PER_MONTH = 3
LIST_WIDTH = 3

OVER = "超过可申请次数"


@dataclass(frozen=True, slots=True)
class Key:
    """One counter: whose, which document (invoice, customs, withholding, unselected), direction, type, YYYYMM."""

    nsrsbh: str
    document: str
    sjlx: str
    fplx: str
    issue_month: str


@dataclass(frozen=True, slots=True)
class Usage:
    """One line of the bureau's own board; `by_day` maps ISO days to accepted requests."""

    key: Key
    today: int
    this_month: int
    daily_limit: int | None
    monthly_limit: int
    by_day: dict[str, int]


class Ledger:
    """Accepted requests only: whatever is not answered 00 never gets here."""

    def __init__(self) -> None:
        self._accepted: dict[Key, Counter[date]] = {}
        self._lists: set[tuple[str, str, str]] = set()

    def objection(self, key: Key, today: date) -> str | None:
        """Why one more full application is refused today, or None."""
        limit = monthly_limit(key, today)
        if self.used_on(key, today) >= DAILY:
            return f"拒绝处理：同一月份同一类型的数据每天可申请{DAILY}次，{OVER}"
        if self.used_in_month(key, today) >= limit:
            return f"拒绝处理：{key.issue_month}的数据本月可申请{limit}次，{OVER}"
        return None

    def list_objection(self, keys: list[Key], today: date) -> str | None:
        """Why one more unselected list over these months is refused, or None."""
        for key in keys:
            if self.used_in_month(key, today) >= LIST_PER_MONTH:
                return f"拒绝处理：{key.issue_month}的未勾选数据本月可申请{LIST_PER_MONTH}次，{OVER}"
        if len(keys) > LIST_WIDTH and _list_mark(keys[0], today) in self._lists:
            return f"拒绝处理：本自然月已初始化，起止月份跨度不能超过{LIST_WIDTH}个月，{OVER}"
        return None

    def accept(self, keys: Iterable[Key], today: date) -> None:
        """Count one accepted request under each key."""
        for key in keys:
            self._accepted.setdefault(key, Counter())[today] += 1
            if key.document == "unselected":
                self._lists.add(_list_mark(key, today))

    def used_on(self, key: Key, day: date) -> int:
        """Accepted requests of one day."""
        return self._accepted.get(key, Counter())[day]

    def used_in_month(self, key: Key, day: date) -> int:
        """Accepted requests in the calendar month of a day."""
        month = f"{day:%Y%m}"
        return sum(count for at, count in self._accepted.get(key, Counter()).items() if f"{at:%Y%m}" == month)

    def board(self, today: date) -> list[Usage]:
        """Every counter that was ever used."""
        return [
            Usage(
                key,
                self.used_on(key, today),
                self.used_in_month(key, today),
                None if key.document == "unselected" else DAILY,
                monthly_limit(key, today),
                {day.isoformat(): count for day, count in sorted(days.items())},
            )
            for key, days in self._accepted.items()
        ]

    def clear(self) -> None:
        """Forget every count."""
        self._accepted.clear()
        self._lists.clear()


def monthly_limit(key: Key, today: date) -> int:
    """5 for the running month, 3 for a past one; an unselected list 3 for either."""
    if key.document == "unselected":
        return LIST_PER_MONTH
    return CURRENT_MONTH if key.issue_month == f"{today:%Y%m}" else PAST_MONTH


def _list_mark(key: Key, today: date) -> tuple[str, str, str]:
    return key.nsrsbh, key.fplx, f"{today:%Y%m}"
