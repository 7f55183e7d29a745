"""A bureau of both planes that selects honestly, and answers some companies as the data of a test says."""

import base64
import json
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hostile_selection_layers import Send, Written, written
from raw_http import Behaviour, answers

PERIOD = "202701"
Row = dict[str, Any]


@dataclass
class Holder:
    """One company as the bureau knows it: what it holds not deducted, its table, and the numbers it gave out."""

    plane: str
    held: set[str] = field(default_factory=set)
    table: str = "01"
    tasks: dict[str, Any] = field(default_factory=dict)
    strikes: dict[str, Send] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)


@dataclass
class HostileSelectionBureau:
    """Companies by tax number; `strikes` of a company are answers by what was asked."""

    holders: dict[str, Holder] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def __call__(self, caller: socket.socket, call: bytes) -> object:
        """One call on a bare socket."""
        head, _, body = call.partition(b"\r\n\r\n")
        return self._behaviour(urlsplit(head.split(b" ")[1].decode()).path, body)(caller, call)

    def _behaviour(self, path: str, body: bytes) -> Behaviour:
        asked = json.loads(body or b"{}")
        if path.startswith("/api/"):
            name = "app_token" if "getAppToken" in path else "access_token"
            return answers(written({"data": {name: "token", "success": True, "error_code": "0"}, "status": True}))
        plane, service, asked = ("leqi", path.split("/")[-2], asked) if "/invoke/" in path else _of_gateway(asked)
        number = asked.get("gfsbh") or asked.get("taxNo") or self.owners.get(asked.get("pclsh", ""), "")
        holder, (what, read) = self.holders[number], SERVICES[service]
        holder.calls[what] += 1
        send = holder.strikes.get(what, {})
        honest = {} if send.get("before") else read(self, holder, number, asked)
        return Written(plane, service, honest, send).behaviour()

    def task(self, number: str, holder: Holder, what: Any) -> str:
        """A number for what was accepted."""
        ticket = f"{len(self.owners):032x}"
        self.owners[ticket], holder.tasks[ticket] = number, what
        return ticket


def _of_gateway(envelope: Row) -> tuple[str, str, Row]:
    if envelope.get("messageType"):
        return "etax", envelope["messageType"], envelope["data"]
    return "etax", envelope["interfaceCode"], json.loads(base64.b64decode(envelope["data"]))


def _period(_: HostileSelectionBureau, holder: Holder, number: str, __: Row) -> Row:
    if holder.plane == "leqi":
        return {"gfsbh": number, "skssq": PERIOD, "zt": {"01": "0", "02": "1", "05": "2"}[holder.table]}
    deadline = {"skssq": f"{PERIOD};20270215;202702", "gxrqfw": "20170101-20270131"}
    return {
        "taxNo": number,
        "taxPeriod": PERIOD,
        "createTjbbStatus": holder.table,
        "tjInfoArr": [{"invoiceType": "99"}],
        **deadline,
    }


def _upload(bureau: HostileSelectionBureau, holder: Holder, number: str, asked: Row) -> Row:
    wished = asked.get("gxlxDm") == "03" or asked.get("authenticateFlag") == 1
    documents = [row.get("jkshm") or row["invoiceNo"] for row in asked.get("hgjksmx") or asked["invoices"]]
    holder.held = holder.held | {*documents} if wished else holder.held - {*documents}
    ticket = bureau.task(number, holder, documents)
    if holder.plane == "etax":
        return {"asyncFlag": "1", "taskNo": ticket}
    return {"pclsh": ticket, "hgjksmx": [{"jkshm": one, "sczt": "00", "errormsg": ""} for one in documents]}


def _results(_: HostileSelectionBureau, holder: Holder, number: str, asked: Row) -> Row:
    documents = holder.tasks.get(asked.get("pclsh") or asked["taskNo"], [])
    if holder.plane == "leqi":
        return {"hgjksmx": [{"jkshm": one, "cljg": "01", "hxyt": "6", "skssq": PERIOD} for one in documents]}
    rows = [{"invoiceNo": one, "selectResult": "1", "description": "成功", "taxPeriod": PERIOD} for one in documents]
    return _page(number, asked, "success", rows)


def _page(number: str, asked: Row, name: str, rows: list[Row]) -> Row:
    paging = {"pageNo": asked["pageNo"], "pageSize": asked["pageSize"], "totalElement": len(rows), "totalPage": 1}
    return {"taxNo": number, "taskNo": asked["taskNo"], **paging, name: rows, "fail": []}


def _holdings(_: HostileSelectionBureau, holder: Holder, number: str, asked: Row) -> Row:
    held = sorted(holder.held)
    if holder.plane == "leqi":
        return {
            "zys": 1 if held else 0,
            "dqym": 1,
            "hgjksmx": [{"jkshm": one, "hxyt": "6", "skssq": PERIOD} for one in held],
        }
    rows = [{"invoiceType": "21", "customDeclarationNo": one, "deductionPurpose": "2", "notDeductibleType": "1", "taxPeriod": PERIOD}
            for one in held]  # fmt: skip
    return _page(number, asked, "invoices", rows)


def _ask_holdings(bureau: HostileSelectionBureau, holder: Holder, number: str, _: Row) -> Row:
    return {"asyncFlag": "1", "taskNo": bureau.task(number, holder, "holdings")}


def _make(bureau: HostileSelectionBureau, holder: Holder, number: str, asked: Row) -> Row:
    holder.table = "02" if "2" not in (asked.get("sqbz"), asked.get("operateType")) else "01"
    return {("pclsh" if holder.plane == "leqi" else "taskNo"): bureau.task(number, holder, "table")}


def _confirm(bureau: HostileSelectionBureau, holder: Holder, number: str, _: Row) -> Row:
    holder.table = "05"
    return {("pclsh" if holder.plane == "leqi" else "taskNo"): bureau.task(number, holder, "table")}


def _table(bureau: HostileSelectionBureau, holder: Holder, number: str, asked: Row) -> Row:
    return {"code": "01", "jgzt": "01"} if holder.plane == "leqi" else _period(bureau, holder, number, asked)


def _login(_: HostileSelectionBureau, __: Holder, number: str, ___: Row) -> Row:
    return {"taxNo": number, "etaxAccount": "13800000000", "loginStatus": "auto", "loginType": "1"}


Read = Callable[[HostileSelectionBureau, Holder, str, Row], Row]
SERVICES: Mapping[str, tuple[str, Read]] = {
    "HQDQSKSSQYDQSKSSQTJZT": ("period", _period), "taxperiodQuery": ("period", _period),
    "statisticQuery": ("period", _period), "PLHGJKSDKGX": ("upload", _upload), "invoiceSelect": ("upload", _upload),
    "CXHGJKSDKGXCLJG": ("results", _results), "invoiceSelectQuery": ("results", _results),
    "HQDQSKSSQHGJKSDKGXCLJG": ("holdings", _holdings), "invoiceDownQuery": ("holdings", _holdings),
    "invoiceDown": ("ask_holdings", _ask_holdings), "SQCXDKTJ": ("make", _make), "statisticCreate": ("make", _make),
    "SQQRDKTJ": ("make", _confirm), "statisticConfirm": ("make", _confirm), "CXTJCLJG": ("table", _table),
    "CXQRTJCLJG": ("table", _table), "statisticCreateQuery": ("table", _table),
    "ext.statisticConfirmQuery": ("table", _table), "ext.etaxLoginCheck": ("login_check", _login),
    "taxLogin": ("login", _login),
}  # fmt: skip
"""What the services of both planes are called in the data, and who answers them."""
