"""全量发票查询导出结果 and 全量海关缴款书: what the 电子税局 exports as .xlsx today and did before."""

from collections.abc import Sequence

from simulator.bureau_files.sample_documents import Document
from simulator.bureau_files.sheets import Sheet, columns, document_sheet, line_sheet

DOCUMENTS = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 数电发票号码=digital, 销方识别号=seller_no, 销方名称=seller, "
    "购方识别号=buyer_no, 购买方名称=buyer, 开票日期=issued, 金额=amount, 税额=tax, 价税合计=total, 发票来源=source, "
    "发票票种=type, 发票状态=status, 是否正数发票=positive, 发票风险等级=risk, 开票人=drawer, 备注=remark"
)
LINES = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 数电发票号码=digital, 销方识别号=seller_no, 销方名称=seller, "
    "购方识别号=buyer_no, 购买方名称=buyer, 开票日期=issued, 税收分类编码=goods_code, 特定业务类型=special, "
    "货物或应税劳务名称=goods, 规格型号=specification, 单位=unit, 数量=quantity, 单价=price, 金额=amount, 税率=rate, "
    "税额=tax, 价税合计=total, 发票来源=source, 发票票种=type, 发票状态=status, 是否正数发票=positive, "
    "发票风险等级=risk, 开票人=drawer, 备注=remark"
)
OLD_DOCUMENTS = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 数电票号码=digital, 销方识别号=seller_no, 销方名称=seller, "
    "购方识别号=buyer_no, 购买方名称=buyer, 开票日期=day, 金额=amount_text, 税额=tax_text, 发票来源=source, "
    "发票票种=type, 发票状态=status, 发票风险等级=risk, 开票人=drawer, 备注=remark"
)
OLD_LINES = columns(
    "序号=seq, 发票代码=code, 发票号码=no, 数电票号码=digital, 税收分类编码=goods_code, 货物或应税劳务名称=goods, "
    "规格型号=specification, 单位=unit, 数量=quantity, 单价=price, 金额=amount_text, 税率=rate, 税额=tax_text"
)
CUSTOMS = columns("海关缴款书号码=no, 填发日期=day, 税款金额=tax_text, 缴款单位税号=buyer_no, 缴款单位名称=buyer")
CUSTOMS_LINES = columns(
    "海关缴款书号码=no, 税号=goods_code, 货物名称=goods, 数量=quantity, 单位=unit, 完税价格=amount_text, 税率=rate, "
    "税款金额=tax_text"
)


def full_export(documents: Sequence[Document]) -> list[Sheet]:
    """发票基础信息 with 19 columns, 信息汇总表 with 27, and a sheet of 特定要素."""
    return [
        document_sheet("发票基础信息", DOCUMENTS, documents, total=True),
        line_sheet("信息汇总表", LINES, documents),
        Sheet("建筑服务", [["序号", "数电发票号码", "建筑服务发生地", "建筑项目名称"]]),
    ]


def old_full_export(documents: Sequence[Document]) -> list[Sheet]:
    """发票基础信息 with 17 columns and the 货物清单, in two sheets when it is long."""
    half = -(-len(documents) // 2)
    return [
        document_sheet("发票基础信息", OLD_DOCUMENTS, documents, total=True),
        line_sheet("货物清单1", OLD_LINES, documents[:half]),
        line_sheet("货物清单2", OLD_LINES, documents[half:]),
    ]


def customs_export(documents: Sequence[Document]) -> list[Sheet]:
    """海关缴款书基础信息 and its 货物清单."""
    return [
        document_sheet("海关缴款书基础信息", CUSTOMS, documents),
        line_sheet("海关缴款书货物清单", CUSTOMS_LINES, documents),
    ]
