"""The lists of the selection pages: 抵扣, 不抵扣, 用途确认信息 and the older 抵扣认证清单."""

from collections.abc import Sequence

from simulator.bureau_files.sample_documents import Document
from simulator.bureau_files.sheets import Cell, Sheet, columns, document_sheet

DEDUCTION = columns(
    "序号=seq, 是否勾选*=selected, 数电票号码=digital, 发票代码=code, 发票号码=no, 开票日期*=day, 金额*=amount, "
    "票面税额*=tax, 有效抵扣税额*=tax, 购买方识别号*=buyer_no, 销售方纳税人名称=seller, "
    "销售方纳税人识别号=seller_no, 发票来源=source, 票种*=type, 发票状态=status, 红字锁定标志=locked, "
    "转内销证明编号=resold, 业务类型=business, 勾选时间=selected_at, 发票风险等级=risk, 风险状态=risk_state, "
    "差额扣除标识=margin"
)
NO_DEDUCTION = columns(
    "序号=seq, 是否勾选*=selected, 发票来源=source, 转内销证明编号=resold, 数电票号码=digital, 发票代码=code, "
    "发票号码=no, 开票日期*=day, 销售方纳税人识别号*=seller_no, 销售方纳税人名称*=seller, 金额*=amount, "
    "票面税额*=tax, 有效抵扣税额*=tax, 票种*=type, 不抵扣原因*=reason"
)
CUSTOMS = columns(
    "序号=seq, 是否勾选*=selected, 转内销证明编号=resold, 缴款书号码*=no, 购买方识别号*=buyer_no, "
    "填发日期*=compact_day, 税款金额*=tax, 有效抵扣税额*=tax, 勾选时间=selected_at, 管理状态*=risk"
)
CUSTOMS_NO_DEDUCTION = [*CUSTOMS, ("不抵扣原因*", "reason")]
WITHHOLDING = columns(
    "序号=seq, 是否勾选*=selected, 完税凭证号=no, 填发日期=day, 被扣缴人纳税人识别号=seller_no, "
    "被扣缴人纳税人名称=seller, 计税金额=amount, 实缴金额=tax, 有效抵扣税额=tax, 勾选时间=selected_at"
)
USAGE = columns(
    "序号=seq, 勾选状态=selection, 发票来源=source, 转内销证明编号=resold, 数电发票号码=digital, 发票代码=code, "
    "发票号码=no, 开票日期=day, 销售方纳税人识别号=seller_no, 销售方纳税人名称=seller, 金额=amount, 税额=tax, "
    "有效抵扣税额=tax, 票种=type, 票种标签=label, 发票状态=status, 勾选时间=selected_at, 发票风险等级=risk, "
    "风险状态=risk_state"
)
USAGE_CUSTOMS = columns(
    "序号=seq, 勾选状态=selection, 海关缴款书号码=no, 填发日期=day, 税款金额=tax, 有效抵扣税额=tax, "
    "勾选时间=selected_at"
)
USAGE_WITHHOLDING = columns(
    "序号=seq, 勾选状态=selection, 完税凭证号=no, 填发日期=day, 被扣缴人纳税人识别号=seller_no, "
    "被扣缴人纳税人名称=seller, 计税金额=amount, 实缴金额=tax, 有效抵扣税额=tax, 勾选时间=selected_at"
)
CERTIFIED = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 开票日期=day, 销方名称=seller, 金额=amount, 税额=tax, 认证方式=way, "
    "确认/认证日期=selected_at, 发票类型=type, 发票状态=status"
)


def _choice(document: Document) -> dict[str, Cell]:
    """Every list says 是 and when; the reason is only shown by those that have the column."""
    return {
        "selected": "是",
        "selection": "已勾选",
        "selected_at": f"{document.issued:%Y-%m}-28 10:20:30",
        "locked": "未锁定",
        "risk_state": "无风险",
        "reason": "用于集体福利或者个人消费",
        "way": "勾选认证",
        "resold": "--",
    }


def deduction(documents: Sequence[Document]) -> list[Sheet]:
    """抵扣勾选 of invoices."""
    return [document_sheet("抵扣勾选", DEDUCTION, documents, more=_choice)]


def no_deduction(documents: Sequence[Document]) -> list[Sheet]:
    """不抵扣勾选 of invoices."""
    return [document_sheet("不抵扣勾选", NO_DEDUCTION, documents, more=_choice)]


def customs_deduction(documents: Sequence[Document]) -> list[Sheet]:
    """抵扣勾选 of 海关缴款书."""
    return [document_sheet("海关缴款书抵扣勾选", CUSTOMS, documents, more=_choice)]


def customs_no_deduction(documents: Sequence[Document]) -> list[Sheet]:
    """不抵扣勾选 of 海关缴款书."""
    return [document_sheet("海关缴款书不抵扣勾选", CUSTOMS_NO_DEDUCTION, documents, more=_choice)]


def withholding(documents: Sequence[Document]) -> list[Sheet]:
    """抵扣勾选 of 代扣代缴完税凭证."""
    return [document_sheet("代扣代缴完税凭证", WITHHOLDING, documents, more=_choice)]


def usage(invoices: Sequence[Document], customs: Sequence[Document], certificates: Sequence[Document]) -> list[Sheet]:
    """用途确认信息: a title, a line with 税号, 税款所属期 and 企业名称, headings in row 3."""
    first = invoices[0]
    above: list[list[Cell]] = [
        ["用途确认信息"],
        [
            "",
            f"税号：{first.buyer.number}",
            "",
            f"税款所属期：{first.issued:%Y%m}",
            "",
            f"企业名称：{first.buyer.name}",
        ],
    ]
    return [
        document_sheet("发票", USAGE, invoices, above=above, more=_choice, total=True),
        document_sheet("海关缴款书", USAGE_CUSTOMS, customs, above=above, more=_choice),
        document_sheet("代扣代缴完税凭证", USAGE_WITHHOLDING, certificates, above=above, more=_choice),
    ]


def certified(documents: Sequence[Document]) -> list[Sheet]:
    """抵扣认证清单 of the older platform, headings in row 3."""
    above: list[list[Cell]] = [["抵扣认证清单"], [f"纳税人识别号：{documents[0].buyer.number}"]]
    return [document_sheet("抵扣认证清单", CERTIFIED, documents, above=above, more=_choice, total=True)]
