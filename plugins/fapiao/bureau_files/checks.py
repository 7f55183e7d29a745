"""What a document of a file may not say against itself: the section `checks` of bureau_files.yaml."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from fapiao.errors import RuleError
from fapiao.rules.rule_file import RuleRow

CHECKS = ("adds_up", "issued_by_then", "sign", "lines_add_up")
_WRONG_BY = 0.001
"""Yuan that sums of binary numbers may be wrong by."""
CheckFate = Literal["rejected", "warned"]


@dataclass(frozen=True, slots=True)
class Check:
    """`fate` of a document that does not hold; `most` yuan that the bureau's rounding may make; types it is not for."""

    fate: CheckFate
    most: Decimal
    not_for: frozenset[str]
    nearly: float = field(init=False)
    """Below this, binary numbers are right enough to say that a difference is none; above, decimals decide."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "nearly", float(self.most) - _WRONG_BY)


def read_checks(rows: list[RuleRow]) -> dict[str, Check]:
    """Every check by its id. Raises RuleError."""
    found = {row.one_of("id", CHECKS): _check(row) for row in rows}
    if lacking := [name for name in CHECKS if name not in found]:
        raise RuleError(f"bureau_files.yaml: checks lack {', '.join(lacking)}")
    return found


def _check(row: RuleRow) -> Check:
    fate: CheckFate = "warned" if row.one_of("fate", ("rejected", "warned")) == "warned" else "rejected"
    return Check(
        fate, Decimal(row.number("cents") if row.raw("cents") is not None else 0) / 100, frozenset(row.texts("not_for"))
    )
