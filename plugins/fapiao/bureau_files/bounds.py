"""How large a workbook may become in memory: the section `bounds` of bureau_files.yaml."""

from dataclasses import dataclass, fields

from fapiao.errors import RuleError
from fapiao.rules.rule_file import RuleRow


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


NAMES = tuple(field.name for field in fields(Bounds))


def read_bounds(rows: list[RuleRow]) -> Bounds:
    """The bounds, each of which must be there. Raises RuleError."""
    found = {row.one_of("name", NAMES): row.number("value") for row in rows}
    if lacking := [name for name in NAMES if name not in found]:
        raise RuleError(f"bureau_files.yaml: bounds lack {', '.join(lacking)}")
    return Bounds(**found)
