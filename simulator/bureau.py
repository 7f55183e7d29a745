"""The bureau itself: what it knows, holds, counts and remembers, behind both planes."""

from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.codes import BAD_PARAMETER, FATAL, SYSTEM_ERROR
from simulator.companies import Registry
from simulator.documents.store import Store
from simulator.errands import DeferredJobs
from simulator.faults import Faults
from simulator.gateway.state import Gateway
from simulator.journal import Journal
from simulator.periods import Periods
from simulator.quotas import Ledger
from simulator.tasks import Desk, Readiness

FAILURES = frozenset({BAD_PARAMETER, SYSTEM_ERROR, FATAL})


@dataclass(slots=True)
class Bureau:
    """`key` None switches encryption off; returncodes in `clear_codes` come as Error in clear, not as Data."""

    clock: Clock
    key: bytes | None
    salt: str = ""
    readiness: Readiness = field(default_factory=Readiness)
    clear_codes: frozenset[str] = FAILURES
    registry: Registry = field(default_factory=Registry)
    store: Store = field(default_factory=Store)
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    periods: Periods = field(default_factory=Periods)
    errands: DeferredJobs = field(default_factory=DeferredJobs)
    desk: Desk = field(init=False)
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.salt)
        self.gateway = Gateway(self.salt)

    def work(self) -> None:
        """Let time do its work on both planes, up to now."""
        now = self.clock.now()
        self.errands.work(now)
        self.gateway.work(now)

    def reset(self) -> None:
        """As it was when it started: nothing seeded, counted, disturbed or remembered, the clock at its start."""
        for part in (self.registry, self.store, self.ledger, self.faults, self.journal, self.periods, self.errands):
            part.clear()
        self.desk.clear()
        self.gateway.clear()
        self.readiness = Readiness()
        self.clear_codes = FAILURES
        self.clock.reset()
