"""增值税发票综合服务平台: its .xls files by type; row 1 is the type's title, row 2 the headings."""

from collections.abc import Sequence

from simulator.bureau_files.sample_documents import OWNER, Document
from simulator.bureau_files.sheets import Cell, Column, Sheet, columns, document_sheet, line_sheet

_HEADER = (
    "序号=seq, 发票代码=code, 发票号码=no, 开票日期=day, 发票状态=status, 销售方税号=seller_no, 销售方名称=seller, "
    "购买方税号=buyer_no, 购买方名称=buyer, 金额=amount, 税额=tax, 价税合计=total, 校验码=check, "
    "销售方地址电话=seller_contact, 销售方开户行及账号=seller_bank, 购买方地址电话=buyer_contact, "
    "购买方开户行及账号=buyer_bank, 密码区=cipher, 备注=remark, "
)
HEADER = columns(f"{_HEADER} 开票人=drawer, 收款人=payee, 复核人=reviewer")
ELECTRONIC = columns(f"{_HEADER} 机器编号=machine, 开票人=drawer, 收款人=payee, 复核人=reviewer")
LINES = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 税收分类编码=goods_code, 货物或应税劳务名称=goods, "
    "规格型号=specification, 单位=unit, 数量=quantity, 单价=price, 金额=amount, 税率=rate, 税额=tax"
)
TOLL_LINES = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 税收分类编码=goods_code, 货物或应税劳务名称=goods, 车牌号=specification, "
    "类型=unit, 通行日期起=toll_from, 通行日期止=toll_to, 金额=amount, 税率=rate, 税额=tax"
)
ROLL = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 开票日期=day, 发票状态=status, 销方名称=seller, 销方税号=seller_no, "
    "购方名称=buyer, 购方税号=buyer_no, 价税合计=total, 机器编号=machine, 收款员=payee, 校验码=check"
)
ROLL_LINES = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 税收分类编码=goods_code, 项目名称=goods, 单价=price, 数量=quantity, "
    "金额=total"
)
MOTOR = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 开票日期=date, 发票状态=status, 购方名称=buyer, "
    "身份证号/组织机构代码=buyer_body, 购方税号=buyer_no, 车辆类型=vehicle, 厂牌型号=model, 产地=origin, "
    "合格证号=certificate, 进口证明书号=import_no, 商检单号=inspection, 发动机号码=engine, 车辆识别代号=chassis, "
    "价税合计=total, 销方名称=seller, 电话=seller_phone, 税号=seller_no, 账号=seller_account, 地址=seller_address, "
    "开户行=seller_branch, 税率=rate, 税额=tax, 主管税务机关名称=office, 代码=office_code, 不含税价=amount, "
    "完税凭证号码=paid, 吨位=tons, 限乘人数=seats"
)
CUSTOMS = columns(
    "序号=seq, 缴款书号码=no, 填发日期=day, 缴款单位一名称=buyer, 缴款单位一税号=buyer_no, 缴款单位二名称=second, "
    "缴款单位二税号=second_no, 进口口岸代码=port, 税款金额=tax, 收入机关=office, 申请单位编码=applicant, "
    "报关单编号=declared, 贸易方式=trade, 预算科目代码=budget, 收款国库代码=treasury, 合同号=contract, "
    "运输工具=vessel, 缴款期限=until, 提运单号=bill, 数据来源=origin"
)
CUSTOMS_LINES = columns(
    "序号=seq, 缴款书号码=no, 税号信息=goods_code, 货物名称=goods, 完税价格=amount, 数量=quantity, 单位=unit, "
    "税率=rate, 税款金额=tax, 数据来源=origin"
)
DIGITAL = columns(
    "序号=seq, 发票号码=digital, 开票日期=issued, 发票状态=status, 销售方税号=seller_no, 销售方名称=seller, "
    "购买方税号=buyer_no, 购买方名称=buyer, 金额=amount, 税额=tax, 价税合计=total, 校验码=none, "
    "销售方地址电话=seller_contact, 销售方开户行及账号=seller_bank, 购买方地址电话=buyer_contact, "
    "购买方开户行及账号=buyer_bank, 备注=remark, 开票人=drawer"
)
DIGITAL_LINES = columns(
    "序号=seq, 发票号码=digital, 税收分类编码=goods_code, 货物或应税劳务名称=goods, 规格型号=specification, "
    "单位=unit, 数量=quantity, 单价=price, 金额=amount, 税率=rate, 税额=tax"
)

TITLES = {
    "01": "增值税专用发票", "04": "增值税普通发票", "08": "增值税专用发票（电子）", "10": "增值税普通发票（电子）",
    "11": "增值税普通发票（卷票）", "14": "通行费电子发票", "03": "机动车销售统一发票",
    "85": "纸质发票（增值税专用发票）",
    "81": "全电发票（增值税专用发票）", "82": "全电发票（普通发票）", "customs": "海关缴款书",
}  # fmt: skip
NAME_WORDS = {**TITLES, "85": "增值税专用发票", "81": "全电发票", "82": "全电发票"}
"""How a file's name calls the type."""

_LAYOUTS: dict[str, tuple[list[Column], list[Column] | None]] = {
    "10": (ELECTRONIC, LINES),
    "08": (ELECTRONIC, LINES),
    "14": (ELECTRONIC, TOLL_LINES),
    "11": (ROLL, ROLL_LINES),
    "03": (MOTOR, None),
    "81": (DIGITAL, DIGITAL_LINES),
    "82": (DIGITAL, DIGITAL_LINES),
    "customs": (CUSTOMS, CUSTOMS_LINES),
}


def old_platform(documents: Sequence[Document]) -> list[Sheet]:
    """发票信息 and 货物信息 of documents of one type; the goods before the headers, since both orders are seen."""
    kind = documents[0].kind
    header, lines = _LAYOUTS.get(kind, (HEADER, LINES))
    title: list[list[Cell]] = [[TITLES[kind]]]
    sheets = [document_sheet("发票信息", header, documents, above=title, more=_more)]
    if lines:
        sheets.insert(0, line_sheet("货物信息", lines, documents, above=title))
    return sheets


def file_name(documents: Sequence[Document], stamp: str, part: int | None = None, suffix: str = ".xls") -> str:
    """税号-日期-月份-进销项-发票类型[-分卷].xls"""
    first = documents[0]
    direction = "进项票" if first.buyer == OWNER else "销项票"
    pieces = [OWNER.number, stamp, f"{first.issued:%Y%m}", direction, NAME_WORDS[first.kind]]
    return "-".join([*pieces, *([str(part)] if part else [])]) + suffix


def _more(document: Document) -> dict[str, Cell]:
    """What only some types print; 校验码 of a 纸质发票 is its 20-digit number."""
    return {
        "check": document.digital or f"{document.no:0>20}",
        "machine": "661000000001",
        "rate": "13%",
        "vehicle": "轿车",
        "model": "示例牌 SL7000",
        "chassis": "LSL00000000000001",
        "seller_phone": document.seller.phone,
        "seller_account": document.seller.account,
        "seller_address": document.seller.address,
        "seller_branch": document.seller.bank,
        "port": "2248",
        "origin": "电子口岸",
    }
