"""The bureau of a driven world: the simulator in a process of its own, and what it holds, kept beside it as the truth."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from rehearsal import DIRECT_UNIT, KEY
from simulator.bureau import Bureau
from simulator.clock import SHANGHAI, Clock
from simulator.codes import CUSTOMS, WITHHOLDING
from simulator.documents.document import Document
from simulator.gateway.credentials import GATEWAY_CONNECTION
from simulator.gateway.rows.face import Face
from simulator.gateway.rows.lines import items
from simulator.running import LOOPBACK
from simulator.seed_loading import change, plant
from simulator.seeding import ChangeSeed, Seed
from temporary_postgres import ROOT

Row = dict[str, Any]


class BureauSide:
    """What the driver may do to the bureau, and what it knows of it; the same orders go to the process and to the truth."""

    def __init__(self, port: int, admin_port: int) -> None:
        self.port = port
        self._admin = httpx.Client(base_url=f"http://{LOOPBACK}:{admin_port}", trust_env=False, timeout=30)
        self._truth = Bureau(Clock(), None)
        self.since: dict[str, date] = {}

    def tell(self, what: str, **order: Any) -> Row:
        """One order to the process."""
        answer = self._admin.post(f"/_sim/{what}", json=order)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, what: str, **query: Any) -> Row:
        """One question to the process."""
        return self._admin.get(f"/_sim/{what}", params=query).json()

    def heal(self) -> None:
        """Nothing is disturbed any more."""
        self._admin.delete("/_sim/fault")

    def turn(self, now: datetime) -> None:
        """It is this instant at the bureau."""
        self.tell("clock", set=now.astimezone(SHANGHAI).isoformat())
        self._truth.clock.set(now)

    def plant(self, companies: Sequence[Row] = (), documents: Sequence[Row] = ()) -> list[str]:
        """Companies and documents; the keys of the documents."""
        seed: Row = {"companies": list(companies), "documents": list(documents)}
        keys = self.tell("seed", **seed)["documents"]
        assert keys == plant(self._truth, msgspec.convert(seed, Seed))
        self.since |= dict.fromkeys(keys, self._truth.clock.today())
        return keys

    def change(self, key: str, **codes: Any) -> None:
        """The bureau establishes something about a document."""
        self.tell("change", key=key, **codes)
        change(self._truth, msgspec.convert({"key": key, **codes}, ChangeSeed))

    def documents(self) -> Iterator[Document]:
        """Every document that it holds, once per company that sees it."""
        for key in self.since:
            yield from self._truth.store.find(key)

    def face(self, document: Document, day: date) -> Row:
        """What it prints on a document on a day: amounts, parties, how many lines."""
        face = Face.of(document, day)
        whole = document.facts.kind not in (CUSTOMS, WITHHOLDING)
        return {
            **face.amounts(),
            **{name: face.role(name) for name in ("salerTaxNo", "buyerTaxNo", "totalAmount", "checkCode")},
            "lines": len(items(face)) if whole else 0,
        }

    def close(self) -> None:
        """Lets go of the line to the process."""
        self._admin.close()


@contextmanager
def running_bureau(folder: Path) -> Iterator[BureauSide]:
    """A bureau process that ends with the block."""
    ports = folder / "bureau.json"
    command = [sys.executable, "-m", "simulator", "--port-file", str(ports), "--key", KEY]
    log = (folder / "bureau.log").open("wb")
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        found = _ports(ports, process)
        side = BureauSide(found["leqi"], found["admin"])
        yield side
        side.close()
    finally:
        process.terminate()
        process.wait()
        log.close()


def _ports(file: Path, process: subprocess.Popen) -> Mapping[str, int]:
    import time

    end = time.monotonic() + 30
    while not file.exists():
        assert process.poll() is None and time.monotonic() < end, "the simulator does not start"
        time.sleep(0.02)
    return json.loads(file.read_text(encoding="utf-8"))


def connections(port: int) -> dict[str, str]:
    """The Airflow connections to the bureau by a line at this port; nobody is patient."""
    url = f"http://{LOOPBACK}:{port}"
    usual = {"poll_seconds": 0.05, "concurrency": 3, "timeout_seconds": 3}
    leqi = {"conn_type": "leqi", "host": url, "login": DIRECT_UNIT, "password": KEY, "extra": json.dumps(usual)}
    extra = {**GATEWAY_CONNECTION["extra"], **usual}  # type: ignore[dict-item]
    gateway = {**GATEWAY_CONNECTION, "conn_type": "http", "host": url, "extra": json.dumps(extra)}
    return {"AIRFLOW_CONN_LEQI": json.dumps(leqi), "AIRFLOW_CONN_BUREAU_GATEWAY": json.dumps(gateway)}
