"""What a document of a file may not say against itself: the section `checks` of bureau_files.yaml."""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from msgspec import Meta

from fapiao.rules.rule_file import Least1, RuleRow, Texts

_WRONG_BY = 0.001
"""Yuan that sums of binary numbers may be wrong by."""


class Check(RuleRow, frozen=True, dict=True):
    """What becomes of a document that does not hold, and for which types it is not looked at."""

    unique = ("id",)
    every = "id"
    id: Literal["adds_up", "issued_by_then", "sign", "lines_add_up"]
    fate: Literal["rejected", "warned"]
    cents: (
        Annotated[Least1, Meta(description="The bureau's own rounding, a line's each where lines are added up")] | None
    ) = None
    not_for: Texts = ()

    @cached_property
    def most(self) -> Decimal:
        """Yuan that the bureau's rounding may make."""
        return Decimal(self.cents or 0) / 100

    @cached_property
    def nearly(self) -> float:
        """Below this, binary numbers are right enough to say that a difference is none; above, decimals decide."""
        return float(self.most) - _WRONG_BY
