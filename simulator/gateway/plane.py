"""Plane O from bytes to bytes: check the token, open the envelope, answer, disturb, write down."""

import json
from collections.abc import Callable, Mapping

import msgspec

from simulator import faults
from simulator.bureau import Bureau
from simulator.faults import Fault
from simulator.gateway import envelope
from simulator.gateway.answers import Denied, wrong
from simulator.gateway.call import Call
from simulator.gateway.codes import BAD_TOKEN, OK, OPEN_API_OK, TEXTS
from simulator.gateway.operations.table import MESSAGE, OPEN_API, OPERATIONS
from simulator.gateway.tasks import State
from simulator.gateway.visit import Visit
from simulator.protocol import HTTP_BROKEN, Sending
from simulator.services.answers import Answer
from simulator.wire import Json

UNAUTHORISED = 401
SYSTEM_CODE_LENGTH = 10
ENDINGS = {"cut_reply": "cut", "drop_reply": "dropped"}
NOT_BASE64 = "%%% not base64 %%%"


def receive(bureau: Bureau, path: str, base_url: str, token: str, body: bytes) -> Call:
    """Take a business call in: who asks for what, and whose login it is about."""
    call = Call(bureau, path, base_url, token, bureau.journal.next_number())
    _open(call, body)
    company = bureau.registry.get(str(call.request.get("taxNo") or call.request.get("taxno")))
    key = company.receiving if company else None
    call.account = bureau.gateway.accounts.get(key) if key else None
    return call


def answer(call: Call) -> Sending:
    """Serve a business call."""
    call.bureau.work()
    fault = call.strike("instead")
    if fault and fault.kind == "http_500":
        return _broken(call, fault)
    if fault and fault.kind == "token_revoked":
        call.bureau.gateway.tokens.revoke(call.token)
    if not call.bureau.gateway.tokens.good(call.token, call.bureau.clock.now()):
        return _send_failure(call, BAD_TOKEN, TEXTS[BAD_TOKEN], UNAUTHORISED)
    try:
        return _send(call, _served(call, fault))
    except Denied as denied:
        return _send_failure(call, denied.code, denied.text)


def sign_in(bureau: Bureau, service: str, body: bytes) -> Sending:
    """Serve getAppToken.do, login.do or logout.do."""
    call = Call(bureau, "api", "", "", bureau.journal.next_number(), service)
    tokens, now = bureau.gateway.tokens, bureau.clock.now()
    call.request = _object(body) or {}
    fault = call.strike("instead")
    if fault and fault.kind == "http_500":
        return _broken(call, fault)
    doors: dict[str, Callable[[], Json]] = {
        "getAppToken": lambda: tokens.app_token(call.request, now),
        "login": lambda: tokens.access_token(call.request, now),
        "logout": lambda: tokens.log_out(call.request),
    }
    reply = doors[service]()
    code = reply.get("data", {}).get("error_code", OPEN_API_OK)
    return _sending(call, msgspec.json.encode(reply), 200, code, "", call.strike("wire", Answer()))


def file(bureau: Bureau, token: str, content: Callable[[], bytes | None], number: str) -> Sending:
    """Serve a layout file: 401 without a token, 404 for an unknown id."""
    call = Call(bureau, "file", "", token, bureau.journal.next_number(), "file", request={"id": number})
    fault = call.strike("instead")
    if fault and fault.kind == "http_500":
        return _broken(call, fault)
    if not bureau.gateway.tokens.good(token, bureau.clock.now()):
        return _send_failure(call, BAD_TOKEN, TEXTS[BAD_TOKEN], UNAUTHORISED)
    found = content()
    if found is None:
        call.note(404, None, "no such file")
        return Sending(b"", 404)
    wire = call.strike("wire", Answer())
    if wire and wire.kind == "corrupt_file":
        found = found[:-1] + bytes([found[-1] ^ 1])
    return _sending(call, found, 200, OK, "", wire)


def _open(call: Call, body: bytes) -> None:
    found = _object(body)
    call.unreadable = "" if found is not None else "请求不是JSON对象"
    call.envelope = found or {}
    if call.path == MESSAGE:
        call.service = str(call.envelope.get("messageType", ""))
        data = call.envelope.get("data")
        call.request = data if isinstance(data, dict) else {}
        return
    call.service = str(call.envelope.get("interfaceCode", ""))
    try:
        call.request = envelope.decode(call.envelope.get("data"), call.bureau.gateway.settings.encoding)
    except envelope.Undecodable:
        call.unreadable = call.unreadable or "data无法解码"


def _object(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _served(call: Call, fault: Fault | None) -> Answer:
    if fault and fault.kind == "error_code":
        raise Denied(fault.code, fault.text or TEXTS.get(fault.code, "模拟故障"))
    if fault and fault.kind == "task_ends":
        _end_task(call, fault)
    _check(call)
    return OPERATIONS[call.path, call.service](Visit(call.bureau, call.service, call.request, call.base_url))


def _check(call: Call) -> None:
    """P4001 for an envelope or an operation that cannot be used."""
    if call.unreadable:
        raise wrong(call.unreadable)
    if (call.path, call.service) not in OPERATIONS:
        raise wrong(f"接口{call.service or '（空）'}不存在")
    code = str(call.envelope.get("businessSystemCode", ""))
    if call.path != MESSAGE and not 1 <= len(code) <= SYSTEM_CODE_LENGTH:
        raise wrong("businessSystemCode应为1至10个字符")


def _end_task(call: Call, fault: Fault) -> None:
    task = call.bureau.gateway.tasks.get(str(call.request.get("taskNo")))
    if task:
        state = State(int(fault.code or State.BUSINESS_FAILURE))
        call.bureau.gateway.end(task, state, fault.text)


def _send(call: Call, found: Answer) -> Sending:
    fault = call.strike("answer", found)
    if fault:
        faults.alter(fault, found)
    wire = call.strike("wire", found)
    code = OPEN_API_OK if call.path == OPEN_API else OK
    data: object = found.fields
    if found.rows is not None:
        data = found.fields | {found.rows_name: found.rows} if found.rows_name else found.rows
    encoded = data if call.path == MESSAGE else envelope.encode(data, call.bureau.gateway.settings.encoding)
    if wire and wire.kind == "bad_base64":
        encoded = NOT_BASE64
    return _sending(call, msgspec.json.encode(envelope.success(encoded, code)), 200, code, "成功", wire)


def _send_failure(call: Call, code: str, text: str, status: int = 200) -> Sending:
    wire = call.strike("wire", Answer(returncode=code))
    return _sending(call, msgspec.json.encode(envelope.failure(code, text)), status, code, text, wire)


def _sending(call: Call, content: bytes, status: int, code: str, text: str, wire: Fault | None) -> Sending:
    call.note(status, code, text)
    if wire is None:
        return Sending(content, status)
    delay = wire.seconds if wire.kind == "slow" else 0.0
    return Sending(content, status, ENDINGS.get(wire.kind, "whole"), delay)


def _broken(call: Call, fault: Fault) -> Sending:
    status = int(fault.code or HTTP_BROKEN)
    call.note(status, None, f"HTTP {status}")
    return Sending(b"Internal Server Error", status)


def token_of(query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """access_token, from the query or from the header."""
    return query.get("access_token") or headers.get("access_token", "")
