"""Reads which invoices the business system received (业务系统收入) from a file, each with what is wrong in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fapiao.enterprise.entries import read_amount
from fapiao.enterprise.form import Problems, RecordReader, checked_lines
from fapiao.identity import DIGITAL_TYPES, BadNumber, Identity, NoIdentity, invoice_identity
from fapiao.rules.book import RuleBook
from fapiao.rules.spellings import Spellings
from fapiao.tables.lines import Line, Table
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
        complaints.problems.append("no record is in the file: fill in ./fapiao template received")
    complaints.refuse()
    among = rules.words("direction")
    return list(_without_contradictions(_receipt(line, rules, among, day) for line in lines))


def _receipt(line: Line, rules: RuleBook, directions: Spellings, day: date) -> Receipt:
    complaints = Problems()
    received = _received(RecordReader(line, complaints), rules, directions, day)
    problems = tuple(complaints.problems)
    return Receipt(line.where(), None if problems else received, problems)


def _received(form: RecordReader, rules: RuleBook, directions: Spellings, day: date) -> Received | None:
    taxpayer_no, invoice_type = form.number("taxpayer_no"), _invoice_type(form, rules)
    identity = _identity(form, invoice_type) if invoice_type else None
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
        invoice_type=invoice_type,
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
        found = rules.invoice_type(text)
        if found.code not in verification_rules().keys:
            raise ValueError(f"发票类型“{found.name}”不支持查验")
        return found.code

    return form.read("invoice_type", "", "", code) if form.needed("invoice_type") else ""


def _identity(form: RecordReader, invoice_type: str) -> Identity | None:
    """The document that the numbers name; None with a complaint where they name none."""
    number, code, etax = (form.text(name) for name in ("invoice_no", "invoice_code", "etax_invoice_no"))
    row = {"fphm": etax or number, "fpdm": code}
    if etax and number != etax:
        row |= {"zzfpDm": code, "zzfphm": number}
    try:
        return invoice_identity(invoice_type, row)
    except BadNumber as bad:
        digital = invoice_type in DIGITAL_TYPES
        shape = "数电发票号码为 20 位数字" if digital else "发票代码为 10 或 12 位数字，发票号码为 8 位数字"
        form.object("etax_invoice_no" if digital and etax else "invoice_no", f"{bad.shown}：{shape}")
    except NoIdentity as missing:
        form.object("invoice_no", str(missing))
    return None


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
            sentence = f"{receipt.where}: this stands here for the second time and differs; first in {earlier.where}"
            yield replace(receipt, received=None, problems=(sentence,))
