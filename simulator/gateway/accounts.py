"""Bureau accounts: one login of (account, city) serves all its tax numbers, and works on one task at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.gateway.settings import GatewaySettings
from simulator.gateway.tasks import Task
from simulator.wire import Json

AUTO, MANUAL = "auto", "manual"
ONLINE, OFFLINE, LOST = "online", "offline", "lost"

AccountKey = tuple[str, str]


@dataclass(slots=True)
class Account:
    """A login and its queue; `since` is the instant of its last login or logout."""

    name: str
    city: str
    login: str
    since: datetime
    state: str = ONLINE
    waiting: list[Task] = field(default_factory=list)
    runs: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    in_flight: int = 0
    max_in_flight: int = 0

    def put(self, state: str, now: datetime) -> None:
        """Log in or out at an instant."""
        self.state, self.since = state, now

    def state_at(self, now: datetime, settings: GatewaySettings) -> str:
        """online, offline or lost; a session that is over is offline."""
        expiry = self._expiry(settings)
        if self.state == ONLINE and expiry is not None and expiry <= now:
            self.put(OFFLINE, expiry)
        return self.state

    def ready(self, now: datetime, settings: GatewaySettings) -> bool:
        """Whether a call can be served; an `auto` account that is only offline logs in for it."""
        state = self.state_at(now, settings)
        if state == OFFLINE and self.login == AUTO:
            self.put(ONLINE, max(now, self.since))
        return self.state == ONLINE

    def work(self, now: datetime, settings: GatewaySettings) -> None:
        """Do every task whose turn has come and whose time is over by now, one after another."""
        span = timedelta(seconds=settings.task_seconds)
        while self.waiting:
            start = self._start(settings)
            if start is None or start + span > now:
                return
            if not self._lasts_until(start + span, settings):
                return
            task = self._next(start)
            self.waiting.remove(task)
            task.work(start, start + span)
            self.runs.append((task.number, start, start + span))

    def shown(self, tax_numbers: list[str], now: datetime, settings: GatewaySettings) -> Json:
        """For `GET /_sim/session`."""
        return {
            "account": self.name,
            "city": self.city,
            "login": self.login,
            "state": self.state_at(now, settings),
            "taxNos": tax_numbers,
            "waiting": [task.number for task in self.waiting],
            "max_running": most_at_once(self.runs),
            "max_in_flight": self.max_in_flight,
            "runs": [(number, start.isoformat(), finish.isoformat()) for number, start, finish in self.runs],
        }

    def _start(self, settings: GatewaySettings) -> datetime | None:
        """When the next task starts; None while nobody is logged in."""
        start = min(task.applied_at for task in self.waiting)
        if self.runs:
            start = max(start, self.runs[-1][2])
        start = max(start, self.since)
        return start if self.ready(start, settings) else None

    def _lasts_until(self, finish: datetime, settings: GatewaySettings) -> bool:
        """Whether the session outlives a task; a person's session that ends in between stops it."""
        expiry = self._expiry(settings)
        if expiry is None or finish <= expiry or self.login == AUTO:
            return True
        self.put(OFFLINE, expiry)
        return False

    def _next(self, start: datetime) -> Task:
        return min((t for t in self.waiting if t.applied_at <= start), key=lambda t: (t.priority, t.applied_at))

    def _expiry(self, settings: GatewaySettings) -> datetime | None:
        return None if settings.session is None else self.since + settings.session


class Accounts:
    """All accounts by (name, city)."""

    def __init__(self) -> None:
        self._accounts: dict[AccountKey, Account] = {}

    def seed(self, key: AccountKey, login: str, state: str, now: datetime) -> None:
        """Make an account known, or put the one that is known into this login and state."""
        account = self._accounts.setdefault(key, Account(*key, login, now))
        account.login = login
        account.put(state, now)

    def get(self, key: AccountKey) -> Account:
        """The account of a key; KeyError where nobody named it."""
        return self._accounts[key]

    def named(self, name: str, city: str | None) -> list[Account]:
        """The accounts of a name, in one city or in all."""
        return [account for account in self if account.name == name and city in (None, account.city)]

    def __iter__(self) -> Iterator[Account]:
        return iter(list(self._accounts.values()))

    def clear(self) -> None:
        """Forget every account."""
        self._accounts.clear()


def most_at_once(runs: list[tuple[str, datetime, datetime]]) -> int:
    """The most runs that were under way at one instant; a run that ends when the next begins does not overlap it."""
    edges = sorted([(start, 1) for _, start, finish in runs if finish > start] + [(f, -1) for _, s, f in runs if f > s])
    most = now = 0
    for _, step in edges:
        now += step
        most = max(most, now)
    return most or min(len(runs), 1)
