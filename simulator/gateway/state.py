"""What the gateway remembers: tokens, logins, tasks, verifications and files."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from simulator.gateway.accounts import AccountKey, Accounts
from simulator.gateway.settings import GatewaySettings
from simulator.gateway.tasks import State, Task
from simulator.gateway.tokens import Tokens

NUMBER_LENGTH = 32

FileKey = tuple[tuple[str, str, str], str]
"""A document's identity and the file type."""


@dataclass(slots=True)
class Gateway:
    """The part of a bureau that only plane O needs."""

    salt: str = ""
    settings: GatewaySettings = field(default_factory=GatewaySettings)
    tokens: Tokens = field(default_factory=Tokens)
    accounts: Accounts = field(default_factory=Accounts)
    tasks: dict[str, Task] = field(default_factory=dict)
    verified: Counter[tuple[str, str]] = field(default_factory=Counter)
    files: dict[str, FileKey] = field(default_factory=dict)
    _applied: dict[str, datetime] = field(default_factory=dict)
    _alone: list[Task] = field(default_factory=list)
    _busy: set[AccountKey] = field(default_factory=set)
    _opened: int = 0

    def new_number(self) -> str:
        """A taskNo of 32 hex digits that was never given before."""
        self._opened += 1
        return sha256(f"{self.salt}|O|{self._opened}".encode()).hexdigest()[:NUMBER_LENGTH]

    def repeated(self, mark: str, now: datetime) -> bool:
        """Whether the same task was accepted less than the forbidden time ago."""
        last = self._applied.get(mark)
        return last is not None and timedelta(0) <= now - last < timedelta(seconds=self.settings.repeat_seconds)

    def open(self, task: Task, mark: str = "") -> None:
        """Accept an application; `mark` names it for the repetition rule."""
        self.tasks[task.number] = task
        if mark:
            self._applied[mark] = task.applied_at
        if task.account is None:
            self._alone.append(task)
        else:
            self.accounts.get(task.account).waiting.append(task)
            self._busy.add(task.account)

    def work(self, now: datetime) -> None:
        """Let time do its work: every account its turn, tasks without an account at once."""
        span = timedelta(seconds=self.settings.task_seconds)
        alone, self._alone = self._alone, []
        for task in alone:
            if task.applied_at + span <= now:
                task.work(task.applied_at, task.applied_at + span)
            else:
                self._alone.append(task)
        for key in list(self._busy):
            account = self.accounts.get(key)
            account.work(now, self.settings)
            if not account.waiting:
                self._busy.discard(key)

    def end(self, task: Task, state: State, text: str = "") -> None:
        """End a task badly or partly, whatever became of it."""
        task.state, task.text = state, text
        if state is not State.PARTLY:
            queue = self._alone if task.account is None else self.accounts.get(task.account).waiting
            if task in queue:
                queue.remove(task)

    def remember_file(self, key: FileKey) -> str:
        """The id a layout file is fetched by; the same file always has the same one."""
        number = sha256("|".join((*key[0], key[1])).encode()).hexdigest()[:NUMBER_LENGTH]
        self.files[number] = key
        return number

    def clear(self) -> None:
        """As it was when it started; task numbers are not given again."""
        self.tokens.clear()
        self.accounts.clear()
        self.tasks.clear()
        self.verified.clear()
        self.files.clear()
        self._applied.clear()
        self._alone.clear()
        self._busy.clear()
        self.settings = GatewaySettings()

    def shown_tasks(self, tax_no: str | None) -> list[Mapping[str, object]]:
        """For `/_sim/tasks`, oldest first."""
        return [task.shown() for task in self.tasks.values() if tax_no in (None, task.tax_no)]
