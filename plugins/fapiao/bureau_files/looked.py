"""What a look into a workbook found that its reader does not tell: cells of no sure value, the epoch of days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Looked:
    """`errors` are the addresses (B7) of error cells (#N/A, #REF!) by sheet, `formulas` those of calculated cells.

    `from_1904` says that days count from 1904. `readable` are the bytes that the reader gets, and `kind` what they are;
    `area` are the cells of all rectangles of an .xlsx, or up to twice as many.
    """

    errors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    formulas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    from_1904: bool = False
    readable: bytes = b""
    kind: Literal["xls", "xlsx"] = "xlsx"
    area: int = 0
