"""Plane L from bytes to bytes: admit, decrypt, answer, disturb, write down. Knows nothing of HTTP servers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from simulator import faults, wire
from simulator.access import Turned, service_named_twice, using_unit
from simulator.bureau import Bureau
from simulator.codes import OK, PLATFORM
from simulator.faults import Fault
from simulator.journal import Entry, open_headers
from simulator.services.answers import Answer, Refused
from simulator.services.table import SERVICES
from simulator.services.visit import Visit
from simulator.wire import Json

HTTP_OK, HTTP_BROKEN = 200, 500
REQUEST_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Sending:
    """What goes out: `ending` is whole, cut (half the body, then the line drops) or dropped (nothing at all)."""

    content: bytes
    status: int = HTTP_OK
    ending: str = "whole"
    delay: float = 0.0


@dataclass(slots=True)
class _Call:
    """One call on its way through."""

    bureau: Bureau
    number: int
    ability: str
    service: str
    headers: Mapping[str, str]
    request: Json | None = None
    struck: list[str] = field(default_factory=list)

    @property
    def request_id(self) -> str:
        """Sixteen hex digits, new for every call."""
        text = f"{self.bureau.salt}|{self.number}"
        return sha256(text.encode()).hexdigest()[:REQUEST_ID_LENGTH]

    def strike(self, stage: str, answer: Answer | None = None) -> Fault | None:
        """Take the fault that hits this call at a stage, and remember its name."""
        fault = self.bureau.faults.strike(stage, self.service, self.request or {}, answer)
        if fault:
            self.struck.append(fault.kind)
        return fault

    def note(self, http_status_code: int, returncode: str | None, text: str) -> None:
        """Write the call down."""
        entry = Entry(
            number=self.number,
            at=self.bureau.clock.now().isoformat(),
            ability=self.ability,
            service=self.service,
            headers=open_headers(self.headers),
            request=self.request,
            http_status_code=http_status_code,
            returncode=returncode,
            text=text,
            faults=tuple(self.struck),
        )
        self.bureau.journal.add(entry)


def serve(bureau: Bureau, ability: str, service: str, headers: Mapping[str, str], body: bytes) -> Sending:
    """Answer one POST; `headers` has lower-case names."""
    bureau.work()
    call = _Call(bureau, bureau.journal.next_number(), ability, service, headers)
    try:
        visit = _admit(call, body)
    except Turned as turned:
        return _turned(call, turned.code, turned.text)
    fault = call.strike("instead")
    if fault and fault.kind == "http_500":
        return _broken(call, int(fault.code or HTTP_BROKEN))
    if fault and fault.kind == "platform":
        return _turned(call, int(fault.code), fault.text or PLATFORM.get(int(fault.code), PLATFORM[-1]))
    return _send(call, _answer(call, visit, fault))


def _broken(call: _Call, status: int) -> Sending:
    call.note(status, None, f"HTTP {status}")
    return Sending(b"Internal Server Error", status)


def _admit(call: _Call, body: bytes) -> Visit:
    if (call.ability, call.service) not in SERVICES:
        raise Turned(4049)
    service_named_twice(call.headers, call.ability, call.service)
    unit = using_unit(call.bureau.registry, call.headers, call.ability, call.bureau.clock.today())
    try:
        call.request = wire.open_request(body, call.bureau.key)
    except wire.Unreadable as unreadable:
        raise Turned(4057) from unreadable
    return Visit(call.bureau, unit, call.request)


def _answer(call: _Call, visit: Visit, fault: Fault | None) -> Answer:
    if fault and fault.kind != "task_fails":
        code, text = faults.instead(fault)
        return Answer({"returnmsg": text}, code)
    if fault:
        _fail_task(visit)
    try:
        return SERVICES[call.ability, call.service](visit)
    except Refused as refused:
        return Answer({"returnmsg": refused.text}, refused.code)


def _fail_task(visit: Visit) -> None:
    number = str(visit.request.get("lsh") or visit.request.get("pclsh") or "")
    task = visit.bureau.desk.tasks.get(number) or visit.bureau.errands.find(number)
    if task:
        task.failed = True


def _send(call: _Call, answer: Answer) -> Sending:
    fault = call.strike("answer", answer)
    if fault:
        faults.alter(fault, answer)
    wire_fault = call.strike("wire", answer)
    call.note(200, answer.returncode, answer.text)
    content = _content(call, answer)
    if wire_fault is None:
        return Sending(content)
    if wire_fault.kind == "slow":
        return Sending(content, delay=wire_fault.seconds)
    return Sending(content, ending={"cut_reply": "cut", "drop_reply": "dropped"}[wire_fault.kind])


def _content(call: _Call, answer: Answer) -> bytes:
    if answer.returncode in call.bureau.clear_codes and answer.returncode != OK:
        return wire.failure(call.request_id, 200, answer.returncode, answer.text)
    data: Json = {"returncode": answer.returncode, "returnmsg": answer.text, **answer.fields}
    if answer.rows is not None:
        data[answer.rows_name] = wire.pack(answer.rows) if answer.rows_name == "sjl" else answer.rows
    return wire.success(call.request_id, data, call.bureau.key)


def _turned(call: _Call, code: int, text: str) -> Sending:
    call.note(code, None, text)
    return Sending(wire.failure(call.request_id, code, str(code), text))
