"""业务系统收入: what the business system received, judged document by document by rights, pool and cache (R129)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row, dict_row, tuple_row

from fapiao.enterprise.receipts import Receipt
from fapiao.errors import MergeError, Refused
from fapiao.permissions.rules import Permissions
from fapiao.queries import query
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence
from fapiao.texts.places import apart, told
from fapiao.texts.said import said
from fapiao.verification import Received, Verification, question, verification_rules
from hooks.enterprise.permissions import permissions_of
from hooks.pool.sessions import acting
from hooks.queues.verification_intake import receive

Connection = psycopg.Connection[Any]
Outcome = Literal["known", "cache", "queued", "repeated", "refused"]
_COMPARED = {"issue_date": "开票日期", "amount": "不含税金额", "total_amount": "价税合计"}


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What became of one record; `sentence` is for people, and says the place where the record was refused."""

    where: str
    taxpayer_no: str | None
    document_key: str | None
    outcome: Outcome
    sentence: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who hands documents in, what he may do, and whose companies there are: tax number → 核算组织."""

    actor: str
    permissions: Permissions
    companies: Mapping[str, str | None]


def receive_documents(
    connection: Connection, receipts: Sequence[Receipt], *, actor: str, dry_run: bool = False
) -> Iterator[ReceiptVerdict]:
    """A verdict on every record, in their order; each in a transaction of its own, so that one refused stops no other.

    The connection must be in autocommit. `dry_run` saves nothing.
    """
    with connection.transaction(force_rollback=True) if dry_run else nullcontext():
        with connection.cursor(row_factory=dict_row) as cursor:
            companies = {
                row["taxpayer_no"]: row["org_code"] for row in cursor.execute(query("enterprise", "taxpayers"))
            }
        receiver = Receiver(actor, permissions_of(connection, actor), companies)
        for receipt in receipts:
            yield _verdict(connection, receiver, receipt)


def _verdict(connection: Connection, receiver: Receiver, receipt: Receipt) -> ReceiptVerdict:
    one = receipt.received
    if one is None:
        return ReceiptVerdict(receipt.where, None, None, "refused", "; ".join(receipt.problems))
    whose = receipt.where, one.taxpayer_no, one.document_key
    if receipt.repeats:
        return ReceiptVerdict(*whose, "repeated", rulebook().message("received_repeated", "import") + receipt.repeats)
    problems = list(_objections(receiver, one))
    if problems:
        return ReceiptVerdict(*whose, "refused", told(receipt.where, apart(problems)))
    try:
        outcome = _received(connection, receiver, one)
    except (Refused, MergeError) as failed:
        why = failed.text if isinstance(failed, Refused) else failed
        return ReceiptVerdict(*whose, "refused", told(receipt.where, why))
    return ReceiptVerdict(*whose, outcome, rulebook().message(f"received_{outcome}", "import"))


def _objections(receiver: Receiver, one: Received) -> Iterator[str]:
    if one.taxpayer_no not in receiver.companies:
        yield sentence("enterprise_files.unknown_taxpayer", number=one.taxpayer_no)


def _received(connection: Connection, receiver: Receiver, one: Received) -> Outcome:
    """Raises Refused, and changes nothing, where the bureau's face is another or the record lacks what 查验 takes.

    So it does where the receiver has no right in the organisation that the document was booked to, else its company's.
    """
    with acting(connection, receiver.actor):
        _check_right(connection, receiver, one)
        outcome = receive(connection, one)
        if outcome == "queued":
            with connection.cursor(row_factory=class_row(Verification)) as cursor:
                (waiting,) = cursor.execute(query("verification", "waiting_for"), _owned(one))
            question(waiting, verification_rules())
        else:
            _compare(connection, one)
    return outcome


def _check_right(connection: Connection, receiver: Receiver, one: Received) -> None:
    """Raises Refused in the manual's words."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        booked = [code for (code,) in cursor.execute(query("verification", "booked_to"), _owned(one))]
    if key := receiver.permissions.any_objection("import", booked or [receiver.companies[one.taxpayer_no]]):
        raise Refused("NO_RIGHT", rulebook().message(key, "interactive"))


def _compare(connection: Connection, one: Received) -> None:
    """查验不一致 without a call: the bureau's face is in the pool already."""
    with connection.cursor(row_factory=dict_row) as cursor:
        face = cursor.execute(query("verification", "face"), _owned(one)).fetchone() or {}
    compared = ((label, getattr(one, name), face.get(name)) for name, label in _COMPARED.items())
    differing = [
        sentence("errors.difference", label=label, mine=mine, theirs=theirs)
        for label, mine, theirs in compared
        if mine != theirs and None not in (mine, theirs)
    ]
    if differing:
        raise Refused("VERIFY_MISMATCH", said("errors.differs_from_face", differences="；".join(differing)))


def _owned(one: Received) -> dict[str, str]:
    return {"direction": one.direction, "taxpayer_no": one.taxpayer_no, "document_key": one.document_key}
