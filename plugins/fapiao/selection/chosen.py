"""Which documents a person, a workbook or a rule picked, and what is to be done with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Operation = Literal[
    "not_deduct",
    "undo_not_deduct",
    "preselect",
    "undo_preselect",
    "make_statistics",
    "undo_statistics",
    "confirm_statistics",
]
"""不抵扣勾选 · 撤销不抵扣勾选 · 预勾选 · 撤销预勾选 · 生成统计表 · 撤销统计表 · 确认签名 (of R220, those done here)."""
Surface = Literal["interactive", "import", "api", "retry", "scheduled"]
"""Where the request came from; the same refusal is worded by it (A-17, A-18)."""


@dataclass(frozen=True, slots=True)
class RequestedDocument:
    """One document of one tax number; `reason` is 不抵扣原因 1 to 5, `reason_text` the words that 其他 needs."""

    taxpayer_no: str
    document_key: str
    reason: str | None = None
    reason_text: str | None = None


@dataclass(frozen=True, slots=True)
class SelectionRequest:
    """A submission: one operation over documents of any tax numbers, or over whole tax numbers (statistics)."""

    operation: Operation
    surface: Surface
    chosen: Sequence[RequestedDocument] = ()
    taxpayers: Sequence[str] = ()
