"""What a bureau should never answer about selections: every company of one run is answered one such thing, and recovers."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from asked_of_gateway import gateway_connection
from fapiao.selection.chosen import SelectionRequest
from hooks.channels.selection_channels import SELECTION_CHANNELS
from hooks.pool.roles import APPLICATION
from hostile_selection_bureau import Holder, HostileSelectionBureau
from launcher.postgres import EmbeddedPostgres
from operators.selections.submit import submit
from raw_http import raw_http
from rehearsal import leqi_connection
from selection_room import SelectionRoom, selecting_in

pytestmark = pytest.mark.xdist_group("hostile selections")
DATA = Path(__file__).with_name("selection_answers.yaml")
DOCUMENTS = 3
ROUNDS = 3
RECOVERY = 6
PREFIX = {"leqi": "LEQI", "etax": "GATEWAY"}


@dataclass(frozen=True)
class Case:
    """One answer of the data on one plane, for one company."""

    name: str
    plane: str
    taxpayer_no: str
    said: dict[str, Any]

    @property
    def expected(self) -> dict[str, Any]:
        """While it lasts."""
        return {"status": "processing", "done": 0, "failed": 0} | self.said["expect"]

    @property
    def operation(self) -> Any:
        """What was wished for."""
        return self.said.get("operation", "not_deduct")

    @property
    def keys(self) -> list[str]:
        """The documents of the company."""
        return [f"{self.taxpayer_no[-6:]}{number:012}-L01" for number in range(DOCUMENTS)]


def _cases() -> list[Case]:
    answers = yaml.safe_load(DATA.read_text(encoding="utf-8"))["answers"]
    pairs = [(said, plane) for said in answers for plane in said.get("planes", ["leqi", "etax"])]
    return [Case(f"{plane}-{said['id']}", plane, f"9131{place:014}", said) for place, (said, plane) in enumerate(pairs)]


CASES = _cases()


@dataclass
class Told:
    """One company's request: while the bureau misbehaves, and once it is healthy again."""

    row: dict[str, Any]
    ledger: dict[str, dict[str, Any]]
    pool: dict[str, str | None]
    uploads: int


@dataclass
class Office:
    """The pool, the workers of both channels, and the bureau."""

    room: SelectionRoom
    bureau: HostileSelectionBureau

    def furnish(self) -> None:
        """A company for every case, and what is wished for."""
        for case in CASES:
            holder = self.bureau.holders[case.taxpayer_no] = Holder(case.plane)
            holder.strikes[case.said["at"]] = case.said["send"]
            self.room.company(case.taxpayer_no, case.plane)
            self.room.documents(*case.keys, taxpayer_no=case.taxpayer_no)
            request = (
                self.room.request(case.keys, taxpayer_no=case.taxpayer_no)
                if case.operation == "not_deduct"
                else SelectionRequest(case.operation, "interactive", taxpayers=[case.taxpayer_no])
            )
            assert len(submit(self.room.another_run(), request, "tester").batches) == 1, case.name

    def misbehave(self) -> dict[str, Told]:
        """Rounds of the workers, and how every company stands when its hostility ends."""
        found: dict[str, Told] = {}
        for number in range(1, ROUNDS + 1):
            self.work(1)
            told = self.told()
            for case in CASES:
                if case.said.get("rounds", ROUNDS) == number:
                    found[case.name] = told[case.name]
                    self.bureau.holders[case.taxpayer_no].strikes.clear()
        return found

    def work(self, rounds: int) -> None:
        """The workers of both channels, after every wait."""
        for _ in range(rounds):
            for channel in ("leqi", "etax"):
                self.room.work(channel)
            self.room.pool.execute("UPDATE sync.selection SET login_request_id = NULL WHERE finished_at IS NULL")
            self.room.wait_over()

    def told(self) -> dict[str, Told]:
        """How every company stands."""
        rows = {row["taxpayer_no"]: row for row in self.room.rows()}
        ledger = self.room.ledger()
        pool = self.room.statuses()
        return {
            case.name: Told(
                rows[case.taxpayer_no],
                {key: ledger[key] for key in case.keys if key in ledger},
                {key: pool[key] for key in case.keys},
                self.bureau.holders[case.taxpayer_no].calls["upload" if case.operation == "not_deduct" else "make"],
            )
            for case in CASES
        }


@pytest.fixture(scope="module")
def module_pool(postgres: EmbeddedPostgres, template: str, maintenance: psycopg.Connection) -> Iterator[str]:
    """A pool for the whole run."""
    maintenance.execute(f"CREATE DATABASE hostile_selections TEMPLATE {template} STRATEGY FILE_COPY")
    yield postgres.url("hostile_selections", APPLICATION)
    maintenance.execute("DROP DATABASE hostile_selections WITH (FORCE)")


@pytest.fixture(scope="module")
def suite(module_pool: str) -> Iterator[tuple[dict[str, Told], dict[str, Told], HostileSelectionBureau]]:
    """Every company of the data in one run: how they stood while the bureau misbehaved, and afterwards."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        server = stack.enter_context(raw_http())
        bureau = HostileSelectionBureau()
        server.strike(bureau)
        settings: dict[str, Any] = {"encryption": "off", "timeout_seconds": 5, "poll_seconds": 900}
        patch.setenv("AIRFLOW_CONN_LEQI", leqi_connection(server.url, **settings))
        patch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", gateway_connection(server.url, **settings))
        bureaus = {name: stack.enter_context(closing(SELECTION_CHANNELS[name]())) for name in ("leqi", "etax")}
        room = stack.enter_context(selecting_in(module_pool, lambda _: None, bureaus))
        office = Office(room, bureau)
        office.furnish()
        during = office.misbehave()
        office.work(RECOVERY)
        yield during, office.told(), bureau


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """One company."""
    found: Case = request.param
    return found


@pytest.mark.finding("F21", "F22", "F23", "F29", "F73")
def test_what_the_answer_makes_of_the_request_is_told_and_the_rest_is_taken(suite: Any, case: Case) -> None:
    told, expected = suite[0][case.name], case.expected
    row = told.row
    assert row["status"] == expected["status"], (row["error_code"], row["error_message"])
    if "code" in expected:
        code = expected["code"]
        assert str(row["error_code"]).startswith(PREFIX[case.plane] + code if code.startswith("_") else code)
    if "says" in expected:
        assert row["error_message"].startswith(expected["says"])
    assert (row["succeeded_count"], row["failed_count"]) == (expected["done"], expected["failed"])
    assert len(row["error_message"] or "") < 4000
    assert list(told.pool.values()).count("1") == expected["done"]
    assert told.uploads == expected.get("uploads", told.uploads)


@pytest.mark.finding("F22")
def test_a_healthy_bureau_brings_the_request_to_its_end_and_the_pool_to_the_truth(suite: Any, case: Case) -> None:
    _, after, bureau = suite
    told, expected = after[case.name], {"status": "succeeded"} | case.said.get("after", {})
    assert told.row["status"] == expected["status"], (told.row["error_code"], told.row["error_message"])
    if expected["status"] == "succeeded" and case.operation == "not_deduct":
        held = bureau.holders[case.taxpayer_no].held
        assert {key for key, status in told.pool.items() if status == "1"} == held == {*case.keys}
    assert told.uploads == expected.get("uploads", 1)
