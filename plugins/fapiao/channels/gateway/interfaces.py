"""Interfaces of the gateway by path and code, and the asynchronous pairs they form (protocols §10.1, §10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEDUCTION = "/kapi/app/rim/deduction"
OPEN_API = "/kapi/app/sim/openApi"
MESSAGE = "/kapi/app/rim/message"
PAGE_SIZE = 200
"""pageSize ≤ 200 (protocols §10.1)"""


@dataclass(frozen=True, slots=True)
class Interface:
    """One operation: its path and the code that chooses it there."""

    path: str
    code: str

    @property
    def success(self) -> str:
        """The errorCode that means success on this path (protocols §9.2)."""
        return "0" if self.path == OPEN_API else "0000"


@dataclass(frozen=True, slots=True)
class AsyncInterface:
    """An application and its result query; `rows` names the list of a finished page, `fixed` is asked every time."""

    apply: Interface
    result: Interface
    rows: str = "invoices"
    fixed: Mapping[str, str] = field(default_factory=dict)


LOGIN = Interface(DEDUCTION, "taxLogin")
"""O1 税局登录"""
LOGIN_CHECK = Interface(OPEN_API, "ext.etaxLoginCheck")
"""O2 电子税局登录检测"""
VERIFICATION = Interface(MESSAGE, "invoiceCheck")
"""O13 发票查验"""
TAX_PERIOD = Interface(DEDUCTION, "taxperiodQuery")
"""O14 获取税款所属期信息"""

HEADERS = AsyncInterface(
    Interface(DEDUCTION, "invoiceDown"), Interface(DEDUCTION, "invoiceDownQuery"), fixed={"saveFlag": "1"}
)
"""O4/O5 进项发票表头归集"""
FULL = AsyncInterface(Interface(DEDUCTION, "ext.fullInvoiceDown"), Interface(DEDUCTION, "ext.fullInvoiceDownQuery"))
"""O6/O7 全量发票下载"""
STATUS_UPDATE = AsyncInterface(
    Interface(DEDUCTION, "ext.statusUpdateDown"), Interface(DEDUCTION, "ext.statusUpdateDownQuery")
)
"""O8 进项状态更新"""
LAYOUT_FILES = AsyncInterface(
    Interface(DEDUCTION, "ext.layoutFileDown"), Interface(DEDUCTION, "ext.layoutFileDownQuery"), rows="files"
)
"""O11/O12 版式文件下载"""
