"""What every item says of a document, read off its payload whatever the kind calls its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from simulator.codes import PAPER_NUMBERED
from simulator.documents.document import Document
from simulator.documents.faces import FACES
from simulator.documents.numbers import PAPER_DIGITAL
from simulator.gateway.codes import TYPE_OF_KIND
from simulator.wire import Json

ZERO = "0.00"
ROLES = {
    "salerTaxNo": ("xsfnsrsbh", "xsfsbh", "xfsbh", "xfDm", "nsrsbh"),
    "salerName": ("xsfmc", "xfmc", "xfMc", "xhdwmc"),
    "buyerTaxNo": ("gmfnsrsbh", "gmfsbh", "gfsbh", "gfDm", "jkdwrnsrsbh"),
    "buyerName": ("gmfmc", "gfmc", "gfMc", "ghdw", "jkdwrnsrmc"),
    "totalAmount": ("jshj", "cjhj"),
    "checkCode": ("jym",),
    "remark": ("bz",),
    "salerAddressPhone": ("xsfdzdh",),
    "salerAccount": ("xsfyhzh",),
    "buyerAddressPhone": ("gmfdzdh",),
    "buyerAccount": ("gmfyhzh",),
}
JOINED = {
    "salerAddressPhone": (("xhfdz", "xsfdh"), ("xsfdz", "xsflxdh"), ("dz", "dh"), ("xfDz", "xfDh")),
    "salerAccount": (("xsfkhh", "xsfzh"), ("khyhzh", "zh")),
    "buyerAddressPhone": (("gmfdz", "gmfdh"), ("gmfdz", "gmflxdh"), ("gfDz", "gfDh")),
    "buyerAccount": (("gmfkhh", "gmfzh"),),
}
SYSTEM = {True: "增值税发票管理系统", False: "电子发票服务平台"}


@dataclass(frozen=True, slots=True)
class Face:
    """A document's payload as it stood on a day."""

    document: Document
    payload: Mapping[str, object]

    @classmethod
    def of(cls, document: Document, day: date) -> "Face":
        """The face of a day."""
        return cls(document, document.payload_on(day))

    def role(self, name: str) -> str:
        """The field that plays a role on this kind, "" where the kind has none."""
        single = next((str(self.payload[field]) for field in ROLES[name] if self.payload.get(field)), "")
        return single or self._joined(name)

    def amounts(self) -> Json:
        """invoiceAmount 不含税 and totalTaxAmount."""
        face = FACES[self.document.facts.kind]
        return {
            "invoiceAmount": str(self.payload[face.net]) if face.net else ZERO,
            "totalTaxAmount": str(self.payload[face.tax]) if face.tax else ZERO,
        }

    def _joined(self, name: str) -> str:
        for fields in JOINED.get(name, ()):
            if all(field in self.payload for field in fields):
                return " ".join(str(self.payload[field]) for field in fields).strip()
        return ""


def naming(document: Document) -> Json:
    """Type, bureau type, special element, numbers and date."""
    facts = document.facts
    kind, number = facts.kind, facts.number
    paper = kind in PAPER_DIGITAL
    return {
        "invoiceType": TYPE_OF_KIND[kind],
        "govInvoiceType": kind,
        "businessType": facts.tdys,
        "invoiceCode": number.code if paper or kind in PAPER_NUMBERED else "",
        "invoiceNo": number.paper_no if paper else number.no,
        "etaxInvoiceNo": number.no if paper else "",
        "invoiceDate": facts.issued.strftime("%Y-%m-%d"),
        "invoiceSource": SYSTEM[kind in PAPER_NUMBERED],
    }
