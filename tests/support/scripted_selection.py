"""A bureau that selects, scripted: it holds what was selected, and fails where a test says so."""
# ruff: noqa: ARG002, D102 the verbs and their arguments are those of hooks.selection_bureau

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fapiao.downloads.protocol import Login
from fapiao.selection.answers import (
    Action,
    Document,
    DocumentResult,
    Holding,
    Holdings,
    Party,
    Results,
    Statistics,
    StatisticsAction,
    TaxPeriod,
    Uploaded,
    Waiting,
)

PERIOD = "202701"


@dataclass
class ScriptedBureau:
    """A channel that keeps its word: it holds what was selected, and fails where a test says so.

    `raises` are errors by verb, used up one by one, before (`upload`) or after (`upload!`) the work is done.
    """

    period_now: str = PERIOD
    state: str = "01"
    logged_in: str = "online"
    account: str = "13800000000"
    wait: int = 0
    held: dict[str, Holding] = field(default_factory=dict)
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    at_once: dict[str, tuple[str, str]] = field(default_factory=dict)
    raises: dict[str, list[Exception]] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    jobs: dict[str, Any] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def uploads(self) -> list[list[str]]:
        """The documents of each upload, in order."""
        return [list(keys) for verb, keys in self.calls if verb == "upload"]

    def asked(self) -> list[str]:
        """Every verb, in order."""
        return [verb for verb, _ in self.calls]

    def _call(self, verb: str, what: Any = None) -> None:
        if not verb.endswith("!"):
            self.calls.append((verb, what))
        if self.raises.get(verb):
            raise self.raises[verb].pop(0)

    def login(self, taxpayer_no: str) -> Login:
        self._call("login", taxpayer_no)
        return Login(self.logged_in, self.account, "https://bureau.example/login", 60.0)  # type: ignore[arg-type]

    def period(self, party: Party) -> TaxPeriod:
        self._call("period", party)
        return TaxPeriod(self.period_now, self.state, date(2027, 2, 15))

    def change_period(self, party: Party, period: str) -> TaxPeriod:
        self._call("change_period", period)
        self.period_now = period
        return TaxPeriod(period, self.state)

    def upload(self, party: Party, action: Action, documents: Sequence[Document]) -> Uploaded:
        self._call("upload", [one.document_key for one in documents])
        refused = [DocumentResult(key, "refused", *said) for key, said in self.at_once.items()]
        results = [self._select(one, action) for one in documents if one.document_key not in self.at_once]
        number = f"{len(self.jobs) + 1:032}" if results else ""
        self.jobs[number] = results
        self._call("upload!")
        return Uploaded(number, refused, 0.0)

    def _select(self, document: Document, action: Action) -> DocumentResult:
        key = document.document_key
        if key in self.refusals:
            return DocumentResult(key, "refused", *self.refusals[key])
        was = key in self.held
        if action == "select":
            if was:
                return DocumentResult(key, "already", "06", "已勾选无法重复", self.period_now)
            self.held[key] = Holding(key, "2", self.period_now, document.reason)
            return DocumentResult(key, "done", "01", "成功", self.period_now)
        self.held.pop(key, None)
        return DocumentResult(key, "done" if was else "already", "01" if was else "99", "成功" if was else "未勾选")

    def results(self, party: Party, request_no: str) -> Results | Waiting:
        self._call("results", request_no)
        if self.wait:
            self.wait -= 1
            return Waiting("处理中", 30.0)
        return Results([one for one in self.jobs[request_no] if one.document_key not in self.silent])

    def holdings(self, party: Party, period: str, request_no: str | None = None) -> Holdings | Waiting:
        self._call("holdings", period)
        return Holdings(one for one in self.held.values() if one.period == period)

    def statistics(self, party: Party) -> Statistics:
        self._call("statistics", party)
        return Statistics(self.period_now, self.state)

    def apply_statistics(self, party: Party, action: StatisticsAction) -> Uploaded:
        self._call("apply_statistics", action)
        self.state = {"make": "02", "withdraw": "01", "confirm": "05"}[action]
        self._call("apply_statistics!")
        return Uploaded("S1", [], 0.0)

    def statistics_result(self, party: Party, action: StatisticsAction, request_no: str) -> Statistics | Waiting:
        self._call("statistics_result", request_no)
        return Statistics(self.period_now, self.state)

    def close(self) -> None:
        """Nothing is open."""
