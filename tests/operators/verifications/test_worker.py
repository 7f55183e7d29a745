"""A worker of the verification queue: failures on the way, lost logins, dead workers, and answers nobody can use."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

import psycopg
import pytest

from fapiao.downloads.protocol import Login
from fapiao.errors import LeaseLost, LoginLost, TryLater
from fapiao.tasks import RunDay
from fapiao.verification import Question, Verification, verification_rules
from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from hooks.gateway.etax import EtaxHook
from hooks.gateway.verifier import open_verifier
from hooks.queues.verifications import VerificationTable
from operators.leased_queue.lazy_channels import LazyChannels
from operators.verifications.worker import VerificationSession, recheck_all_logins, verify_due, verify_one

NOW = datetime(2027, 1, 5, 2, tzinfo=UTC)
UNTIL_TOLD = 3600.0
"""Seconds that a row waits unless its waiting time is made to be over: a busy machine must not end it."""
RUN = RunDay("verify_invoices", "run-1", NOW.date(), "2027-01-05", explicit=True)


@dataclass
class Counter:
    """One worker over the simulator: its desk, the room, and how to let time pass."""

    room: GatewayRehearsal
    session: VerificationSession

    def work(self) -> int:
        """Handles what is due."""
        return verify_due(self.session)

    def wait_over(self) -> None:
        """The waiting time of every row is over."""
        self.room.pool.execute("UPDATE sync.verification SET not_before = NULL, lease_until = NULL")

    def row(self) -> dict:
        """The only verification."""
        (found,) = self.room.verifications()
        return found | self.room.pool.execute("SELECT attempts FROM sync.verification").fetchone()

    def calls(self) -> list[dict]:
        """Every call of the queue, in order."""
        return self.room.pool.execute("SELECT * FROM sync.verification_call ORDER BY reply_id").fetchall()


@pytest.fixture
def counter(pool_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """A worker with one 数电专票 waiting."""
    with (
        gateway_rehearsing(pool_url, monkeypatch, "2027-01-05", poll_seconds=UNTIL_TOLD) as room,
        psycopg.connect(pool_url) as connection,
        open_verifier() as (ask, _),
        closing(EtaxHook()) as etax,
    ):
        room.company()
        room.receive(room.bought("81"))
        connection.execute("SET TIME ZONE 'Asia/Shanghai'")
        connection.commit()
        session = VerificationSession(
            connection, RUN, "worker", lambda: NOW, ask, verification_rules(), {"etax": etax},
            connect=lambda: psycopg.connect(pool_url),
        )  # fmt: skip
        yield Counter(room, session)


@pytest.mark.finding("F22")
def test_a_failure_on_the_way_ends_nothing_and_is_asked_about_ever_more_seldom(counter: Counter) -> None:
    counter.room.fault("error_code", code="95001", service="invoiceCheck", times=4)
    waits = []
    for _ in range(4):
        counter.work()
        row = counter.row()
        assert (row["state"], row["attempts"]) == ("waiting", 0)
        assert "95001" in row["result_text"]
        waits.append(row["not_before"])
        counter.wait_over()
    assert waits == sorted(waits)
    assert [call["counted"] for call in counter.calls()] == [False] * 4
    counter.work()
    assert counter.row()["state"] == "verified"


def test_a_lost_login_costs_neither_an_attempt_nor_one_of_the_five_calls(counter: Counter) -> None:
    counter.room.fault("error_code", code="91300", service="invoiceCheck", times=7)
    for _ in range(7):
        counter.work()
        counter.wait_over()
    assert (counter.row()["state"], counter.row()["attempts"]) == ("waiting", 0)
    assert not any(call["counted"] for call in counter.calls())
    counter.work()
    assert counter.row()["state"] == "verified"


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_a_lost_login_whose_channel_cannot_be_opened_is_not_held_against_the_row(counter: Counter) -> None:
    def unknown(_: str) -> EtaxHook:
        raise TryLater("BUREAU_UNKNOWN", "connection bureau_gateway does not answer", "try later")

    counter.room.fault("error_code", code="91300", service="invoiceCheck", times=1)
    with ExitStack() as stack:
        verify_due(replace(counter.session, bureaus=LazyChannels(["etax"], unknown, stack)))
    held = counter.room.pool.execute("SELECT attempts, broke_workers FROM sync.verification").fetchone()
    assert held == {"attempts": 0, "broke_workers": 0}
    assert counter.row()["waits_for_login"]


def test_a_lost_answer_counts_as_a_call_because_the_bureau_may_have_counted_it(counter: Counter) -> None:
    counter.room.fault("drop_reply", service="invoiceCheck")
    counter.work()
    assert (counter.row()["state"], counter.row()["attempts"]) == ("waiting", 0)
    assert [call["counted"] for call in counter.calls()] == [True]
    counter.wait_over()
    counter.work()
    assert (counter.row()["state"], counter.row()["calls"]) == ("verified", 2)


def test_a_worker_that_dies_after_the_answer_leaves_it_to_the_next_and_nobody_asks_again(counter: Counter) -> None:
    with counter.session.transaction() as tables:
        (asked,) = tables.queue.claim("dead", NOW.date(), 1)
        reply_id = tables.queue.begin(asked, {}, NOW.date(), 5)
    body = counter.session.ask(_question(counter))
    with counter.session.transaction() as tables:
        tables.queue.answered(reply_id, body)
    counter.wait_over()
    counter.work()
    assert (counter.row()["state"], counter.row()["calls"]) == ("verified", 1)
    assert len(counter.room.calls("invoiceCheck")) == 1


def test_a_worker_that_dies_before_the_answer_has_spent_a_call(counter: Counter) -> None:
    for _ in range(5):
        with counter.session.transaction() as tables:
            (asked,) = tables.queue.claim("dead", NOW.date(), 1)
            assert tables.queue.begin(asked, {}, NOW.date(), 5) is not None
    counter.wait_over()
    counter.room.pool.execute("UPDATE sync.verification SET broke_workers = 0")  # somebody fetched it again
    counter.work()
    row = counter.row()
    assert (row["state"], str(row["not_before_day"])) == ("limit", "2027-01-06")
    assert row["result_text"].endswith("五次查验机会当日已用完")
    assert counter.room.calls("invoiceCheck") == []


def test_whoever_lost_the_row_writes_nothing(counter: Counter) -> None:
    with counter.session.transaction() as tables:
        (asked,) = tables.queue.claim("slow", NOW.date(), 1)
    counter.wait_over()
    with counter.session.transaction() as tables:
        tables.queue.claim("fast", NOW.date(), 1)
    with pytest.raises(LeaseLost):
        verify_one(counter.session, asked)
    assert counter.calls() == []


def test_two_workers_never_hold_the_same_row(counter: Counter) -> None:
    with counter.session.transaction() as tables:
        assert len(tables.queue.claim("one", NOW.date(), 10)) == 1
        assert tables.queue.claim("two", NOW.date(), 10) == []
        assert len(tables.queue.claim("one", NOW.date(), 10)) == 1
        tables.queue.release("one")
        assert len(tables.queue.claim("two", NOW.date(), 10)) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not JSON", "VERIFY_UNREADABLE"),
        (b'{"checkStatus": "1"}', "VERIFY_UNREADABLE"),
        (b'{"invoiceNo": "27000000000000000009", "govInvoiceType": "81", "invoiceDate": "2027-01-02",'
         b' "checkStatus": "1"}', "VERIFY_OTHER_DOCUMENT"),
        (b'{"checkStatus": "2"}', "VERIFY_MISMATCH"),
        (b'{"checkStatus": "2", "invoiceNo": "27000000000000000009"}', "VERIFY_OTHER_DOCUMENT"),
        (b'{"checkStatus": "2", "invoiceNo": ["1"]}', "VERIFY_OTHER_DOCUMENT"),
        (b'{"checkStatus": true}', "VERIFY_UNREADABLE"),
        (b'{"checkStatus": "3"}', "VERIFY_UNREADABLE"),
        (b'{"checkStatus": ' + b"[" * 5000 + b"]" * 5000 + b"}", "VERIFY_UNREADABLE"),
        (b'{"checkStatus": "2", "checkStatus": "1"}', "VERIFY_UNREADABLE"),
        (b"[]", "VERIFY_UNREADABLE"),
        (b"{}", "VERIFY_UNREADABLE"),
    ],
)  # fmt: skip
def test_an_answer_that_is_of_no_use_is_kept_and_the_pool_is_left_alone(
    counter: Counter, body: bytes, code: str
) -> None:
    session = replace(counter.session, ask=lambda _: body)
    assert verify_due(session) == 1
    row = counter.row()
    is_word = code == "VERIFY_MISMATCH"
    assert (row["state"], row["result_code"]) == ("mismatch" if is_word else "waiting", code)
    for _ in range(2):
        counter.wait_over()
        verify_due(session)
    assert counter.row()["state"] == ("mismatch" if is_word else "failed")
    assert [bytes(call["body"]) for call in counter.calls()] == [body] * (1 if is_word else 3)
    assert counter.room.invoices() == {}


@pytest.mark.finding("F21")
def test_after_an_answer_of_no_use_the_bureau_is_asked_again_and_its_next_one_counts(counter: Counter) -> None:
    verify_due(replace(counter.session, ask=lambda _: b'{"checkStatus": ["1"]}'))
    assert (counter.row()["state"], counter.row()["result_code"]) == ("waiting", "VERIFY_UNREADABLE")
    counter.wait_over()
    counter.work()
    assert (counter.row()["state"], counter.row()["calls"]) == ("verified", 2)


def test_what_breaks_our_own_code_puts_that_row_off_and_holds_nobody_up(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    first = counter.room.verifications()[0]["document_key"]
    counter.room.receive(counter.room.bought("82"))

    def ask(question: Question) -> bytes:
        if question["invoiceNo"] == first:
            raise KeyError("boom")
        return counter.session.ask(question)

    assert verify_due(replace(counter.session, ask=ask)) == 2
    states = {row["document_key"] == first: (row["state"], row["result_code"]) for row in counter.room.verifications()}
    assert states == {True: ("waiting", "INTERNAL"), False: ("verified", None)}
    assert "failed inside fapiao" in caplog.text


def test_one_that_breaks_after_it_was_taken_over_is_let_go(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    def ask(_: Question) -> bytes:
        counter.room.pool.execute("UPDATE sync.verification SET claim_no = claim_no + 1, claimed_by = 'another'")
        raise KeyError("boom")

    assert verify_due(replace(counter.session, ask=ask)) == 1
    assert (counter.row()["state"], counter.row()["result_code"]) == ("waiting", None)
    assert "was taken over or voided; this worker lets it go" in caplog.text


def test_an_answer_cannot_be_rewritten_nor_a_call_deleted(counter: Counter, owner: psycopg.Connection) -> None:
    counter.work()
    with pytest.raises(psycopg.errors.RaiseException, match="it is evidence and stays"):
        counter.room.pool.execute("UPDATE sync.verification_call SET result_code = 'X'")
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        owner.execute("DELETE FROM sync.verification_call")


def _question(counter: Counter) -> Question:
    from fapiao.verification import question

    with counter.session.transaction() as tables:
        (asked,) = VerificationTable(tables.connection).claim("dead", NOW.date(), 1)
    return question(asked, verification_rules())


@pytest.mark.finding("F91")
def test_a_verification_that_is_due_again_at_once_is_left_to_the_next_run(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled: list[str] = []

    def hand_back(session: VerificationSession, asked: Verification) -> None:
        handled.append(asked.batch_no)
        with session.transaction() as tables:
            tables.queue.postpone(asked, 0.0, LoginLost("GATEWAY_91300", "登录失效", "log in", 0.0))

    monkeypatch.setattr("operators.verifications.worker.verify_one", hand_back)
    counter.work()
    assert len(handled) == 2


class Account:
    """The account at the bureau: logged in, out, or a bureau whose answer breaks our code."""

    def __init__(self) -> None:
        self.state = "manual"

    def login(self, taxpayer_no: str) -> Login:  # noqa: ARG002 one account serves all
        """As it is now."""
        if self.state == "broken":
            raise ValueError("an answer that nobody foresaw")
        return Login(self.state, account="13800000000", wait_seconds=0.0)  # type: ignore[arg-type]


@pytest.mark.req("R216")
def test_a_verification_waits_behind_its_login_and_goes_on_when_the_account_is_back(counter: Counter) -> None:
    account = Account()
    session = replace(counter.session, bureaus={"etax": cast(EtaxHook, account)})
    counter.room.fault("error_code", code="91300", service="invoiceCheck", times=1)
    assert verify_due(session) == 1
    counter.wait_over()
    assert verify_due(session) == 0, "no time makes it due"
    (row,) = counter.room.verifications()
    assert (row["state"], row["waits_for_login"], row["calls"]) == ("waiting", True, 1)
    waiting = counter.room.pool.execute("SELECT waiting_verifications, taxpayers FROM fapiao.login_request").fetchone()
    assert waiting == {"waiting_verifications": 1, "taxpayers": [row["taxpayer_no"]]}
    for state in ("manual", "broken"):
        account.state = state
        recheck_all_logins(session)
        assert counter.room.verifications()[0]["waits_for_login"]
        counter.room.pool.execute("UPDATE sync.login_request SET next_check = now()")
    assert counter.room.pool.execute("SELECT count(*) AS n FROM sync.login_request").fetchone() == {"n": 1}
    account.state = "online"
    with session.transaction() as tables:
        assert tables.queue.anything_due(NOW.date())
    recheck_all_logins(session)
    assert verify_due(session) == 1
    assert counter.row()["state"] == "verified"
