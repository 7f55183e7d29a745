"""What a face is made of: kind, parties, date and number; everything else follows from the seed."""

from dataclasses import dataclass
from datetime import datetime

from simulator.codes import INPUT
from simulator.documents.dice import Dice
from simulator.documents.numbers import Number
from simulator.documents.parties import Party

STAMP = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Facts:
    """`issued` is an instant in Asia/Shanghai (开票 or 填发); `other` is the party that does not own the document."""

    kind: str
    sjlx: str
    owner: Party
    other: Party
    issued: datetime
    number: Number
    seed: str
    tdys: str = ""
    lines: int = 1
    red_of: str = ""

    @property
    def seller(self) -> Party:
        """销售方."""
        return self.other if self.sjlx == INPUT else self.owner

    @property
    def buyer(self) -> Party:
        """购买方."""
        return self.owner if self.sjlx == INPUT else self.other

    @property
    def red(self) -> bool:
        """红字: negative amounts."""
        return bool(self.red_of)

    @property
    def stamp(self) -> str:
        """开票日期 as the payloads write it: YYYY-MM-DD HH:mm:ss."""
        return self.issued.strftime(STAMP)

    def dice(self) -> Dice:
        """Fresh repeatable choices for this document."""
        return Dice(self.seed)
