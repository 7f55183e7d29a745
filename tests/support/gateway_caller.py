"""A bare plane-O client for tests of the simulator; it shares no code with the hook."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import httpx

from simulator.gateway import credentials

APP = {
    "appId": credentials.APP_ID,
    "appSecret": credentials.APP_SECRET,
    "tenantid": credentials.TENANT_ID,
    "accountId": credentials.ACCOUNT_ID,
    "language": "zh_CN",
}
USER = {
    "user": credentials.USER,
    "tenantid": credentials.TENANT_ID,
    "accountId": credentials.ACCOUNT_ID,
    "usertype": "UserName",
}
OPEN_API = ("ext.etaxLoginCheck", "ALLE.ACCOUNT.CHECK", "ext.invoiceUsageQuery")


@dataclass(frozen=True)
class Reply:
    """One answer: HTTP status, errorCode, message, and `data` opened."""

    http: int
    code: str
    text: str
    data: Any


@dataclass
class GatewayCaller:
    """An application that signs in by itself and opens replies."""

    url: str
    client: httpx.Client
    token: str = ""

    def post(self, path: str, body: Any, **query: str) -> httpx.Response:
        """POST raw JSON."""
        return self.client.post(f"{self.url}{path}", json=body, params=query)

    def sign_in(self) -> str:
        """Both steps; the access token."""
        app = self.post("/api/getAppToken.do", APP).json()["data"]["app_token"]
        self.token = self.post("/api/login.do", USER | {"apptoken": app}).json()["data"]["access_token"]
        return self.token

    def call(self, code: str, path: str = "", **data: Any) -> Reply:
        """One business call in base64."""
        if not self.token:
            self.sign_in()
        path = path or ("sim/openApi" if code in OPEN_API else "rim/deduction")
        text = base64.b64encode(json.dumps(data, ensure_ascii=False).encode()).decode()
        body = {"businessSystemCode": "TEST", "interfaceCode": code, "requestId": "1" * 16, "data": text}
        return opened(self.post(f"/kapi/app/{path}", body, access_token=self.token))

    def verify(self, **data: Any) -> Reply:
        """invoiceCheck."""
        if not self.token:
            self.sign_in()
        body = {"messageType": "invoiceCheck", "messageId": "1", "data": data}
        reply = self.post("/kapi/app/rim/message", body, access_token=self.token)
        found = reply.json()
        return Reply(reply.status_code, found["errorCode"], found["message"], found.get("data"))

    def apply(self, code: str, **data: Any) -> str:
        """An application that is accepted; its taskNo."""
        reply = self.call(code, asyncFlag="1", **data)
        assert reply.code == "0000", reply
        assert reply.data["asyncFlag"] == "1"
        return reply.data["taskNo"]

    def poll(self, code: str, tax_no: str, task: str, page: int = 1, size: int = 200) -> Reply:
        """One query of a task."""
        return self.call(code, taxNo=tax_no, taskNo=task, pageNo=page, pageSize=size)

    def fetch(self, code: str, tax_no: str, task: str, page: int = 1, size: int = 200) -> Reply:
        """Queries until something other than 6910 comes."""
        for _ in range(5):
            reply = self.poll(code, tax_no, task, page, size)
            if reply.code != "6910":
                return reply
        raise AssertionError("still 6910 after five polls")

    def fetch_code(self, code: str, tax_no: str, task: str) -> str:
        """The errorCode after two questions, enough for a task that is done."""
        return [self.poll(code, tax_no, task).code for _ in range(2)][-1]

    def headers(self, tax_no: str, **options: Any) -> list[dict[str, Any]]:
        """Header items of one application."""
        task = self.apply("invoiceDown", taxNo=tax_no, searchOpt=options)
        return self.fetch("invoiceDownQuery", tax_no, task).data["invoices"]

    def full(self, tax_no: str, types: str, start: str, end: str, inout: str = "1") -> list[dict[str, Any]]:
        """Full items of one application."""
        days = {"startTime": start, "endTime": end}
        task = self.apply("ext.fullInvoiceDown", taxNo=tax_no, inout=inout, invoiceTypes=types, **days)
        return self.fetch("ext.fullInvoiceDownQuery", tax_no, task).data["invoices"]


def opened(reply: httpx.Response) -> Reply:
    """Reads the envelope of a business reply."""
    found = reply.json()
    data = json.loads(base64.b64decode(found["data"])) if "data" in found else None
    assert found["success"] is found["status"] is (data is not None)
    return Reply(reply.status_code, found["errorCode"], found["message"], data)
