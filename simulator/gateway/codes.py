"""The gateway's own code lists: channels, invoice types, error codes and sentences (protocols 2.1, 6.1, 10.4)."""

from simulator.codes import CUSTOMS

LEQI, ETAX, SOFT_CERTIFICATE, TAX_DISK, AISINO = "leqi", "etax", "soft_certificate", "tax_disk", "aisino"
CHANNELS = (LEQI, ETAX, SOFT_CERTIFICATE, TAX_DISK, AISINO)
BY_GATEWAY = (ETAX, SOFT_CERTIFICATE, TAX_DISK, AISINO)
CERTIFIED = (SOFT_CERTIFICATE, TAX_DISK)
RPA_FILES = (ETAX, LEQI)

CUSTOMS_TYPE = "21"
KINDS_OF_TYPE: dict[str, tuple[str, ...]] = {
    "1": ("10",),
    "2": ("08",),
    "3": ("04", "86"),
    "4": ("01", "85"),
    "5": ("11",),
    "12": ("03", "87"),
    "13": ("15", "88"),
    "15": ("14",),
    CUSTOMS_TYPE: (CUSTOMS,),
    "26": ("82",),
    "27": ("81",),
    "28": ("61",),
    "29": ("51",),
    "83": ("83",),
    "84": ("84",),
}
TYPE_OF_KIND = {kind: number for number, kinds in KINDS_OF_TYPE.items() for kind in kinds}
LAYOUT_TYPES = ("26", "27", "28", "29")

DECLARING, ISSUING, SELECTING, DATA, FILES = range(5)
"""Priorities of tasks of one account, first served first (protocols 8.2): 税务申报 … 下载版式文件."""

OK, OPEN_API_OK = "0000", "0"
RUNNING, ELSEWHERE, UNSUPPORTED, UNKNOWN_TASK = "6910", "1130", "2002", "0201"
LOGIN_LOST, BAD_TOKEN = "91300", "P0401"
SMALL_SCALE, STATISTICS_MADE, REPEATED, NOT_OFFERED = "P1201", "P1301", "P6912", "P2101"
NOT_DIGITAL, NO_DATE, NO_CITY = "P2201", "P2202", "P2203"
NOT_FOUND, MISMATCH, TOO_OFTEN = "P2301", "P2302", "P2303"
WRONG, FAILED = "P4001", "P6901"

WAITING_TEXT = "任务处理中"
ASK_FOR_LOGIN = "请核对用户信息或重新调用登录接口"
NO_SOFT_CERTIFICATE = "没有开启软证书模式"
SMALL_SCALE_DATA = "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"

TEXTS = {
    RUNNING: "异步任务处理中，请稍后再查询。",
    UNSUPPORTED: "未查询到“生成统计表”或“撤销统计表”相关任务，请确认“请求任务号”或“接口类型”是否正确。",
    UNKNOWN_TASK: "未查询到相关任务，请确认请求税号或任务号是否正确",
    LOGIN_LOST: "电子税局登录失效，请重新进行业务操作",
    "91400": "电子税局登录失效，请重新进行业务操作",
    "95000": "税局请求异常，请稍后再试",
    "95001": "税局请求异常，请稍后再试",
    "9301": "税局执行异常，请重新进行业务操作",
    BAD_TOKEN: "access_token无效或已过期",
    SMALL_SCALE: "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。",
    STATISTICS_MADE: "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计",
    REPEATED: "相同的任务重复请求过于频繁，请3分钟后再重试。",
    NOT_OFFERED: "该企业的收票通道不支持此操作",
    NOT_DIGITAL: "非数电专票或数电普票，不支持下载税局文件",
    NO_DATE: "开票日期不完整，请先从税局同步数据后重试",
    NO_CITY: "必须在发票服务企业基础资料配置企业所属税局地区编码才能下载数电版式文件。",
    NOT_FOUND: "查无此票",
    MISMATCH: "查验信息不一致",
    TOO_OFTEN: "该发票当日查验次数已超过5次，请次日再试",
    FAILED: "任务处理失败",
}
