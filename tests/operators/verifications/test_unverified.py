"""What a status update and a key-element sync leave to verify, by the mode of the scheme; and what a receipt finds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import pytest

from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from fapiao.tasks import Claim, RunDay
from fapiao.verification import verification_rules
from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from hooks.gateway.verifier import open_verifier
from hooks.pool.merge import MergeContext, MergeCounts, StagedMerge
from hooks.queues.tasks import TaskTable
from hooks.queues.verification_intake import queue_unverified, status_mode
from operators.verifications.worker import VerificationSession, verify_due
from rehearsal import GENERAL
from task_rows import put

NOW = datetime(2027, 1, 5, 2, tzinfo=UTC)
RUN = RunDay("verify_invoices", "run-1", NOW.date(), "2027-01-05", explicit=True)
STORE, UPDATE, CACHE = "verify_and_store", "update_only", "verify_to_cache"


@dataclass
class Office:
    """A pool, a bureau, and the settlement of downloads as collect does it."""

    room: GatewayRehearsal
    pool: psycopg.Connection[Any]
    numbers: Iterator[int] = field(default_factory=lambda: count(1_000_000))

    def scheme(self, mode: str, *types: str, name: str = "状态", enabled: bool = True) -> None:
        """A scheme over the company whose status updates are kept by this mode."""
        row = self.pool.execute(
            "INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, status_mode, enabled)"
            " VALUES (%s, '{input_status}', %s, '2026-06-01', %s, %s) RETURNING scheme_id",
            [name, list(types), mode, enabled],
        ).fetchone()
        assert row
        self.pool.execute("INSERT INTO enterprise.scheme_taxpayer VALUES (%s, %s)", [row[0], GENERAL])

    def claim(self, job: str, **values: Any) -> Claim:
        """A download of headers that is ready to be merged."""
        usual = {"channel": "etax", "taxpayer_no": GENERAL, "direction": "input", "download_type": "input_status"}
        more = {"sync_type": "current_period_input", "invoice_type": "all", "counter": None, "org_code": "ORG1"}
        task_id = put(self.pool, "downloaded", job=job, **usual, **more | values)
        taken = TaskTable(self.pool).claim("etax", ["downloaded"], "worker", NOW.date(), 100, None)
        return next(claim for claim in taken if claim.task_id == task_id)

    def settle(self, job: str, *keys: str) -> tuple[MergeCounts, int]:
        """Headers of these documents arrive and are settled; the counts, and how many verifications were queued."""
        claim = self.claim(job)
        whose = Context(
            direction="input", taxpayer_no=GENERAL, invoice_type="all", observed_at=NOW, tax_org_code="ORG1"
        )
        staged = translate("gateway_header", [self.room.header(key) for key in keys], whose)
        with self.pool.transaction():
            goal = MergeContext(claim.batch_no, "etax", "input", GENERAL, status_mode=status_mode(self.pool, claim))
            staging = StagedMerge(self.pool, "headers", goal)
            staging.load(staged, next(self.numbers))
            counts = staging.merge()
            queued = queue_unverified(self.pool, claim, staging.to_verify)
        self.pool.execute("UPDATE sync.task SET status = 'succeeded', finished_at = now()")
        return counts, queued

    def verify(self) -> int:
        """The worker of the queue."""
        with open_verifier() as (ask, _):
            return verify_due(VerificationSession(self.pool, RUN, "worker", lambda: NOW, ask, verification_rules(), {}))

    def states(self) -> dict[str, str]:
        """查验状态 of the pool's documents."""
        return {key: row["verification_status"] for key, row in self.room.invoices().items()}

    def queue(self) -> list[tuple[str, str, str]]:
        """(document, why, where to) of the queue."""
        return [(row["document_key"], row["reason"], row["goal"]) for row in self.room.verifications()]

    def cached(self) -> list[tuple[str, str]]:
        """(document, what of it) in the cache."""
        return self.pool.execute("SELECT document_key, target FROM pool.verification_cache ORDER BY 1, 2").fetchall()


@pytest.fixture
def office(pool_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office with one company of 电子税局."""
    with (
        gateway_rehearsing(pool_url, monkeypatch, "2027-01-05") as room,
        psycopg.connect(pool_url, autocommit=True) as pool,
    ):
        room.company()
        yield Office(room, pool)


@pytest.fixture
def special(office: Office) -> str:
    """A 数电专票."""
    return office.room.bought("81")


@pytest.fixture
def ordinary(office: Office) -> str:
    """A 数电普票."""
    return office.room.bought("82", "2027-01-03")


@pytest.mark.req("R126", "R098", "A-33", "A-47")
def test_verify_and_store_queues_the_ordinary_invoice_and_stores_the_other_unverified(
    office: Office, special: str, ordinary: str
) -> None:
    office.scheme(STORE, "81", "82")
    counts, queued = office.settle("status_update", special, ordinary)
    assert (counts.inserted, counts.ignored, queued) == (1, 1, 1)
    assert office.states() == {special: "3"}
    assert office.queue() == [(ordinary, "status_update", "pool")]
    assert office.verify() == 1
    assert office.states() == {special: "3", ordinary: "1"}
    face = office.room.invoices()[ordinary]
    assert (face["verify_source"], face["detail_level"]) == ("VERIFY_API", "full")
    assert face["selection_status"] == office.room.header(ordinary)["authenticateFlag"]
    assert office.cached() == []


@pytest.mark.req("R127", "R128")
def test_update_only_queues_nothing(office: Office, special: str, ordinary: str) -> None:
    office.scheme(UPDATE, "81", "82")
    counts, queued = office.settle("status_update", special, ordinary)
    assert (counts.inserted, counts.ignored, queued) == (0, 2, 0)
    assert (office.states(), office.queue(), office.cached()) == ({}, [], [])


@pytest.mark.req("R129")
def test_verify_to_cache_verifies_without_the_pool_and_a_receipt_takes_the_face_from_the_cache(
    office: Office, special: str
) -> None:
    office.scheme(CACHE, "81")
    counts, queued = office.settle("status_update", special)
    assert (counts.inserted, queued) == (0, 1)
    assert office.queue() == [(special, "status_update", "cache")]
    assert office.verify() == 1
    assert office.states() == {}
    assert office.cached() == [(special, "documents"), (special, "headers")]

    assert office.room.receive(special) == "cache"
    assert office.states() == {special: "1"}
    assert office.cached() == []
    taken = office.room.verifications()[-1]
    assert (taken["state"], taken["reason"], taken["result_code"], taken["calls"]) == (
        "verified",
        "received",
        "FROM_CACHE",
        0,
    )
    assert len(office.room.calls("invoiceCheck")) == 1
    assert office.room.receive(special) == "known"


@pytest.mark.req("A-33", "R127", "R129")
@pytest.mark.finding("F06")
@pytest.mark.parametrize("mode", [STORE, UPDATE, CACHE])
def test_the_red_flush_of_an_invoice_in_the_pool_is_seen_in_every_mode(
    office: Office, ordinary: str, mode: str
) -> None:
    office.settle("key_element_sync", ordinary)
    office.verify()
    office.scheme(mode, "82")
    office.room.post("change", key=ordinary, fpzt="8")
    office.room.today("2027-01-06")
    counts, queued = office.settle("status_update", ordinary)
    assert (counts.updated, counts.ignored, queued) == (1, 0, 0)
    assert office.room.invoices()[ordinary]["status"] == "8"
    assert office.cached() == []


@pytest.mark.req("A-33", "R129")
@pytest.mark.finding("F06")
def test_a_face_for_the_cache_reaches_the_pool_that_has_got_the_invoice_meanwhile(office: Office, special: str) -> None:
    office.scheme(CACHE, "81")
    office.settle("status_update", special)
    office.settle("key_element_sync", special)
    assert office.states() == {special: "3"}
    assert office.verify() == 1
    assert office.states() == {special: "1"}
    assert office.cached() == []


@pytest.mark.req("R129")
def test_a_receipt_before_the_verification_turns_it_to_the_pool(office: Office, special: str) -> None:
    office.scheme(CACHE, "81")
    office.settle("status_update", special)
    assert office.room.receive(special) == "queued"
    assert office.queue() == [(special, "received", "pool")]
    assert office.states() == {special: "3"}
    assert office.verify() == 1
    assert office.states() == {special: "1"}


@pytest.mark.req("R028", "R031", "A-47")
def test_the_first_capture_of_a_key_element_sync_is_unverified_and_queued(
    office: Office, special: str, ordinary: str
) -> None:
    counts, queued = office.settle("key_element_sync", special, ordinary)
    assert (counts.inserted, queued) == (2, 2)
    assert office.states() == {special: "3", ordinary: "3"}
    assert office.room.invoices()[special]["detail_level"] == "header"
    assert office.pool.execute("SELECT count(*) FROM pool.line").fetchone() == (0,)
    assert office.verify() == 2
    assert office.states() == {special: "1", ordinary: "1"}


@pytest.mark.req("R029", "R009", "R023", "R025", "R026")
def test_what_is_verified_already_gets_only_its_new_status_and_usage(office: Office, special: str) -> None:
    office.settle("key_element_sync", special)
    office.verify()
    before = office.room.invoices()[special]
    office.room.post("change", key=special, fpzt="8", ycpzzt="02")
    office.room.today("2027-01-06")
    counts, queued = office.settle("key_element_sync", special)
    after = office.room.invoices()[special]
    assert (counts.updated, queued) == (1, 0)
    assert (after["status"], after["verification_status"], after["detail_level"]) == ("8", "1", "full")
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"status", "risk_status", "selection_status", "deduction_status", "deduction_purpose", "tax_period",
                       "selected_at", "certified_at", "vat_usage", "effective_tax_amount", "not_deductible_type"}  # fmt: skip
    assert {"status", "risk_status"} <= changed


def test_an_invoice_joins_the_queue_once_whatever_came_of_it(office: Office, special: str) -> None:
    office.settle("key_element_sync", special)
    office.room.fault("error_code", code="P2301", service="invoiceCheck")
    office.verify()
    assert office.settle("key_element_sync", special)[1] == 0
    assert office.states() == {special: "3"}
    assert office.room.receive(special) == "queued"
    assert [row["state"] for row in office.room.verifications()] == ["not_found", "waiting"]


def test_of_several_schemes_the_one_that_keeps_most_decides_and_other_jobs_have_no_mode(office: Office) -> None:
    update = office.claim("status_update", invoice_type="81")
    assert status_mode(office.pool, update) == UPDATE
    office.scheme(UPDATE, "81", name="一")
    office.scheme(CACHE, "81", name="二")
    assert status_mode(office.pool, update) == CACHE
    office.scheme(STORE, "82", name="三")
    office.scheme(STORE, "81", name="四", enabled=False)
    assert status_mode(office.pool, update) == CACHE
    office.scheme(STORE, "81", name="五")
    assert status_mode(office.pool, update) == STORE
    for job in ("key_element_sync", "risk_status", "usage_status", "current_month"):
        assert status_mode(office.pool, office.claim(job)) is None


def test_a_document_that_cannot_be_verified_is_not_queued(office: Office) -> None:
    claim = office.claim("key_element_sync", document="customs", invoice_type="customs")
    row = {"invoiceType": "21", "customDeclarationNo": "510120261123456789-L01", "invoiceDate": "2027-01-02"}
    whose = Context(direction="input", taxpayer_no=GENERAL, invoice_type="customs", observed_at=NOW)
    with office.pool.transaction():
        staging = StagedMerge(office.pool, "headers", MergeContext(claim.batch_no, "etax", "input", GENERAL))
        staging.load(translate("gateway_customs_header", [row], whose), 1)
        assert staging.merge().inserted == 1
        assert queue_unverified(office.pool, claim, staging.to_verify) == 0
