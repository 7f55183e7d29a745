"""Holds what a file's name claims against what its rows say; a disagreement refuses the file and shows both (A-32)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from fapiao.bureau_files.file_names import NameClaim
from fapiao.bureau_files.layouts import SECOND_PAYER
from fapiao.bureau_files.records import FileRefusal, RowFate
from fapiao.bureau_files.sheets import SheetPart
from fapiao.rules.book import rulebook

Seen = dict[str, str]
"""Value: where it stands first."""


@dataclass(slots=True)
class Content:
    """What the documents of a file say: parties, months (YYYYMM) and types, each with the first place it stands.

    `pairs` are the (buyers, seller) of rows; `documents` is how many rows were counted.
    """

    pairs: dict[tuple[frozenset[str], str], str] = field(default_factory=dict)
    months: Seen = field(default_factory=dict)
    types: Seen = field(default_factory=dict)
    directions: frozenset[str] = frozenset({"input", "output"})
    documents: int = 0

    def add(self, part: SheetPart, verdict: RowFate) -> None:
        """Counts a row; sums and unreadable rows say nothing, lines nothing that their document does not."""
        if part.role != "documents" or verdict.kind not in ("ok", "quarantined"):
            return
        values = verdict.row.values
        self.documents += 1
        self.directions &= frozenset(part.layout.directions)
        buyers = _buyers(values.get("buyer_tax_no"), values.get(SECOND_PAYER))
        pair = (buyers, values.get("seller_tax_no") or "")
        day, kind = values.get("issue_date"), values.get("invoice_type")
        if pair not in self.pairs:
            self.pairs[pair] = _place(verdict)
        if day and (month := day[:4] + day[5:7]) not in self.months:
            self.months[month] = _place(verdict)
        if kind and kind not in self.types:
            self.types[kind] = _place(verdict)

    def stranger(self, direction: str, taxpayer_no: str) -> tuple[str, str] | None:
        """(what stands there, where) of the first row that is not this taxpayer's; None where all are.

        A row that names no party on that side says nothing against it.
        """
        for (buyers, seller), where in self.pairs.items():
            own = buyers if direction == "input" else frozenset({seller} - {""})
            if own and taxpayer_no not in own:
                return "、".join(sorted(own)), where
        return None


@lru_cache(maxsize=8192)
def _buyers(*numbers: str | None) -> frozenset[str]:
    return frozenset(number for number in numbers if number)


def _place(verdict: RowFate) -> str:
    return f"工作表“{verdict.row.sheet}”，第 {verdict.row.row_no} 行"


def agree(claim: NameClaim | None, content: Content, name: str) -> None:
    """Raises FileRefusal with both where tax number, direction, month or type differ; a name without claim agrees."""
    if claim is None:
        return
    for what, shown, where in _disagreements(claim, content):
        raise FileRefusal(f"文件名与内容不一致：文件名为{claim.shown}；内容的{what}是 {shown}（{where}）", name)


def _disagreements(claim: NameClaim, content: Content) -> Iterable[tuple[str, str, str]]:
    """(what, the content's value, where) of everything that differs."""
    if content.documents and claim.direction not in content.directions:
        yield "方向", "进项", "该税局文件模板只有进项"
    stranger = content.stranger(claim.direction, claim.taxpayer_no)
    if stranger:
        other = "output" if claim.direction == "input" else "input"
        swapped = content.stranger(other, claim.taxpayer_no) is None
        side = "购方税号" if claim.direction == "input" else "销方税号"
        what = f"{side}（看起来是{'销项' if other == 'output' else '进项'}）" if swapped else side
        yield what, *stranger
    yield from (("月份", month, where) for month, where in content.months.items() if month != claim.month)
    yield from (
        ("票种", rulebook().type_name(kind), where)
        for kind, where in content.types.items()
        if kind not in claim.invoice_types
    )
