"""Documents in the words of the bureau: rows of plane L (归集 V2.011 附件) and items of plane O (protocols §6, §10.2)."""

from typing import Any

from truth import DIGITAL, ON_PAPER, TAX_CONTROL, Document, Line, as_text

Row = dict[str, Any]
STAMP = "%Y-%m-%d %H:%M:%S"

# seller number and name, buyer number and name, amount, tax, total, remark, drawer
_DIGITAL = ("xsfnsrsbh", "xsfmc", "gmfnsrsbh", "gmfmc", "hjje", "hjse", "jshj", "bz", "kpr")
_HEADS = {
    **dict.fromkeys(DIGITAL - {"8208"}, _DIGITAL),
    **dict.fromkeys(("01", "04", "08", "10"), ("xsfsbh", "xsfmc", "gmfsbh", "gmfmc", "je", "se", "jshj", "bz", "")),
    **dict.fromkeys(("11", "14"), ("xfsbh", "xfmc", "gfsbh", "gfmc", "je", "se", "jshj", "bz", "")),
    "03": ("nsrsbh", "xhdwmc", "gfsbh", "ghdw", "cjfy", "zzsse", "jshj", "", "kpr"),
    "15": ("xfDm", "xfMc", "gfDm", "gfMc", "", "", "cjhj", "bz", "kpr"),
    "customs": ("", "", "jkdwrnsrsbh", "jkdwrnsrmc", "", "skje", "", "", ""),
    "withholding": ("bkjnsrsbh", "bkjnsrmc", "kjywrsbh", "kjywrmc", "jsje", "sjje", "", "", ""),
}
# part; name, code, specification, unit, quantity, price, amount, rate, tax
_DIGITAL_LINE = ("fpmx", "hwhyslwfwmc", "sphfwssflhbbm", "ggxh", "dw", "fpjysl", "fpjydj", "je", "slv", "se")
_TAX_CONTROL_LINE = ("fpmx", "mc", "spbm", "ggxh", "jldw", "sl", "dj", "je", "slv", "se")
_TICKET_LINE = ("hwxx", "hwhyslwfwmc", "sphfwssflhbbm", "", "", "", "", "je", "sl1", "se")
_LINES = {
    **dict.fromkeys(("81", "82", "85", "86"), _DIGITAL_LINE),
    **dict.fromkeys(("01", "04", "08", "10", "14"), _TAX_CONTROL_LINE),
    "11": ("fpmx", "xm", "spbm", "", "", "sl", "dj", "je", "slv", "se"),
    **dict.fromkeys(("51", "61"), _TICKET_LINE),
    "customs": ("hwxx", "hwmc", "shdm", "", "dw", "sl", "", "wsjg", "hwslv", "skje"),
}
LACKS = {"14": ("specification", "unit", "quantity", "price"), "11": ("specification", "unit"), "51": ("specification", "unit", "quantity", "price"),
         "61": ("specification", "unit", "quantity", "price"), "customs": ("specification", "price")}  # fmt: skip
"""What the lines of a kind have no field for; a toll line (14) keeps plate and travel days there."""
NUMBER_OF = {
    "10": "1", "08": "2", "04": "3", "86": "3", "01": "4", "85": "4", "11": "5", "03": "12", "87": "12", "15": "13",
    "88": "13", "14": "15", "customs": "21", "82": "26", "81": "27", "61": "28", "51": "29", "83": "83", "84": "84",
}  # fmt: skip
LEVEL = {"01": "正常", "02": "异常凭证", "03": "疑点发票"}
MANAGED = {"01": "0", "02": "1", "03": "2"}


def fplx(document: Document) -> str:
    """The bureau's own type: a toll invoice (8208) is a 82 with 特定要素 08."""
    return "82" if document.kind == "8208" else document.kind


def leqi_row(document: Document) -> Row:
    """One object of `sjl` of L1 to L4."""
    kind = fplx(document)
    seller_no, seller, buyer_no, buyer, amount, tax, total, remark, drawer = _HEADS[kind]
    row = {
        seller_no: document.seller.number, seller: document.seller.name, buyer_no: document.buyer.number,
        buyer: document.buyer.name, amount: as_text(document.amount), tax: as_text(document.tax), total: as_text(document.total),
        remark: document.remark, drawer: document.drawer,
    }  # fmt: skip
    row.pop("", None)
    return row | _leqi_naming(document) | _leqi_lines(document)


def _leqi_naming(document: Document) -> Row:
    stamp, blue = document.issued.strftime(STAMP), not document.red_of
    if document.kind == "customs":
        return {"hgjkshm": document.no, "tfrq": stamp, "sfchsd": "N"}
    if document.kind == "withholding":
        return {"dkdjwspzh": document.no, "tfrq": stamp}
    if document.kind in DIGITAL:
        numbers = {"zzfpDm": document.code, "zzfphm": document.paper_no} if document.kind not in ("51", "61") else {}
        mark = {"sflzfpbz": "Y" if blue else "N"} if document.kind in ("51", "61") else {"sflzfp": "Y" if blue else "N"}
        business = "08" if document.kind == "8208" else ""
        original = {"kjhzfpdydlzfphm": document.red_of}
        return {
            "fphm": document.no,
            "kprq": stamp,
            "fppzDm": fplx(document),
            "tdyslxDm": business,
            **numbers,
            **mark,
        } | original
    number = "zzfphm" if document.kind in ("03", "15") else "fphm"
    return {"fpdm": document.code, number: document.no, "kprq": stamp, "fpztbz": "0" if blue else "1"}


def _leqi_lines(document: Document) -> Row:
    fields = _LINES.get(fplx(document))
    if fields is None or not document.lines:
        return {}
    part, *names = fields
    place = {"customs": ""}.get(document.kind, "xh" if document.kind in DIGITAL else "mxxh")
    rows = []
    for number, line in enumerate(document.lines, start=1):
        row = dict(zip(names, _written(line), strict=True)) | {place: number}
        row.pop("", None)
        rows.append(row)
    return {part: rows}


def _written(line: Line) -> list[str]:
    quantity, price = ("" if value is None else str(value) for value in (line.quantity, line.price))
    return [
        line.name, line.code, line.specification, line.unit, quantity, price, as_text(line.amount), str(line.rate),
        as_text(line.tax),
    ]  # fmt: skip


def statuses(document: Document) -> Row:
    """The codes that L5, L6 and L7 share."""
    return {"fpzt": document.status, "ycpzzt": document.risk, "hzsdbs": "N"}


def numbers(document: Document) -> Row:
    """How L5 and L7 name an invoice: 税控 by code and number, 数电 by its 20 digits."""
    code = document.code if document.kind in TAX_CONTROL else ""
    return {"fpdm": code, "fphm": document.no, "kprq": document.issued.strftime(STAMP)}


def unselected_row(document: Document) -> Row:
    """One object of `sjl` of L6; the number of a 税控 invoice is joined, its parts stand beside it (§5.4)."""
    day = f"{document.issued:%Y%m%d}"
    if document.kind == "customs":
        named = {"hgjkshm": document.no, "tfrq": day, "jkdwrnsrsbh": document.owner.number, "sfchsd": "N"}
        return named | {"yxdkse": as_text(document.tax), "jjkcehj": "0.00", "jjkcsye": "0.00"}
    if document.kind == "withholding":
        named = {"dkdjwspzh": document.no, "tfrq": day, "kjywrsbh": document.owner.number}
        return named | {"bkjnsrsbh": document.other.number, "yxdkse": as_text(document.tax)}
    joined = document.kind in TAX_CONTROL
    parts = (document.code, document.no if joined else document.paper_no)
    named = {"fphm": document.code + document.no if joined else document.no, "zzfpDm": parts[0], "zzfphm": parts[1]}
    named |= {"kprq": day, "gfsbh": document.owner.number, "fplx": fplx(document), "cpyycbs": "", "jdcycbs": ""}
    return named | statuses(document) | {"yxdkse": as_text(document.tax), "jjkcehj": "0.00", "jjkcsye": "0.00"}


def gateway_header(document: Document) -> Row:
    """One of `invoices[]` of O5 and O8."""
    if document.kind == "customs":
        return _gateway_customs(document)
    return _gateway_naming(document) | _gateway_amounts(document) | {
        "salerName": document.seller.name, "salerTaxNo": document.seller.number, "buyerTaxNo": document.buyer.number,
        "taxAmount": _gateway_amounts(document)["totalTaxAmount"], "checkFlag": "0",
        "checkAuthenticateFlag": "0", "selectAuthenticateTime": "", "scanAuthenticateFlag": "0",
        "scanAuthenticateTime": "", **_gateway_state(document),
    }  # fmt: skip


def gateway_full(document: Document) -> Row:
    """One of `invoices[]` of O7."""
    if document.kind == "customs":
        return _gateway_customs(document) | {"buyerName": document.owner.name, "items": _items(document)}
    return _gateway_naming(document) | {
        "salerTaxNo": document.seller.number, "salerName": document.seller.name, "buyerTaxNo": document.buyer.number,
        "buyerName": document.buyer.name, **_gateway_amounts(document), "totalAmount": as_text(document.total), "remark": document.remark, "checkCode": "", "salerAddressPhone": "",
        "salerAccount": "", "buyerAddressPhone": "", "buyerAccount": "", "password": "", "machineNo": "",
        **_gateway_state(document), "items": _items(document),
    }  # fmt: skip


def _gateway_naming(document: Document) -> Row:
    on_paper = document.kind in ON_PAPER
    return {
        "invoiceType": NUMBER_OF[fplx(document)],
        "govInvoiceType": fplx(document),
        "businessType": "08" if document.kind == "8208" else "",
        "invoiceCode": document.code if on_paper or document.kind in TAX_CONTROL else "",
        "invoiceNo": document.paper_no if on_paper else document.no,
        "etaxInvoiceNo": document.no if on_paper else "",
        "invoiceDate": f"{document.issued:%Y-%m-%d}",
        "invoiceSource": "增值税发票管理系统" if document.kind in TAX_CONTROL else "电子发票服务平台",
    }


def _gateway_amounts(document: Document) -> Row:
    """A 二手车 invoice (15) shows neither amount nor tax; what a channel cannot see is empty."""
    shown = document.kind != "15"
    return {
        "invoiceAmount": as_text(document.amount) if shown else "",
        "totalTaxAmount": as_text(document.tax) if shown else "",
    }


def _gateway_state(document: Document) -> Row:
    return {
        "invoiceStatus": document.status, "invoiceRiskLevel": LEVEL[document.risk], "manageStatus": MANAGED[document.risk],
        "authenticateFlag": "0", "deductionPurpose": "", "notDeductibleType": "", "notDeductibleText": "",
        "selectTime": "", "taxPeriod": "", "effectiveTaxAmount": as_text(document.tax),
    }  # fmt: skip


def _gateway_customs(document: Document) -> Row:
    tax = as_text(document.tax)
    return {
        "invoiceType": "21", "customDeclarationNo": document.no, "invoiceDate": f"{document.issued:%Y-%m-%d}",
        "taxAmount": tax, "totalTaxAmount": tax, "effectiveTaxAmount": tax, "buyerTaxNo": document.owner.number,
        "authenticateFlag": "0", "checkFlag": "0", "deductionPurpose": "", "selectTime": "", "taxPeriod": "",
        "manageStatus": "0", "notDeductibleType": "",
    }  # fmt: skip


_ITEM = ("goodsName", "revenueCode", "specification", "units", "quantity", "price", "amount", "taxRate", "taxAmount")


def _items(document: Document) -> list[Row]:
    return [
        {"seq": number, **dict(zip(_ITEM, _written(line), strict=True)), "lineProperty": "0"}
        for number, line in enumerate(document.lines, start=1)
    ]
