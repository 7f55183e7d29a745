"""Reads which invoices the business system received (业务系统收入) from a file, each with what is wrong in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fapiao.enterprise.entries import read_amount
from fapiao.enterprise.form import Problems, RecordReader, checked_lines
from fapiao.enterprise.values import invoice_type
from fapiao.identity import DIGITAL_TYPES, BadNumber, Identity, NoIdentity, invoice_identity
from fapiao.rules.book import RuleBook
from fapiao.rules.spellings import Spellings
from fapiao.tables.lines import Line, Table
from fapiao.texts.catalogue import sentence
from fapiao.verification import Received, verification_rules
from fapiao.windows import issued_later

SHEET = "received"
Owned = tuple[str, str, str]
"""Direction, tax number and document_key."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One record: the invoice, or the sentences that say where and why it is none.

    `repeats` is where the same record stands first, when it does so before.
    """

    where: str
    received: Received | None
    problems: tuple[str, ...] = ()
    repeats: str | None = None


def receipts(files: Sequence[list[Table]], rules: RuleBook, day: date) -> list[Receipt]:
    """The records of all the files in their order (R129).

    `day` is the day on which they are handed in, in Asia/Shanghai: no invoice is issued later. Raises
    BadInput with everything that keeps a file from being read: columns nobody knows, no record at all.
    """
    complaints = Problems()
    lines = checked_lines(files, SHEET, complaints)
    if not lines and not complaints.problems:
        complaints.problems.append(sentence("enterprise_files.nothing_received"))
    complaints.refuse()
    among = rules.words("direction")
    return list(_without_contradictions(_receipt(line, rules, among, day) for line in lines))


def _receipt(line: Line, rules: RuleBook, directions: Spellings, day: date) -> Receipt:
    complaints = Problems()
    received = _received(RecordReader(line, complaints), rules, directions, day)
    problems = tuple(complaints.problems)
    return Receipt(line.where(), None if problems else received, problems)


def _received(form: RecordReader, rules: RuleBook, directions: Spellings, day: date) -> Received | None:
    taxpayer_no, kind = form.number("taxpayer_no"), _invoice_type(form, rules)
    identity = _identity(form, kind) if kind else None
    issue_date = form.day("issue_date")
    if issue_date and issue_date > day:
        form.object("issue_date", issued_later(issue_date, day))
    amounts = [form.read(name, None, None, read_amount) for name in ("amount", "total_amount")]
    direction = form.code("direction", directions, "input", "input")
    if identity is None:
        return None
    return Received(
        direction=direction,
        taxpayer_no=taxpayer_no,
        document_key=identity.document_key,
        invoice_type=kind,
        invoice_no=identity.invoice_no or identity.document_key,
        invoice_code=identity.invoice_code,
        etax_invoice_no=identity.etax_invoice_no,
        issue_date=issue_date,
        check_code=form.text("check_code"),
        amount=amounts[0],
        total_amount=amounts[1],
    )


def _invoice_type(form: RecordReader, rules: RuleBook) -> str:
    """The code of a type that can be verified; '' with a complaint."""

    def code(text: str) -> str:
        found = invoice_type(text, rules)
        if found.code not in verification_rules().keys:
            raise ValueError(sentence("enterprise_files.not_verified", type=found.name))
        return found.code

    return form.read("invoice_type", "", "", code) if form.needed("invoice_type") else ""


def _identity(form: RecordReader, kind: str) -> Identity | None:
    """The document that the numbers name; None with a complaint where they name none."""
    number, code, etax = (form.text(name) for name in ("invoice_no", "invoice_code", "etax_invoice_no"))
    row = {"fphm": etax or number, "fpdm": code}
    if etax and number != etax:
        row |= {"zzfpDm": code, "zzfphm": number}
    try:
        return invoice_identity(kind, row)
    except BadNumber:
        digital = kind in DIGITAL_TYPES
        form.object(
            "etax_invoice_no" if digital and etax else "invoice_no", _shape(str(etax or number), digital=digital)
        )
    except NoIdentity:
        form.object("invoice_no", sentence("enterprise_files.no_number"))
    return None


def _shape(number: str, *, digital: bool) -> str:
    if digital:
        return sentence("enterprise_files.digital_shape", number=number)
    return sentence("enterprise_files.paper_shape", number=number)


def _without_contradictions(found: Iterable[Receipt]) -> Iterator[Receipt]:
    """A document that stands in the files again must say the same again, and is no second document then."""
    first: dict[Owned, Receipt] = {}
    for receipt in found:
        one = receipt.received
        earlier = first.setdefault((one.direction, one.taxpayer_no, one.document_key), receipt) if one else receipt
        if earlier is receipt:
            yield receipt
        elif earlier.received == one:
            yield replace(receipt, repeats=earlier.where)
        else:
            differs = sentence("enterprise_files.differs", where=receipt.where, first=earlier.where)
            yield replace(receipt, received=None, problems=(differs,))
