"""A bureau that is healthy for everybody, but answers each company one thing in one place as the data says."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from hostile_layers import Send, gateway_answer, leqi_answer
from hostile_server import Answer, Headers
from hostile_values import content, written
from independent_bureau import ON_L, ON_O, IndependentBureau, Refusal, Row, opened, seal, wrapped

_LEQI_APPLICATIONS = {"PLFPXZSQ"}
_GATEWAY_APPLICATIONS = {"ext.fullInvoiceDown", "ext.statusUpdateDown"}
TOKEN = "token"
"""The place of what is answered to a log-in: it names no company."""


@dataclass(frozen=True)
class Hostile:
    """One company's answer: at `apply`, `poll` (the first page), `later` (the others) or `token`, so many `times`."""

    service: str
    at: str
    send: Send
    times: int | None = None


@dataclass
class HostileBureau:
    """Answers both planes; `hostile` says whether the answers of the data are given at all."""

    bureau: IndependentBureau
    answers: dict[str, Hostile] = field(default_factory=dict)
    hostile: bool = True
    given: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def respond(self, address: str, _: Mapping[str, str], body: bytes) -> Answer:
        """What one request is answered."""
        path = urlsplit(address).path
        with self._lock:
            if path.startswith("/access/"):
                return self._on_l(path.split("/")[5], opened(body))
            envelope = json.loads(body)
            if path.startswith("/api/"):
                return self._token(path)
            return self._on_o(path, envelope["interfaceCode"], json.loads(base64.b64decode(envelope["data"])))

    def _on_l(self, service: str, asked: Row) -> Answer:
        ticket = self.bureau.tasks.get(str(asked.get("lsh") or ""))
        owner = str(asked.get("nsrsbh") or (ticket.fields["nsrsbh"] if ticket else ""))
        later = int(asked.get("packageno") or 1) > 1 or bool(asked.get("scrollId"))
        place = "apply" if service in _LEQI_APPLICATIONS else "later" if later else "poll"
        hostile = self._of(owner, place)
        self._cut_for(owner)
        try:
            data = ON_L[service](self.bureau, _asked(asked, hostile, "packageno", "scrollId"))
        except Refusal as refusal:
            data = {"returncode": refusal.args[0], "returnmsg": refusal.args[1]}
            return Answer(wrapped(200, {"Data": seal(json.dumps(data, ensure_ascii=False).encode())}))
        kind = hostile.service if hostile else "leqi_full"
        return self._sent(hostile, leqi_answer(kind, data, hostile.send if hostile else {}))

    def _on_o(self, path: str, service: str, asked: Row) -> Answer:
        owner = str(asked.get("taxNo") or "")
        later = int(asked.get("pageNo") or 1) > 1
        applies, asks = service in _GATEWAY_APPLICATIONS, "taskNo" in asked
        hostile = self._of(owner, "apply" if applies else "later" if later else "poll") if applies or asks else None
        self._cut_for(owner)
        try:
            data = ON_O[service](self.bureau, _asked(asked, hostile, "pageNo"))
            data |= {"pageNo": asked["pageNo"]} if "pageNo" in data else {}
        except Refusal as refusal:
            told = {"message": refusal.args[1], "errorCode": refusal.args[0], "success": False, "status": False}
            return Answer(written(told))
        answer = gateway_answer(hostile.service if hostile else "gateway_full", data, hostile.send if hostile else {})
        if path.endswith("/openApi") and not hostile:
            answer = answer.replace(b'"0000"', b'"0"')
        return self._sent(hostile, answer)

    def _token(self, path: str) -> Answer:
        name = {"/api/getAppToken.do": "app_token", "/api/login.do": "access_token"}[path]
        data = {name: f"token-{name}", "success": True, "error_desc": "", "expire_time": 7200000, "error_code": "0"}
        hostile = self._of(TOKEN, path)
        send = hostile.send if hostile else {}
        changed = {key: value for key, value in data.items() if key not in (send.get("without") or ())}
        whole = written({"data": changed, "state": "success", "status": True})
        return self._sent(hostile, content(send["content"]) if "content" in send else whole)

    def _cut_for(self, owner: str) -> None:
        """Whoever is answered something odd on a later page has a row a page."""
        answer = self.answers.get(owner)
        size = 1 if answer is not None and answer.at == "later" else 200
        self.bureau.package_rows = self.bureau.page_rows = self.bureau.risk_rows = size

    def _of(self, owner: str, place: str) -> Hostile | None:
        answer = self.answers.get(owner) if self.hostile else None
        if answer is None or answer.at != place:
            return None
        self.given[owner] = self.given.get(owner, 0) + 1
        return None if answer.times is not None and self.given[owner] > answer.times else answer

    @staticmethod
    def _sent(hostile: Hostile | None, whole: bytes) -> Answer:
        http: dict[str, Any] = dict(hostile.send.get("http") or {}) if hostile else {}
        named = http.pop("headers", {})
        headers: Headers = {name: str(value) for name, value in named.items()}
        return Answer(content(http.pop("body")) if "body" in http else whole, headers=headers, **http)


def _asked(asked: Row, hostile: Hostile | None, *places: str) -> Row:
    """The question, or that for the page before it (`shifted`) or the first one (`first`)."""
    form = hostile.send.get("same") if hostile else None
    if form is None:
        return asked
    number = {
        name: int(asked[name]) - 1 if form == "shifted" else 1
        for name in places
        if asked.get(name) and name != "scrollId"
    }
    return asked | number | ({"scrollId": ""} if "scrollId" in asked else {})
