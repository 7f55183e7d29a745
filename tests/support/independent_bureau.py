"""A second bureau, made from protocols §10 alone: plane L and plane O byte for byte over one port, facts given by the test.

It shares nothing with `simulator/`, so that hooks and simulator cannot agree on the same mistake.
"""

import base64
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

import truth_on_the_wire as wire
from truth import MAY_BE_DEDUCTED, UNUSED, Document

Row = dict[str, Any]
KEY = bytes(range(16))
GATEWAY = {"app": "an-app", "secret": "an-app-secret", "user": "somebody"}
UNREADY_POLLS = 1
"""Nothing is ready on the first poll (§10.5 rule 3)."""


@dataclass
class Fault:
    """A disturbance of the next `times` answers of a service that have rows, or of any where it needs none."""

    kind: str
    service: str
    times: int = 1


@dataclass
class Task:
    """What was applied for; its rows never change."""

    family: str
    fields: Row
    rows: list[Row]
    polls: int = 0
    ended: str = ""


class Refusal(Exception):
    """A code and a text instead of an answer."""


@dataclass
class IndependentBureau:
    """What the bureau holds, how it cuts its answers, and what it counted."""

    today: date
    documents: list[Document] = field(default_factory=list)
    package_rows: int = 2000
    list_rows: int = 5000
    page_rows: int = 200
    risk_rows: int = 2000
    unready_polls: int = UNREADY_POLLS
    faults: list[Fault] = field(default_factory=list)
    accepted: Counter[tuple[str, str, str, str, str, date]] = field(default_factory=Counter)
    calls: list[tuple[str, Row]] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    url: str = ""

    @cached_property
    def by_number(self) -> dict[tuple[str, str, str], Document]:
        """Purchases and sales by fplx, code and number, as L7 names them."""
        return {(wire.fplx(p), wire.numbers(p)["fpdm"], p.no): p for p in self.documents if p.document == "invoice"}

    def issued(self, owner: str, direction: str, kinds: Sequence[str], start: date, end: date) -> list[Document]:
        """Documents issued on these days and before today (§10.5 rule 2), in the bureau's order."""
        found = [
            p for p in self.documents
            if p.owner.number == owner and p.direction == direction and wire.fplx(p) in kinds
            and start <= p.issued.date() <= end and p.issued.date() < self.today
        ]  # fmt: skip
        return sorted(found, key=lambda p: (p.issued, p.key))

    def used(self, owner: str, kind: str, direction: str, fplx: str, month: str) -> int:
        """Accepted full applications of an issue month in the calendar month of today."""
        return sum(
            count
            for (*key, day), count in self.accepted.items()
            if tuple(key) == (owner, kind, direction, fplx, month) and (day.year, day.month) == self._running
        )

    @property
    def _running(self) -> tuple[int, int]:
        return self.today.year, self.today.month

    def count(self, owner: str, kind: str, direction: str, fplx: str, start: date, end: date) -> None:
        """Counts an application, or refuses it (§10.5 rule 1)."""
        month = f"{start:%Y-%m}"
        if f"{end:%Y-%m}" != month:
            raise Refusal("01", "参数校验异常：起止日期应在同一个月")
        limit = 5 if (start.year, start.month) == self._running else 3
        key = (owner, kind, direction, fplx, month)
        if self.accepted[(*key, self.today)] >= 1:
            raise Refusal("03", "拒绝处理：同一月份同一类型的数据每天可申请1次，超过可申请次数")
        if self.used(*key) >= limit:
            raise Refusal("03", f"拒绝处理：{month}的数据本月可申请{limit}次，超过可申请次数")
        self.accepted[(*key, self.today)] += 1

    def struck(self, service: str, *kinds: str) -> str:
        """The fault that hits this call, spent; "" where none does."""
        for fault in self.faults:
            if fault.service == service and fault.kind in kinds and fault.times:
                fault.times -= 1
                return fault.kind
        return ""

    def open(self, family: str, fields: Row, rows: list[Row]) -> str:
        """A ticket for an accepted application."""
        number = f"{len(self.tasks) + 1:032x}"
        self.tasks[number] = Task(family, fields, rows)
        return number


# plane L


def seal(data: bytes) -> str:
    """SM4/ECB/PKCS5 in base64, as bodies and Data travel."""
    padder, encryptor = PKCS7(128).padder(), Cipher(SM4(KEY), modes.ECB()).encryptor()
    return base64.b64encode(encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()).decode()


def opened(text: bytes) -> Row:
    """The question behind a sealed body."""
    unpadder, decryptor = PKCS7(128).unpadder(), Cipher(SM4(KEY), modes.ECB()).decryptor()
    padded = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
    request: Row = json.loads(unpadder.update(padded) + unpadder.finalize())
    return request


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007


def pack(rows: Sequence[Row]) -> str:
    """`sjl` of these rows."""
    return base64.b64encode(gzip.compress(json.dumps(rows, ensure_ascii=False).encode())).decode()


def _full(bureau: IndependentBureau, asked: Row, kind: str) -> Row:
    owner = asked.get("nsrsbh") or asked["kjywrsbh"]
    first, last = ("kprqq", "kprqz") if kind == "invoice" else ("tfrqq", "tfrqz")
    fplx, direction = (asked["fplx"], asked["sjlx"]) if kind == "invoice" else (kind, "1")
    start, end = _day(asked[first]), _day(asked[last])
    bureau.count(owner, kind, direction, "" if kind != "invoice" else fplx, start, end)
    documents = bureau.issued(owner, "input" if direction == "1" else "output", (fplx,), start, end)
    fields = {"nsrsbh": owner, "fplx": fplx, "sjlx": direction} if kind == "invoice" else {"nsrsbh": owner}
    if kind == "withholding":
        fields = {"kjywrsbh": owner}
    number = bureau.open(kind, fields, [wire.leqi_row(document) for document in documents])
    return {"lsh" if kind == "invoice" else "pclsh": number}


def _feedback(bureau: IndependentBureau, asked: Row, family: str, service: str) -> Row:
    task = bureau.tasks.get(asked.get("lsh") or asked.get("pclsh") or "")
    if task is None or task.family != family:
        raise Refusal("04", "查无数据")
    task.polls += 1
    if task.polls <= bureau.unready_polls:
        raise Refusal("10", "数据处理中")
    if bureau.struck(service, "task_fails"):
        task.ended = "3"
    if task.ended:
        return {**task.fields, "cljg": task.ended}
    if not task.rows:
        return {**task.fields, "cljg": "2", "packagecount": "0"}
    size = bureau.list_rows if family == "unselected" else bureau.package_rows
    return task.fields | {"cljg": "1"} | _package(bureau, task.rows, size, int(asked["packageno"]), service)


def _package(bureau: IndependentBureau, rows: list[Row], size: int, number: int, service: str) -> Row:
    """A package cut exactly, as a disturbance leaves it."""
    count = -(-len(rows) // size)
    if not 1 <= number <= count:
        raise Refusal("01", "参数校验异常：packageno超出范围")
    here = rows[size * (number - 1) : size * number]
    kinds = ("wrong_gzip", "duplicate_row", "total_changes", "empty_package")
    fault = bureau.struck(service, *kinds) if count > 1 or number == 1 else ""
    here = {"duplicate_row": [*here, here[-1]], "empty_package": []}.get(fault, here)
    sjl = base64.b64encode(b"no gzip").decode() if fault == "wrong_gzip" else pack(here)
    return {"packagecount": str(count + (fault == "total_changes")), "sjl": sjl}


def _increment(bureau: IndependentBureau, asked: Row, kind: str, service: str) -> Row:
    owner = asked.get("nsrsbh") or asked["kjywrsbh"]
    collected = _day(asked["gjrq"])
    if not bureau.today - timedelta(days=7) <= collected <= bureau.today:
        raise Refusal("01", "参数校验异常：gjrq超出范围")
    fplx = asked["fplx"] if kind == "invoice" else kind
    day = collected - timedelta(days=1)
    rows = [wire.leqi_row(document) for document in bureau.issued(owner, "input", (fplx,), day, day)]
    if not rows:
        raise Refusal("04", "未查到符合条件的数据")
    echo = {name: asked[name] for name in ("gjrq", "nsrsbh", "kjywrsbh", "fplx", "sjlx") if name in asked}
    return echo | _package(bureau, rows, bureau.package_rows, int(asked.get("packageno") or 1), service)


def _recognised(document: Document) -> datetime | None:
    found = document.state.get("recognised")
    return datetime.fromisoformat(found) if found else None


def _risk(bureau: IndependentBureau, asked: Row) -> Row:
    start, end = _day(asked["qsrq"]), _day(asked["zzrq"])
    known = [
        document for document in bureau.issued(asked["nsrsbh"], "input", (asked["fplx"],), date.min, date.max)
        if (at := _recognised(document)) and start <= at.date() <= min(end, bureau.today)
        and (document.kind in MAY_BE_DEDUCTED or document.kind == "8208")
    ]  # fmt: skip
    offset = int(asked.get("scrollId") or 0)
    page = known[offset : offset + min(int(asked["pagesize"]), bureau.risk_rows)]
    rows = [
        {**wire.numbers(p), **wire.statuses(p), "bgrq": _recognised(p).strftime(wire.STAMP)}
        for p in page  # type: ignore[union-attr]
    ]
    return {"count": str(len(known)), "scrollId": str(offset + len(page)), "fptxxxmx": rows}


def _usage(bureau: IndependentBureau, asked: Row) -> Row:
    document = bureau.by_number.get((asked["fplx"], asked.get("fpdm") or "", asked["fphm"]))
    if document is None:
        raise Refusal("04", "查无数据")
    told = {name: document.state.get(name, value) for name, value in UNUSED.items()}
    return {**wire.numbers(document), **wire.statuses(document), "cpyycbs": "", "jdcycbs": "", **told}


def _unselected(bureau: IndependentBureau, asked: Row) -> Row:
    owner, kind = asked["gfsbh"], {"01": "invoice", "03": "customs", "05": "withholding"}[asked["pzzl"]]
    documents = [
        document for document in bureau.documents
        if document.owner.number == owner and document.document == kind and listed(document)
        and asked["kpyf"] <= f"{document.issued:%Y%m}" <= asked["jskpyf"] and document.issued.date() < bureau.today
    ]  # fmt: skip
    documents.sort(key=lambda document: (document.issued, document.key))
    return {
        "pclsh": bureau.open("unselected", {"gfsbh": owner}, [wire.unselected_row(document) for document in documents])
    }


def listed(document: Document) -> bool:
    """Whether the list of what is not selected yet names it."""
    used = document.state.get("fpyt", "0") != "0"
    may = (
        document.kind in MAY_BE_DEDUCTED
        or document.document != "invoice"
        or (document.kind == "8208" and document.tax > 0)
    )
    return document.direction == "input" and may and not document.red_of and not used


ON_L: dict[str, Callable[[IndependentBureau, Row], Row]] = {
    "PLFPXZSQ": lambda b, q: _full(b, q, "invoice"),
    "PLHGJKSXZSQ": lambda b, q: _full(b, q, "customs"),
    "PLZZSDKDJWSPZXZSQ": lambda b, q: _full(b, q, "withholding"),
    "PLFPXZSQFK": lambda b, q: _feedback(b, q, "invoice", "PLFPXZSQFK"),
    "PLHGJKSXZSQFK": lambda b, q: _feedback(b, q, "customs", "PLHGJKSXZSQFK"),
    "PLZZSDKDJWSPZXZSQFK": lambda b, q: _feedback(b, q, "withholding", "PLZZSDKDJWSPZXZSQFK"),
    "CXZLXZFPXX": lambda b, q: _increment(b, q, "invoice", "CXZLXZFPXX"),
    "CXZLXZHGJKSXX": lambda b, q: _increment(b, q, "customs", "CXZLXZHGJKSXX"),
    "CXZLXZZZSDKDJWSPZXX": lambda b, q: _increment(b, q, "withholding", "CXZLXZZZSDKDJWSPZXX"),
    "FPTSTXXXCX": _risk,
    "FPZTXXCX": _usage,
    "WGXSJCSHQDXZSQDKGX": _unselected,
    "WGXSJCSHQDXZSQFKDKGX": lambda b, q: _feedback(b, q, "unselected", "WGXSJCSHQDXZSQFKDKGX"),
}


def _on_l(bureau: IndependentBureau, service: str, body: bytes) -> bytes:
    asked = opened(body)
    bureau.calls.append((service, asked))
    if service not in ON_L:
        return wrapped(4049, {"Error": {"Code": "4049", "Message": "未查询到该能力与服务"}})
    if bureau.struck(service, "flow_control"):
        text = "当前访问请求较多，请5分钟后重试，将访问并发控制在5以内"
        return wrapped(429, {"Error": {"Code": "429", "Message": text}})
    try:
        data = {"returncode": "00", "returnmsg": "成功", **ON_L[service](bureau, asked)}
    except Refusal as refusal:
        data = {"returncode": refusal.args[0], "returnmsg": refusal.args[1]}
    return wrapped(200, {"Data": seal(json.dumps(data, ensure_ascii=False).encode())})


def wrapped(status: int, response: Row) -> bytes:
    """The wrapper of plane L around a Response."""
    text = json.dumps({"Response": {"RequestId": "00000000deadbeef", **response}}, ensure_ascii=False)
    return json.dumps({"httpStatusCode": status, "body": text}, ensure_ascii=False).encode()


# plane O


def _apply(bureau: IndependentBureau, asked: Row, rows: list[Row]) -> Row:
    return {"asyncFlag": "1", "taskNo": bureau.open("gateway", {"taxNo": asked["taxNo"]}, rows)}


def _full_down(bureau: IndependentBureau, asked: Row) -> Row:
    kinds = [fplx for fplx, number in wire.NUMBER_OF.items() if number in asked["invoiceTypes"].split(",")]
    start, end = (date.fromisoformat(asked[name]) for name in ("startTime", "endTime"))
    documents = bureau.issued(asked["taxNo"], "input" if asked["inout"] == "1" else "output", kinds, start, end)
    return _apply(bureau, asked, [wire.gateway_full(document) for document in documents])


def _status_update(bureau: IndependentBureau, asked: Row) -> Row:
    start, end = (date.fromisoformat(asked[name]) - timedelta(days=1) for name in ("startTime", "endTime"))
    documents = bureau.issued(asked["taxNo"], "input", tuple(wire.NUMBER_OF), start, end)
    return _apply(bureau, asked, [wire.gateway_header(document) for document in documents])


def _result(bureau: IndependentBureau, asked: Row, service: str) -> Row:
    task = bureau.tasks.get(asked["taskNo"])
    if task is None or task.fields["taxNo"] != asked["taxNo"]:
        raise Refusal("0201", "未查询到相关任务，请确认请求税号或任务号是否正确")
    task.polls += 1
    if task.polls <= bureau.unready_polls:
        raise Refusal("6910", "异步任务处理中，请稍后再查询。")
    if bureau.struck(service, "task_fails"):
        task.ended = "3"
    if task.ended:
        raise Refusal("P6901", "任务处理失败")
    return _page(bureau, asked, task.rows, service)


def _page(bureau: IndependentBureau, asked: Row, rows: list[Row], service: str) -> Row:
    number, size, total = int(asked["pageNo"]), min(int(asked["pageSize"]), bureau.page_rows), len(rows)
    fault = bureau.struck(service, "duplicate_row", "total_changes", "shifted_page") if rows else ""
    start = size * (number - 1) - (1 if fault == "shifted_page" and number > 1 else 0)
    here = rows[start : start + size]
    if fault == "duplicate_row":
        here = [*here[:-1], here[0]] if len(here) > 1 else [*here, *here]
    total += fault == "total_changes"
    pages = {"pageNo": number, "pageSize": size, "totalElement": total, "totalPage": -(-total // size)}
    return {"taxNo": asked["taxNo"], "taskNo": asked["taskNo"], **pages, "invoices": here}


def _period(bureau: IndependentBureau, asked: Row) -> Row:
    month = f"{bureau.today:%Y%m}"
    dates = f"{bureau.today:%Y-%m}-01-{bureau.today:%Y-%m}-28"
    return {"taxPeriod": month, "skssq": f"{month};{bureau.today};{month}", "gxrqfw": dates, "createTjbbStatus": "01"}


ON_O: dict[str, Callable[[IndependentBureau, Row], Row]] = {
    "ext.fullInvoiceDown": _full_down,
    "ext.fullInvoiceDownQuery": lambda b, q: _result(b, q, "ext.fullInvoiceDownQuery"),
    "ext.statusUpdateDown": _status_update,
    "ext.statusUpdateDownQuery": lambda b, q: _result(b, q, "ext.statusUpdateDownQuery"),
    "invoiceDown": lambda b, q: _apply(b, q, []),
    "invoiceDownQuery": lambda b, q: _result(b, q, "invoiceDownQuery"),
    "taxperiodQuery": _period,
    "taxLogin": lambda _, q: {"loginType": "1", "needAuth": "0", "taxNo": q["taxNo"], "companyType": "03"},
    "ext.etaxLoginCheck": lambda _, q: {"taxNo": q["taxNo"], "etaxAccount": "1", "loginStatus": "online"},
}


def _on_o(bureau: IndependentBureau, path: str, body: bytes) -> bytes:
    envelope = json.loads(body)
    if path.startswith("/api/"):
        name = {"/api/getAppToken.do": "app_token", "/api/login.do": "access_token"}.get(path, "")
        data = {name: f"token-{name}", "success": True, "error_desc": "", "expire_time": 7200000, "error_code": "0"}
        return json.dumps({"data": data, "state": "success", "status": True}).encode()
    service, asked = envelope["interfaceCode"], json.loads(base64.b64decode(envelope["data"]))
    bureau.calls.append((service, asked))
    good = "0" if path.endswith("/openApi") else "0000"
    try:
        if service not in ON_O:
            raise Refusal("P4001", f"{service}不存在")
        if bureau.struck(service, "flow_control"):
            raise Refusal("P6912", "相同的任务重复请求过于频繁，请3分钟后再重试。")
        data = ON_O[service](bureau, asked)
    except Refusal as refusal:
        told = {"message": refusal.args[1], "errorCode": refusal.args[0], "success": False, "status": False}
        return json.dumps(told, ensure_ascii=False).encode()
    sealed = base64.b64encode(json.dumps(data, ensure_ascii=False).encode()).decode()
    told = {"data": sealed, "message": "成功", "errorCode": good, "success": True, "status": True}
    return json.dumps(told, ensure_ascii=False).encode()


# the port


def _handler(bureau: IndependentBureau) -> type[BaseHTTPRequestHandler]:
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 20  # head and body in one packet: two would wait for each other

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            path = urlsplit(self.path).path
            with lock:
                service = self.headers.get("fwbm") or (json.loads(body).get("interfaceCode") or "")
                if bureau.struck(service, "http_500"):
                    self._send(500, b"Internal Server Error")
                    return
                on_l = path.startswith("/access/v2/invoke/")
                content = _on_l(bureau, path.split("/")[5], body) if on_l else _on_o(bureau, path, body)
                cut = bureau.struck(service, "cut_reply")
            self._send(200, content, cut=bool(cut))

        def _send(self, status: int, content: bytes, *, cut: bool = False) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if cut else content)
            self.close_connection = self.close_connection or cut

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is no fault of ours."""


@contextmanager
def serving(bureau: IndependentBureau) -> Iterator[IndependentBureau]:
    """The bureau on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _handler(bureau))
    bureau.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield bureau
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
