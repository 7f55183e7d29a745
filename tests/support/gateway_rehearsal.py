"""A rehearsal whose companies are served by the gateway: its connection, accounts, and what is asked of 查验."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fapiao.verification import Received
from hooks.queues.verification_intake import receive
from rehearsal import GENERAL, Rehearsal, rehearsing
from simulator.gateway.credentials import GATEWAY_CONNECTION

SELLER = {"nsrsbh": "91440300MA2000002A", "name": "供货有限公司"}
ACCOUNT = {"account": "13800000000", "account_type": "receive", "is_default": True, "login": "auto"}
_TAXPAYER = (
    "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type, bureau_city_code, bureau_city)"
    " VALUES (%(taxpayer_no)s, '示例公司', 'ORG1', %(channel)s, %(company_type)s, '3100', '上海')"
)
_ACCOUNT = (
    "INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default, login)"
    " VALUES (%(taxpayer_no)s, %(account)s, %(account_type)s, %(is_default)s, %(login)s)"
)
SEEN = {"amount": "invoiceAmount", "total_amount": "totalAmount", "check_code": "checkCode"}


class GatewayRehearsal(Rehearsal):
    """One pool and one bureau with plane O."""

    def company(self, taxpayer_no: str = GENERAL, *, channel: str = "etax", company_type: str = "general") -> str:
        """A company of the channel, known to both sides; one of etax with an account that logs in by itself."""
        row = {"taxpayer_no": taxpayer_no, "channel": channel, "company_type": company_type}
        self.pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG1', '总部') ON CONFLICT DO NOTHING")
        self.pool.execute(_TAXPAYER, row)
        company: dict[str, Any] = {
            "nsrsbh": taxpayer_no,
            "name": "示例公司",
            "channels": [channel],
            "companyType": "02" if company_type == "small_scale" else "03",
        }
        if channel == "etax":
            self.pool.execute(_ACCOUNT, {"taxpayer_no": taxpayer_no, **ACCOUNT})
            company |= {"bureau_city_code": "3100", "bureau_city": "上海", "accounts": [{**ACCOUNT, "state": "online"}]}
        self.post("seed", companies=[company], documents=[])
        return taxpayer_no

    def bought(self, fplx: str, kprq: str = "2027-01-02", **values: Any) -> str:
        """An invoice bought by GENERAL; its key."""
        return self.document(nsrsbh=GENERAL, fplx=fplx, kprq=kprq, other=SELLER, **values)

    def shown(self, key: str) -> dict[str, Any]:
        """What the face of a document shows, in the words of the gateway."""
        from simulator.gateway.rows.full import full_item
        from simulator.gateway.rows.states import Seen

        bureau = self.simulator.bureau
        (document,) = bureau.store.find(key)
        at = bureau.clock.now().date()
        return full_item(document, Seen.by(bureau.periods, document.facts.owner.number, at), "")

    def header(self, key: str) -> dict[str, Any]:
        """The header item that the bureau lists of a document."""
        from simulator.gateway.rows.header import header_item
        from simulator.gateway.rows.states import Seen

        bureau = self.simulator.bureau
        (document,) = bureau.store.find(key)
        at = bureau.clock.now().date()
        return header_item(document, Seen.by(bureau.periods, document.facts.owner.number, at))

    def received(self, key: str, **changed: Any) -> Received:
        """The document as the business system collects it."""
        face = self.shown(key)
        digits = str(face["etaxInvoiceNo"] or face["invoiceNo"])
        digital = len(digits) == 20
        usual: dict[str, Any] = {
            "direction": "input",
            "taxpayer_no": GENERAL,
            "document_key": key,
            "invoice_type": face["govInvoiceType"],
            "invoice_no": face["invoiceNo"],
            "invoice_code": face["invoiceCode"] or None,
            "etax_invoice_no": digits if digital else None,
            "issue_date": date.fromisoformat(face["invoiceDate"][:10]),
            "check_code": face["checkCode"] or None,
            "amount": Decimal(face["invoiceAmount"]),
            "total_amount": Decimal(face["totalAmount"]),
        }
        return Received(**usual | changed)

    def receive(self, key: str, **changed: Any) -> str:
        """The business system collects it."""
        return receive(self.pool, self.received(key, **changed))

    def verifications(self, **where: Any) -> list[dict[str, Any]]:
        """The queue, oldest first."""
        rows = self.pool.execute("SELECT * FROM fapiao.verification ORDER BY created_at, batch_no").fetchall()
        return [row for row in rows if all(row[name] == value for name, value in where.items())]

    def verify(self, day: str = "2027-01-05") -> None:
        """A real run of verify_invoices."""
        self.run("verify_invoices", day)


@contextmanager
def gateway_rehearsing(
    pool_url: str, monkeypatch: pytest.MonkeyPatch, day: str, *, poll_seconds: float = 0.05
) -> Iterator[GatewayRehearsal]:
    """A rehearsal whose connections are set for this process; nothing that must wait does so for longer than a poll."""
    with rehearsing(pool_url, monkeypatch, day) as plain:
        extra = {**GATEWAY_CONNECTION["extra"], "poll_seconds": poll_seconds, "concurrency": 4}  # type: ignore[dict-item]
        connection = {
            **GATEWAY_CONNECTION,
            "conn_type": "http",
            "host": plain.simulator.url,
            "extra": json.dumps(extra),
        }
        monkeypatch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", json.dumps(connection))
        rehearsal = GatewayRehearsal(pool_url, plain.simulator)
        try:
            yield rehearsal
        finally:
            rehearsal.close()
