"""The bureau's own code lists that the simulator answers with (protocols: 5.1 conventions, 5.2 collection)."""

COLLECTION = "203067"
DEDUCTION = "203065"
ABILITIES = (COLLECTION, DEDUCTION)

INPUT, OUTPUT = "1", "2"
CUSTOMS, WITHHOLDING = "customs", "withholding"

FPLX = {
    "01": "增值税专用发票",
    "02": "货物运输业增值税专用发票",
    "03": "机动车销售统一发票",
    "04": "增值税普通发票",
    "08": "增值税电子专用发票",
    "10": "增值税电子普通发票",
    "11": "卷式发票",
    "14": "通行费发票",
    "15": "二手车销售统一发票",
    "51": "电子发票（铁路电子客票）",
    "61": "电子发票（航空运输客票电子行程单）",
    "81": "电子发票（增值税专用发票）",
    "82": "电子发票（普通发票）",
    "83": "机动车销售电子统一发票",
    "84": "二手车销售电子统一发票",
    "85": "纸质发票（增值税专用发票）",
    "86": "纸质发票（普通发票）",
    "87": "纸质发票（机动车销售统一发票）",
    "88": "纸质发票（二手车销售统一发票）",
}
# FPZTXXCX and the risk query name these by code and 8-digit number; every other type by its 20 digits.
PAPER_NUMBERED = frozenset({"01", "02", "03", "04", "08", "10", "11", "14", "15"})

SELECTABLE = frozenset({"01", "03", "08", "14", "51", "61", "81", "83", "85", "87"})
AGRICULTURAL = frozenset({"12", "16"})
AGRICULTURAL_LEGACY = "02"
TOLL = "08"

STATUS_CODES = {
    "fpzt": ("0", "2", "3", "7", "8"),
    "ycpzzt": ("01", "02", "03"),
    "hzsdbs": ("Y", "N"),
    "fpyt": tuple(str(number) for number in range(12)),
    "rzzt": ("01", "02", "03"),
    "cpyycbs": ("", "9", "1", "2", "8"),
    "cktsldm": ("", "01"),
    "zzsyhyt": ("0", "1", "2", "3"),
    "xfsyt": ("00", "01"),
    "jdcycbs": ("", "0", "1", "2", "3"),
}
REASONS = ("", "1", "2", "3", "4", "5")
"""bdklx 不抵扣原因; plane L's usage query does not show it."""
RISK_FIELDS = ("fpzt", "ycpzzt", "hzsdbs")

GENERAL, SMALL_SCALE = "03", "02"

PLATFORM = {
    200: "成功",
    500: "平台异常",
    5001: "平台响应异常",
    40322: "直连单位无资格",
    40321: "使用单位无资格",
    4055: "未查询到此使用单位",
    4054: "未查询到此直连单位",
    4047: "未查询到测试批次号",
    4049: "未查询到该能力与服务",
    4032: "使用单位无授权服务",
    4033: "使用单位未授权此服务",
    4056: "云服务APP未找到",
    4057: "报文解密失败",
    429: "当前访问请求较多，请5分钟后重试，将访问并发控制在5以内",
    -1: "未知错误",
}

OK, BAD_PARAMETER, REFUSED, NOTHING = "00", "01", "03", "04"
SYSTEM_ERROR, PROCESSING, NOT_ENTITLED, FATAL = "09", "10", "11", "99"

RETURN = {
    OK: "成功",
    BAD_PARAMETER: "参数校验异常",
    REFUSED: "拒绝处理",
    NOTHING: "查无数据",
    SYSTEM_ERROR: "系统处理异常",
    PROCESSING: "数据处理中",
    NOT_ENTITLED: "当前企业无资格办理此业务",
    FATAL: "系统级异常",
}
NO_ROWS = "未查到符合条件的数据"

PACKAGE_ROWS = 2000
UNSELECTED_PACKAGE_ROWS = 5000
