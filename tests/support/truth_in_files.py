"""Documents in a 全量发票查询导出 workbook, as the bureau's page would export them (domain §3.1)."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from bureau_workbooks import export
from truth import DIGITAL, ON_PAPER, TAX_CONTROL, Document, Line, as_text

NAMES = {
    "01": "增值税专用发票", "03": "机动车销售统一发票", "04": "增值税普通发票", "08": "增值税电子专用发票",
    "10": "增值税电子普通发票", "11": "增值税普通发票（卷票）", "14": "道路通行费电子普通发票",
    "51": "数电发票（铁路电子客票）", "61": "数电发票（航空运输电子客票行程单）", "81": "数电发票（增值税专用发票）",
    "82": "数电发票（普通发票）", "8208": "数电发票（通行费发票）", "83": "数电发票（机动车销售统一发票）",
    "84": "数电发票（二手车销售统一发票）", "85": "数电纸质发票（增值税专用发票）", "86": "数电纸质发票（普通发票）",
    "87": "纸质发票（机动车销售统一发票）", "88": "纸质发票（二手车销售统一发票）",
}  # fmt: skip
"""The 发票票种 of an export; a 二手车 invoice of paper (15) has amounts there that 乐企 does not know, so it stays out."""
STATUS = {"0": "正常", "2": "作废", "3": "已红冲", "7": "已红冲-部分", "8": "已红冲-全额"}
RISK = {"01": "正常", "02": "异常", "03": "疑点"}
Cells = dict[str, str]


def workbook(file: Path, documents: Iterable[Document]) -> Path:
    """The export of these documents: 发票基础信息 and 信息汇总表."""
    held = list(documents)
    return export(file, [_head(document) for document in held], [_row(p, line) for p in held for line in p.lines])


def _head(document: Document) -> Cells:
    tax_control = document.kind in TAX_CONTROL
    return {
        "序号": "", "发票代码": document.code if tax_control or document.kind in ON_PAPER else "",
        "发票号码": document.no if tax_control else document.paper_no, "数电发票号码": document.no if document.kind in DIGITAL else "",
        "销方识别号": document.seller.number, "销方名称": document.seller.name, "购方识别号": document.buyer.number,
        "购买方名称": document.buyer.name, "开票日期": f"{document.issued:%Y-%m-%d %H:%M:%S}",
        "金额": as_text(document.amount), "税额": as_text(document.tax), "价税合计": as_text(document.total),
        "发票来源": "增值税发票管理系统" if tax_control else "电子发票服务平台", "发票票种": NAMES[document.kind],
        "发票状态": STATUS[document.status], "是否正数发票": "否" if document.red_of else "是",
        "发票风险等级": RISK[document.risk], "开票人": document.drawer, "备注": document.remark,
    }  # fmt: skip


def _row(document: Document, line: Line) -> Cells:
    quantity, price = ("" if value is None else str(value) for value in (line.quantity, line.price))
    return _head(document) | {
        "税收分类编码": line.code, "特定业务类型": "", "货物或应税劳务名称": line.name, "规格型号": line.specification,
        "单位": line.unit, "数量": quantity, "单价": price, "金额": as_text(line.amount), "税率": _rate(line.rate),
        "税额": as_text(line.tax),
    }  # fmt: skip


def _rate(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%" if rate else "普通零税率"
