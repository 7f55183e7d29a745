"""能力编码 and 服务编码 of the 乐企 services that fapiao calls (protocols §5.2, §5.4, §10.3)."""

from dataclasses import dataclass

COLLECTION = "203067"
"""归集"""
DEDUCTION = "203065"
"""抵扣勾选"""


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its ability (nlbm) and its own code (fwbm), which make the URL and two headers."""

    nlbm: str
    fwbm: str


INVOICE_APPLY = Service(COLLECTION, "PLFPXZSQ")
"""批量发票下载申请"""
INVOICE_FEEDBACK = Service(COLLECTION, "PLFPXZSQFK")
"""批量发票下载申请反馈"""
CUSTOMS_APPLY = Service(COLLECTION, "PLHGJKSXZSQ")
"""批量海关缴款书下载申请"""
CUSTOMS_FEEDBACK = Service(COLLECTION, "PLHGJKSXZSQFK")
"""批量海关缴款书下载申请反馈"""
WITHHOLDING_APPLY = Service(COLLECTION, "PLZZSDKDJWSPZXZSQ")
"""批量增值税代扣代缴完税凭证下载申请"""
WITHHOLDING_FEEDBACK = Service(COLLECTION, "PLZZSDKDJWSPZXZSQFK")
"""批量增值税代扣代缴完税凭证下载申请反馈"""
INVOICE_INCREMENT = Service(COLLECTION, "CXZLXZFPXX")
"""查询增量下载发票信息"""
CUSTOMS_INCREMENT = Service(COLLECTION, "CXZLXZHGJKSXX")
"""查询增量下载海关缴款书信息"""
WITHHOLDING_INCREMENT = Service(COLLECTION, "CXZLXZZZSDKDJWSPZXX")
"""查询增量下载增值税代扣代缴完税凭证信息"""
RISK = Service(COLLECTION, "FPTSTXXXCX")
"""发票风险信息查询"""
USAGE = Service(COLLECTION, "FPZTXXCX")
"""发票用途状态信息查询"""
UNSELECTED_APPLY = Service(DEDUCTION, "WGXSJCSHQDXZSQDKGX")
"""未勾选数据初始化清单下载申请"""
UNSELECTED_FEEDBACK = Service(DEDUCTION, "WGXSJCSHQDXZSQFKDKGX")
"""未勾选数据初始化清单下载申请反馈"""
TAX_PERIOD = Service(DEDUCTION, "HQDQSKSSQYDQSKSSQTJZT")
"""获取当前税款所属期与当期税款所属期统计状态"""
CHANGE_PERIOD = Service(DEDUCTION, "SQSKSSQBG")
"""申请税款所属期变更"""
SELECT_CUSTOMS = Service(DEDUCTION, "PLHGJKSDKGX")
"""批量上传海关缴款书抵扣勾选"""
SELECT_CUSTOMS_RESULT = Service(DEDUCTION, "CXHGJKSDKGXCLJG")
"""查询海关缴款书抵扣勾选处理结果"""
SELECTED_CUSTOMS = Service(DEDUCTION, "HQDQSKSSQHGJKSDKGXCLJG")
"""获取当前税款所属期海关缴款书抵扣勾选处理结果"""
STATISTICS_APPLY = Service(DEDUCTION, "SQCXDKTJ")
"""申请抵扣统计"""
STATISTICS_RESULT = Service(DEDUCTION, "CXTJCLJG")
"""查询申请统计处理结果"""
CONFIRMATION_APPLY = Service(DEDUCTION, "SQQRDKTJ")
"""申请确认抵扣统计"""
CONFIRMATION_RESULT = Service(DEDUCTION, "CXQRTJCLJG")
"""查询确认统计处理结果"""
