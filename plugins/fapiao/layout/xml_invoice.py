"""Reads the XML of a 数电 invoice (EInvoice) into an item as the gateway's full reply writes it, with its lines.

Source: 数字化电子发票版式及XML规范 V5.002 (`EInvoice`); names of the item: protocols §10.2 O7 and §7.8.
"""

import re
from xml.etree.ElementTree import Element

from fapiao.safe_xml import UnreadableFile, children, name_of, parse_xml

_HEAD = {
    "salerTaxNo": ("SellerInformation", "SellerIdNum"),
    "salerName": ("SellerInformation", "SellerName"),
    "buyerTaxNo": ("BuyerInformation", "BuyerIdNum"),
    "buyerName": ("BuyerInformation", "BuyerName"),
    "invoiceAmount": ("BasicInformation", "TotalAmWithoutTax"),
    "totalTaxAmount": ("BasicInformation", "TotalTaxAm"),
    "totalAmount": ("BasicInformation", "TotalTax-includedAmount"),
    "remark": ("AdditionalInformation", "Remark"),
}
_JOINED = {
    "salerAddressPhone": ("SellerInformation", "SellerAddr", "SellerTelNum"),
    "salerAccount": ("SellerInformation", "SellerBankName", "SellerBankAccNum"),
    "buyerAddressPhone": ("BuyerInformation", "BuyerAddr", "BuyerTelNum"),
    "buyerAccount": ("BuyerInformation", "BuyerBankName", "BuyerBankAccNum"),
}
_LINE = {
    "goodsName": "ItemName",
    "revenueCode": "TaxClassificationCode",
    "specification": "SpecMod",
    "units": "MeaUnits",
    "quantity": "Quantity",
    "price": "UnPrice",
    "amount": "Amount",
    "taxRate": "TaxRate",
    "taxAmount": "ComTaxAm",
}
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_WRITTEN_OUT = {"免税": "0", "不征税": "0", "出口零税率": "0", "普通零税率": "0"}
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read(content: bytes) -> dict[str, object]:
    """One invoice as an O7 item: `etaxInvoiceNo` empty, the 20 digits in `invoiceNo`, lines in `items`.

    A number that the face masks (`***` of 差额 invoices) or does not name is an empty text, and so never overwrites.
    Raises UnreadableFile when it is no such XML or names no invoice number.
    """
    root = parse_xml(content, "the XML of the invoice")
    data = _only(root, "EInvoiceData")
    number = _text(root, "TaxSupervisionInfo", "InvoiceNumber") or _text(root, "Header", "EIid")
    if name_of(root) != "EInvoice" or data is None:
        raise UnreadableFile(f"the XML of the invoice begins with {name_of(root)}, not with EInvoice and its data")
    if not number:
        raise UnreadableFile("the XML of the invoice names no invoice number")
    issued = _text(root, "TaxSupervisionInfo", "IssueTime") or _text(data, "BasicInformation", "RequestTime")
    day = _DAY.match(issued)
    return {
        "invoiceNo": number,
        "invoiceCode": "",
        "etaxInvoiceNo": "",
        "invoiceDate": day.group() if day else "",
        **{name: _text(data, *path) for name, path in _HEAD.items()},
        **{name: _joined(data, *path) for name, path in _JOINED.items()},
        "items": [_item(place, line) for place, line in enumerate(children(data, "IssuItemInformation"), start=1)],
    }


def _only(element: Element | None, *path: str) -> Element | None:
    """The one descendant along a path of names. Raises UnreadableFile where there are two: which one counts?"""
    for name in path:
        found = list(children(element, name))
        if len(found) > 1:
            raise UnreadableFile(f"the XML of the invoice has {name} more than once in one place")
        element = found[0] if found else None
    return element


def _text(element: Element | None, *path: str) -> str:
    """Its trimmed text, empty where there is none. Raises UnreadableFile where an element cuts it."""
    return _written(element, *path).strip()


def _written(element: Element | None, *path: str) -> str:
    """As `_text`, with the blanks around it."""
    found = _only(element, *path)
    if found is not None and len(found):
        raise UnreadableFile(f"the XML of the invoice has other elements in {path[-1]}")
    return (found.text or "") if found is not None else ""


def _joined(data: Element, part: str, first: str, second: str) -> str:
    return f"{_text(data, part, first)} {_text(data, part, second)}".strip()


def _item(place: int, line: Element) -> dict[str, object]:
    values = {name: _text(line, field) for name, field in _LINE.items()}
    values["goodsName"] = _written(line, _LINE["goodsName"])  # the line filter compares letter for letter
    values["taxRate"] = _rate(values["taxRate"])
    for name in ("amount", "taxAmount", "price"):
        values[name] = values[name] if _NUMBER.fullmatch(values[name]) else ""
    return {"seq": place, **values, "lineProperty": "0"}


def _rate(text: str) -> str:
    """A rate as a fraction: 13% is 0.13, 免税 is 0; `*` and `***` say nothing."""
    percent = _PERCENT.fullmatch(text)
    if percent:
        whole, _, rest = percent[1].partition(".")
        return _moved(whole, rest)
    return _WRITTEN_OUT.get(text, text if _NUMBER.fullmatch(text) else "")


def _moved(whole: str, rest: str) -> str:
    """Hundredths of a decimal number, digit by digit."""
    digits = whole.rjust(3, "0")
    return f"{int(digits[:-2])}.{digits[-2:]}{rest}"
