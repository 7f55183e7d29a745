"""One call of plane O on its way through: who asks for what, which faults struck it, and its line in the journal."""

from dataclasses import dataclass, field

from simulator.bureau import Bureau
from simulator.faults import Fault
from simulator.gateway.accounts import Account
from simulator.journal import Entry
from simulator.services.answers import Answer
from simulator.wire import Json

SECRETS = frozenset({"password", "appSecret", "apptoken", "access_token"})


@dataclass(slots=True)
class Call:
    """One call on its way through; `path` is the address below /kapi/app, or api, or file."""

    bureau: Bureau
    path: str
    base_url: str
    token: str
    number: int
    service: str = ""
    envelope: Json = field(default_factory=dict)
    request: Json = field(default_factory=dict)
    unreadable: str = ""
    account: Account | None = None
    struck: list[str] = field(default_factory=list)

    def strike(self, stage: str, answer: Answer | None = None) -> Fault | None:
        """Take the fault that hits this call at a stage, and remember its name."""
        fault = self.bureau.faults.strike(stage, self.service, self.request, answer, plane="O")
        if fault:
            self.struck.append(fault.kind)
        return fault

    def note(self, http_status: int, code: str | None, text: str) -> None:
        """Write the call down, without its secrets."""
        entry = Entry(
            number=self.number,
            at=self.bureau.clock.now().isoformat(),
            ability=self.path,
            service=self.service,
            headers={},
            request={name: value for name, value in self.request.items() if name not in SECRETS},
            http_status_code=http_status,
            returncode=code,
            text=text,
            faults=tuple(self.struck),
            plane="O",
            account=self.account.name if self.account else "",
            in_flight=self.account.in_flight if self.account else 0,
        )
        self.bureau.journal.add(entry)
