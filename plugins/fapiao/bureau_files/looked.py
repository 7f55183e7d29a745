"""What a look into a workbook found that its reader does not tell: error cells, and from when it counts its days."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Looked:
    """`errors` are the addresses (B7) of error cells (#N/A, #REF!) by sheet; `from_1904` that days count from 1904."""

    errors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    from_1904: bool = False
