"""Papers in the words of the bureau: rows of plane L (归集 V2.011 附件) and items of plane O (protocols §6, §10.2)."""

from typing import Any

from truth import DIGITAL, ON_PAPER, TAX_CONTROL, Line, Paper, as_text

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


def fplx(paper: Paper) -> str:
    """The bureau's own type: a toll invoice (8208) is a 82 with 特定要素 08."""
    return "82" if paper.kind == "8208" else paper.kind


def leqi_row(paper: Paper) -> Row:
    """One object of `sjl` of L1 to L4."""
    kind = fplx(paper)
    seller_no, seller, buyer_no, buyer, amount, tax, total, remark, drawer = _HEADS[kind]
    row = {
        seller_no: paper.seller.number, seller: paper.seller.name, buyer_no: paper.buyer.number,
        buyer: paper.buyer.name, amount: as_text(paper.amount), tax: as_text(paper.tax), total: as_text(paper.total),
        remark: paper.remark, drawer: paper.drawer,
    }  # fmt: skip
    row.pop("", None)
    return row | _leqi_naming(paper) | _leqi_lines(paper)


def _leqi_naming(paper: Paper) -> Row:
    stamp, blue = paper.issued.strftime(STAMP), not paper.red_of
    if paper.kind == "customs":
        return {"hgjkshm": paper.no, "tfrq": stamp, "sfchsd": "N"}
    if paper.kind == "withholding":
        return {"dkdjwspzh": paper.no, "tfrq": stamp}
    if paper.kind in DIGITAL:
        numbers = {"zzfpDm": paper.code, "zzfphm": paper.paper_no} if paper.kind not in ("51", "61") else {}
        mark = {"sflzfpbz": "Y" if blue else "N"} if paper.kind in ("51", "61") else {"sflzfp": "Y" if blue else "N"}
        business = "08" if paper.kind == "8208" else ""
        original = {"kjhzfpdydlzfphm": paper.red_of}
        return {
            "fphm": paper.no,
            "kprq": stamp,
            "fppzDm": fplx(paper),
            "tdyslxDm": business,
            **numbers,
            **mark,
        } | original
    number = "zzfphm" if paper.kind in ("03", "15") else "fphm"
    return {"fpdm": paper.code, number: paper.no, "kprq": stamp, "fpztbz": "0" if blue else "1"}


def _leqi_lines(paper: Paper) -> Row:
    fields = _LINES.get(fplx(paper))
    if fields is None or not paper.lines:
        return {}
    part, *names = fields
    place = {"customs": ""}.get(paper.kind, "xh" if paper.kind in DIGITAL else "mxxh")
    rows = []
    for number, line in enumerate(paper.lines, start=1):
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


def statuses(paper: Paper) -> Row:
    """The codes that L5, L6 and L7 share."""
    return {"fpzt": paper.status, "ycpzzt": paper.risk, "hzsdbs": "N"}


def numbers(paper: Paper) -> Row:
    """How L5 and L7 name an invoice: 税控 by code and number, 数电 by its 20 digits."""
    code = paper.code if paper.kind in TAX_CONTROL else ""
    return {"fpdm": code, "fphm": paper.no, "kprq": paper.issued.strftime(STAMP)}


def unselected_row(paper: Paper) -> Row:
    """One object of `sjl` of L6; the number of a 税控 invoice is joined, its parts stand beside it (§5.4)."""
    day = f"{paper.issued:%Y%m%d}"
    if paper.kind == "customs":
        named = {"hgjkshm": paper.no, "tfrq": day, "jkdwrnsrsbh": paper.owner.number, "sfchsd": "N"}
        return named | {"yxdkse": as_text(paper.tax), "jjkcehj": "0.00", "jjkcsye": "0.00"}
    if paper.kind == "withholding":
        named = {"dkdjwspzh": paper.no, "tfrq": day, "kjywrsbh": paper.owner.number}
        return named | {"bkjnsrsbh": paper.other.number, "yxdkse": as_text(paper.tax)}
    joined = paper.kind in TAX_CONTROL
    parts = (paper.code, paper.no if joined else paper.paper_no)
    named = {"fphm": paper.code + paper.no if joined else paper.no, "zzfpDm": parts[0], "zzfphm": parts[1]}
    named |= {"kprq": day, "gfsbh": paper.owner.number, "fplx": fplx(paper), "cpyycbs": "", "jdcycbs": ""}
    return named | statuses(paper) | {"yxdkse": as_text(paper.tax), "jjkcehj": "0.00", "jjkcsye": "0.00"}


def gateway_header(paper: Paper) -> Row:
    """One of `invoices[]` of O5 and O8."""
    if paper.kind == "customs":
        return _gateway_customs(paper)
    return _gateway_naming(paper) | _gateway_amounts(paper) | {
        "salerName": paper.seller.name, "salerTaxNo": paper.seller.number, "buyerTaxNo": paper.buyer.number,
        "taxAmount": _gateway_amounts(paper)["totalTaxAmount"], "checkFlag": "0",
        "checkAuthenticateFlag": "0", "selectAuthenticateTime": "", "scanAuthenticateFlag": "0",
        "scanAuthenticateTime": "", **_gateway_state(paper),
    }  # fmt: skip


def gateway_full(paper: Paper) -> Row:
    """One of `invoices[]` of O7."""
    if paper.kind == "customs":
        return _gateway_customs(paper) | {"buyerName": paper.owner.name, "items": _items(paper)}
    return _gateway_naming(paper) | {
        "salerTaxNo": paper.seller.number, "salerName": paper.seller.name, "buyerTaxNo": paper.buyer.number,
        "buyerName": paper.buyer.name, **_gateway_amounts(paper), "totalAmount": as_text(paper.total), "remark": paper.remark, "checkCode": "", "salerAddressPhone": "",
        "salerAccount": "", "buyerAddressPhone": "", "buyerAccount": "", "password": "", "machineNo": "",
        **_gateway_state(paper), "items": _items(paper),
    }  # fmt: skip


def _gateway_naming(paper: Paper) -> Row:
    on_paper = paper.kind in ON_PAPER
    return {
        "invoiceType": NUMBER_OF[fplx(paper)],
        "govInvoiceType": fplx(paper),
        "businessType": "08" if paper.kind == "8208" else "",
        "invoiceCode": paper.code if on_paper or paper.kind in TAX_CONTROL else "",
        "invoiceNo": paper.paper_no if on_paper else paper.no,
        "etaxInvoiceNo": paper.no if on_paper else "",
        "invoiceDate": f"{paper.issued:%Y-%m-%d}",
        "invoiceSource": "增值税发票管理系统" if paper.kind in TAX_CONTROL else "电子发票服务平台",
    }


def _gateway_amounts(paper: Paper) -> Row:
    """A 二手车 invoice (15) shows neither amount nor tax; what a channel cannot see is empty."""
    shown = paper.kind != "15"
    return {
        "invoiceAmount": as_text(paper.amount) if shown else "",
        "totalTaxAmount": as_text(paper.tax) if shown else "",
    }


def _gateway_state(paper: Paper) -> Row:
    return {
        "invoiceStatus": paper.status, "invoiceRiskLevel": LEVEL[paper.risk], "manageStatus": MANAGED[paper.risk],
        "authenticateFlag": "0", "deductionPurpose": "", "notDeductibleType": "", "notDeductibleText": "",
        "selectTime": "", "taxPeriod": "", "effectiveTaxAmount": as_text(paper.tax),
    }  # fmt: skip


def _gateway_customs(paper: Paper) -> Row:
    tax = as_text(paper.tax)
    return {
        "invoiceType": "21", "customDeclarationNo": paper.no, "invoiceDate": f"{paper.issued:%Y-%m-%d}",
        "taxAmount": tax, "totalTaxAmount": tax, "effectiveTaxAmount": tax, "buyerTaxNo": paper.owner.number,
        "authenticateFlag": "0", "checkFlag": "0", "deductionPurpose": "", "selectTime": "", "taxPeriod": "",
        "manageStatus": "0", "notDeductibleType": "",
    }  # fmt: skip


_ITEM = ("goodsName", "revenueCode", "specification", "units", "quantity", "price", "amount", "taxRate", "taxAmount")


def _items(paper: Paper) -> list[Row]:
    return [
        {"seq": number, **dict(zip(_ITEM, _written(line), strict=True)), "lineProperty": "0"}
        for number, line in enumerate(paper.lines, start=1)
    ]
