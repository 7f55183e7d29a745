"""The 数电 invoice as XML: an EInvoice with parties, totals and every line (structure P, see README.md)."""

from decimal import Decimal
from xml.sax.saxutils import escape

from simulator.documents.amounts import capital, money
from simulator.documents.document import Document
from simulator.documents.facts import STAMP
from simulator.gateway.layout.drawing import TITLES
from simulator.gateway.rows.face import Face
from simulator.gateway.rows.lines import items
from simulator.wire import Json

DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
PARTY = {
    "IdNum": ("xsfnsrsbh", "gmfnsrsbh"),
    "Name": ("xsfmc", "gmfmc"),
    "Addr": ("xhfdz", "gmfdz"),
    "TelNum": ("xsfdh", "gmfdh"),
    "BankName": ("xsfkhh", "gmfkhh"),
    "BankAccNum": ("xsfzh", "gmfzh"),
}
LINE = {
    "ItemName": "goodsName",
    "SpecMod": "specification",
    "MeaUnits": "units",
    "Quantity": "quantity",
    "UnPrice": "price",
    "Amount": "amount",
    "TaxRate": "taxRate",
    "ComTaxAm": "taxAmount",
}


def make(document: Document) -> bytes:
    """The XML of an invoice, UTF-8."""
    face, facts = Face.of(document, document.issued_on), document.facts
    label = _element("LabelCode", facts.kind) + _element("LabelName", TITLES.get(facts.kind, "电子发票"))
    header = (
        _element("EIid", facts.number.no)
        + _element("EInvoiceTag", "SWEI3200")
        + _element("Version", "0.2")
        + _wrapped("InherentLabel", _wrapped("EInvoiceType", label))
    )
    issue = _element("InvoiceNumber", facts.number.no) + _element("IssueTime", facts.issued.strftime(STAMP))
    parts = (_wrapped("Header", header), _wrapped("EInvoiceData", _data(face)), _wrapped("TaxSupervisionInfo", issue))
    return (DECLARED + _wrapped("EInvoice", "".join(parts))).encode()


def _data(face: Face) -> str:
    sides = [
        _wrapped(
            f"{side}Information",
            "".join(_element(f"{side}{name}", face.payload.get(fields[place], "")) for name, fields in PARTY.items()),
        )
        for place, side in enumerate(("Seller", "Buyer"))
    ]
    lines = "".join(_wrapped("IssuItemInformation", _line(row)) for row in items(face))
    remark = _wrapped("AdditionalInformation", _element("Remark", face.role("remark")))
    return "".join(sides) + _wrapped("BasicInformation", _totals(face)) + lines + remark


def _totals(face: Face) -> str:
    amounts, total = face.amounts(), face.role("totalAmount")
    return (
        _element("TotalAmWithoutTax", amounts["invoiceAmount"])
        + _element("TotalTaxAm", amounts["totalTaxAmount"])
        + _element("TotalTax-includedAmount", total)
        + _element("TotalTax-includedAmountInChinese", capital(Decimal(total)))
        + _element("Drawer", face.payload.get("kpr", ""))
        + _element("RequestTime", face.document.facts.issued.strftime(STAMP))
    )


def _line(row: Json) -> str:
    columns = "".join(_element(name, row[field]) for name, field in LINE.items())
    gross = money(Decimal(row["amount"]) + Decimal(row["taxAmount"]))
    return columns + _element("TotaltaxIncludedAmount", gross) + _element("TaxClassificationCode", row["revenueCode"])


def _element(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"


def _wrapped(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
