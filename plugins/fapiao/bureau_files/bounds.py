"""How large a workbook may become in memory: the section `bounds` of bureau_files.yaml."""

from dataclasses import dataclass
from typing import Literal

from fapiao.rules.rule_file import Least1, RuleRow


class Bound(RuleRow, frozen=True):
    """One bound by its name."""

    unique = ("name",)
    every = "name"
    name: Literal["most_cells", "room", "spread", "text_mebibytes", "old_mebibytes", "old_seconds"]
    value: Least1


@dataclass(frozen=True, slots=True)
class Bounds:
    """`most_cells` of all sheets, as the rectangles that hold them; a rectangle may have `room` cells and `spread`

    times those that are filled. `text_mebibytes`: shared texts times their uses. `old_*`: what a trial read of an .xls
    may take, whose reader allocates what the file announces.
    """

    most_cells: int
    room: int
    spread: int
    text_mebibytes: int
    old_mebibytes: int
    old_seconds: int
