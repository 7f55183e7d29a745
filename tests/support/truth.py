"""Documents as a test knows them, and what a pool must say of each: shares nothing with the translation it judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

DIGITAL = frozenset({"51", "61", "81", "82", "8208", "83", "84", "85", "86", "87", "88"})
ON_PAPER = frozenset({"85", "86", "87", "88"})
TAX_CONTROL = frozenset({"01", "03", "04", "08", "10", "11", "14", "15"})
KINDS = (*sorted(DIGITAL | TAX_CONTROL), "customs", "withholding")
WITHOUT_LINES = frozenset({"03", "15", "83", "84", "87", "88", "withholding"})
UNUSED = {"fpyt": "0", "rzzt": "01", "xfsyt": "00", "zzsyhyt": "0", "skssq": "", "cktsldm": ""}
"""The codes of protocols §5.3 of an invoice that nobody used."""
MAY_BE_DEDUCTED = frozenset({"01", "03", "08", "14", "51", "61", "81", "83", "85", "87"})


@dataclass(frozen=True)
class Party:
    """A company or person on a document."""

    number: str
    name: str


@dataclass(frozen=True)
class Line:
    """One line of goods; `quantity` and `price` are None where the document has none."""

    name: str
    code: str
    specification: str
    unit: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal
    rate: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Document:
    """The facts of one document in one company's hands; everything the bureau and the pool say follows from them."""

    kind: str
    direction: str
    owner: Party
    other: Party
    issued: datetime
    no: str
    code: str = ""
    paper_no: str = ""
    amount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    remark: str = ""
    drawer: str = ""
    red_of: str = ""
    lines: tuple[Line, ...] = ()
    status: str = "0"
    risk: str = "01"
    state: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> str:
        """What the pool calls it: code and number of 税控 documents, the one number of all others."""
        return f"{self.code}-{self.no}" if self.kind in TAX_CONTROL else self.no

    @property
    def document(self) -> str:
        """invoice, customs or withholding."""
        return self.kind if self.kind in ("customs", "withholding") else "invoice"

    @property
    def seller(self) -> Party:
        """销售方; of a 缴款书 nobody, of a 完税凭证 the payee abroad."""
        return self.owner if self.direction == "output" else self.other

    @property
    def buyer(self) -> Party:
        """购买方."""
        return self.other if self.direction == "output" else self.owner

    @property
    def total(self) -> Decimal:
        """价税合计."""
        return self.amount + self.tax


Row = dict[str, Any]


def face(document: Document) -> Row:
    """The columns of fapiao.invoice that follow from a full download of the document, whoever delivers it."""
    return {**_names(document), **_parties(document), **_amounts(document), **_remark(document)}


def line_rows(document: Document) -> list[tuple[Any, ...]]:
    """The rows of fapiao.invoice_line, in the document's order."""
    return [
        (
            line.name.strip(), line.code, line.specification.strip() or None, line.unit.strip() or None,
            line.quantity, line.price, line.amount, line.rate, line.tax,
        )
        for line in document.lines
    ]  # fmt: skip


def _names(document: Document) -> Row:
    digital, tax_control = document.kind in DIGITAL, document.kind in TAX_CONTROL
    return {
        "direction": document.direction,
        "taxpayer_no": document.owner.number,
        "document_key": document.key,
        "document": document.document,
        "invoice_type": document.kind,
        "invoice_code": document.code if tax_control or document.kind in ON_PAPER else None,
        "invoice_no": document.paper_no if document.kind in ON_PAPER else document.no,
        "etax_invoice_no": document.no if digital else None,
        "issue_date": document.issued.date(),
    }


def _parties(document: Document) -> Row:
    named = document.document != "customs"
    return {
        "seller_tax_no": (document.seller.number or None) if named else None,
        "seller_name": document.seller.name.strip() if named else None,
        "buyer_tax_no": document.buyer.number or None,
        "buyer_name": document.buyer.name.strip(),
    }


def _amounts(document: Document) -> Row:
    """A 二手车 invoice of paper (15) shows its total alone, a 缴款书 its tax, a 完税凭证 no total."""
    whole = document.kind not in ("15", "customs")
    return {
        "amount": document.amount if whole else None,
        "tax_amount": document.tax if document.kind != "15" else None,
        "total_amount": document.total if document.document == "invoice" else None,
    }


def _remark(document: Document) -> Row:
    """The remark, where the kind has one; blank is none."""
    return (
        {} if document.kind == "03" or document.document != "invoice" else {"remark": document.remark.strip() or None}
    )


def usage(document: Document) -> Row:
    """The columns that follow from asking a positive purchase's usage at 乐企 (§5.3)."""
    asked = document.direction == "input" and document.document == "invoice" and document.amount > 0
    if not asked:
        return {}
    told = {"vat_usage": "fpyt", "entry_status": "rzzt", "consumption_tax_usage": "xfsyt"}
    states = {column: document.state.get(code, UNUSED[code]) for column, code in told.items()}
    return states | {
        "status": document.status,
        "risk_status": document.risk,
        "tax_period": document.state.get("skssq") or None,
    }


def not_selected(document: Document) -> Row:
    """The columns that follow from a document's standing on the list of what is not selected yet."""
    return {"selection_status": "0", "effective_tax_amount": document.tax}


def on_gateway(document: Document) -> Row:
    """The columns that a full item of the gateway says besides the face."""
    if document.document == "customs":
        return not_selected(document)
    return {"status": document.status, "risk_status": document.risk, **not_selected(document)}


def pool_rows(pool: psycopg.Connection[Row]) -> dict[tuple[str, str, str], Row]:
    """fapiao.invoice by direction, owner and key."""
    rows = pool.execute("SELECT * FROM fapiao.invoice").fetchall()
    return {(row["direction"], row["taxpayer_no"], row["document_key"]): row for row in rows}


_LINES = """
SELECT direction, taxpayer_no, document_key, goods_name, goods_code, specification, unit, quantity, price, amount,
    tax_rate, tax_amount
FROM fapiao.invoice_line ORDER BY direction, taxpayer_no, document_key, line_no
"""


def pool_lines(pool: psycopg.Connection[Row]) -> dict[tuple[str, str, str], list[tuple[Any, ...]]]:
    """fapiao.invoice_line by direction, owner and key, in order."""
    found: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for row in pool.execute(_LINES).fetchall():
        direction, owner, key, *values = row.values()
        found.setdefault((direction, owner, key), []).append(tuple(values))
    return found


def place(document: Document) -> tuple[str, str, str]:
    """Where the pool keeps it: direction, owner, key."""
    return document.direction, document.owner.number, document.key


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Row:
    """Column: (the pool's value, the truth), where they differ."""
    return {name: (found[name], value) for name, value in wanted.items() if found[name] != value}


def by_place(documents: Iterable[Document]) -> dict[tuple[str, str, str], Document]:
    """Documents by where the pool keeps them."""
    return {place(document): document for document in documents}


def as_text(value: Decimal | None) -> str:
    """An amount on the wire: two places."""
    return "" if value is None else f"{value:.2f}"


def shares(amount: Decimal, parts: Sequence[int]) -> list[Decimal]:
    """An amount cut into as many parts as weights are given; the last takes what is left, so they add up."""
    whole = sum(parts)
    cut = [(amount * part / whole).quantize(Decimal("0.01")) for part in parts[:-1]]
    return [*cut, amount - sum(cut, Decimal(0))]
