"""The gateway that the benchmark talks to: a simulator in a process of its own, slow on purpose, full of taxpayers."""

import json
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from launcher.command_simulator import Simulation, simulation
from simulator.gateway.credentials import GATEWAY_CONNECTION, GATEWAY_EXTRA

CITY = {"bureau_city_code": "3100", "bureau_city": "上海"}
INVOICE_TYPE = "82"
INVOICES = 20
"""What a taxpayer has sold in the month: one page."""
_FILL = """
WITH organisation AS (
    INSERT INTO enterprise.organisation (org_code, org_name) VALUES ('BENCH', 'BENCH') ON CONFLICT DO NOTHING
), taxpayer AS (
    INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, bureau_city_code, bureau_city)
    SELECT taxpayer_no, 'company', 'BENCH', 'etax', %(bureau_city_code)s, %(bureau_city)s
    FROM unnest(%(numbers)s::text[]) AS taxpayer_no RETURNING taxpayer_no
), account AS (
    INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default, login)
    SELECT taxpayer_no, account, 'receive', true, 'auto'
    FROM unnest(%(numbers)s::text[], %(accounts)s::text[]) AS a (taxpayer_no, account)
), scheme AS (
    INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date)
    VALUES (%(scheme)s, '{output_full}', ARRAY[%(invoice_type)s], '2020-01-01') RETURNING scheme_id
)
INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, taxpayer_no FROM scheme, taxpayer
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Taxpayers of which every `sharing` use one bureau account."""

    sharing: int
    numbers: list[str]

    @classmethod
    def of(cls, taxpayers: int, sharing: int) -> "Group":
        """So many invented taxpayers; groups that share differently have none in common."""
        return cls(sharing, [f"91310000{sharing:02}{number:08}" for number in range(taxpayers)])

    @property
    def accounts(self) -> list[str]:
        """The account of each taxpayer."""
        return [f"{13_000_000_000 + number // self.sharing}" for number in range(len(self.numbers))]


@dataclass(frozen=True, slots=True)
class Pace:
    """How slow the gateway is, and how it is asked: seconds of real time; `concurrency` calls at a time.

    `task_seconds` is what an account works on one task: with ten taxpayers to an account it allows less than the calls.
    """

    latency_seconds: float = 0.2
    task_seconds: float = 2.0
    poll_seconds: float = 1.0
    concurrency: int = 8

    @property
    def calls_allow(self) -> float:
        """Calls a second."""
        return self.concurrency / self.latency_seconds

    def accounts_allow(self, group: Group) -> float:
        """Tasks a second that the group's accounts work off, each one after another."""
        return len(set(group.accounts)) / self.task_seconds


@contextmanager
def slow_gateway(pace: Pace, group: Group, month: date) -> Iterator[Simulation]:
    """A gateway of that pace on which the group sold something in `month`; its clock runs, for its accounts work."""
    with simulation(None, secrets.token_hex(16)) as bureau:
        bureau.order("seed", _seed(group, month))
        slow = {"latency_seconds": pace.latency_seconds, "task_seconds": pace.task_seconds}
        bureau.order("settings", {"gateway": slow})
        yield bureau


def fill_enterprise(connection: psycopg.Connection[Any], group: Group) -> None:
    """The same group in the pool, with a scheme that downloads their sales in full; commits."""
    values = {"numbers": group.numbers, "accounts": group.accounts, "invoice_type": INVOICE_TYPE, **CITY}
    values["scheme"] = f"bench {group.sharing}"
    with connection.transaction():
        connection.execute(_FILL, values)
    connection.execute("ANALYZE enterprise.taxpayer, enterprise.scheme_taxpayer")


def connection_to(bureau: Simulation, pace: Pace) -> str:
    """The Airflow connection `bureau_gateway` to that gateway, as JSON."""
    extra = {**GATEWAY_EXTRA, "poll_seconds": pace.poll_seconds, "concurrency": pace.concurrency}
    return json.dumps({**GATEWAY_CONNECTION, "conn_type": "http", "host": bureau.url, "extra": json.dumps(extra)})


def calls(bureau: Simulation) -> Counter[str]:
    """How often the gateway was called, by interfaceCode."""
    return Counter(call["service"] for call in bureau.order("journal")["calls"])


def _seed(group: Group, month: date) -> dict[str, Any]:
    generated = {"fplx": INVOICE_TYPE, "sjlx": "2", "month": f"{month:%Y-%m}", "count": INVOICES}
    pairs = zip(group.numbers, group.accounts, strict=True)
    return {
        "companies": [
            {"nsrsbh": number, "channels": ["etax"], **CITY, "accounts": [{"account": account}]}
            for number, account in pairs
        ],
        "generate": [{"nsrsbh": number, **generated} for number in group.numbers],
    }
