"""Which layout a sheet has: its heading row is looked for in the first rows and compared with every layout."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from fapiao.bureau_files.cells import EMPTY, Cell
from fapiao.bureau_files.headings import canonical, letters
from fapiao.bureau_files.layouts import FileRules, Layout
from fapiao.bureau_files.records import FileRefusal, at_sheet

FIRST_ROWS = 15
"""Rows in which the headings must stand."""
MOST_UNKNOWN = 3
"""Headings that may stand among those of a layout; more of them mean that the bureau changed the layout (C46).

What stands to the right of its last one is somebody's own, however much it is.
"""
_FEWEST = 3
"""Filled cells that make a row worth comparing."""

Head = Sequence[tuple[int, Sequence[Cell]]]
"""The first rows of a sheet with their numbers."""


@dataclass(frozen=True, slots=True)
class FoundLayout:
    """A layout found in a row: where its columns stand, and which headings it does not know."""

    layout: Layout
    row_no: int
    headings: tuple[str, ...]
    positions: Mapping[str, int]
    unknown: tuple[str, ...]

    @property
    def score(self) -> int:
        """How many headings of the row it knows."""
        return sum(1 for heading in self.headings if heading) - len(self.unknown)


Candidates = dict[str, FoundLayout]
"""A layout of each family that could be that of a sheet."""


def candidates_of(head: Head, rules: FileRules, where: str) -> Candidates:
    """The best layout of every family for a sheet. Raises FileRefusal: looked for, and there (C19)."""
    best: Candidates = {}
    for row_no, row in head:
        headings = tuple(canonical(cell) if isinstance(cell, str) else "" for cell in row)
        if sum(map(bool, headings)) < _FEWEST:
            continue
        for match in _matches(row_no, headings, rules.layouts):
            before = best.get(match.layout.family)
            if before is None or match.score > before.score:
                best[match.layout.family] = match
    if not best:
        raise FileRefusal(unrecognised(head, rules), where)
    return best


def is_foreign(head: Head, rules: FileRules) -> bool:
    """Whether a sheet is nothing of the bureau's: notes, a stray cell; not one that comes near a layout."""
    found = (_nearest(row, rules) for row in _texts(head))
    score, layout = max(found, key=itemgetter(0), default=(0, rules.layouts[0]))
    return score < max(_FEWEST, len(layout.required) // 2)


def one_family(candidates: Mapping[str, Candidates], rules: FileRules, where: str) -> dict[str, FoundLayout]:
    """Sheet name: its layout, all of one family. Raises FileRefusal where no family has them all."""
    shared = [
        family
        for family in dict.fromkeys(layout.family for layout in rules.layouts)
        if all(family in found for found in candidates.values())
    ]
    if not shared:
        best = {sheet: max(found.values(), key=attrgetter("score")) for sheet, found in candidates.items()}
        labels = "、".join(f"{sheet}（{match.layout.label}）" for sheet, match in best.items())
        raise FileRefusal(f"各工作表不属于同一种税局文件：{labels}；请分开上传", where)
    family = max(shared, key=lambda name: sum(found[name].score for found in candidates.values()))
    chosen = {sheet: found[family] for sheet, found in candidates.items()}
    for sheet, match in chosen.items():
        check_columns(match, at_sheet(where, sheet))
    return chosen


def _matches(row_no: int, headings: tuple[str, ...], layouts: Iterable[Layout]) -> Iterator[FoundLayout]:
    for layout in layouts:
        positions = _positions(layout, headings)
        if all(name in positions for name in layout.required):
            unknown = tuple(heading for heading in headings if heading and heading not in layout.known)
            end = max(place for place, heading in enumerate(headings) if heading in layout.known) + 1
            if sum(heading in unknown for heading in headings[:end]) <= MOST_UNKNOWN:
                yield FoundLayout(layout, row_no, headings, positions, unknown)


def _positions(layout: Layout, headings: Sequence[str]) -> dict[str, int]:
    """Column: where the first of its headings stands."""
    places = {heading: place for place, heading in reversed(list(enumerate(headings)))}
    found = ((name, next((places[one] for one in names if one in places), None)) for name, names in
             layout.columns.items())  # fmt: skip
    return {name: place for name, place in found if place is not None}


def check_columns(match: FoundLayout, where: str) -> None:
    """No column may stand twice, under the same heading or two of its headings. Raises FileRefusal."""
    for name, headings in match.layout.columns.items():
        places = [place for place, heading in enumerate(match.headings) if heading in headings]
        if len(places) > 1:
            cells = "、".join(f"{letters(place)}{match.row_no}" for place in places)
            raise FileRefusal(
                f"列“{match.headings[match.positions[name]]}”出现多次（{cells}），无法确定取哪一列", where
            )


def unrecognised(head: Head, rules: FileRules) -> str:
    """Why a sheet has no layout: what comes nearest, what it lacks, and the headings that are there (C19)."""
    headings = max(_texts(head), key=lambda row: _nearest(row, rules)[0], default=())
    score, layout = _nearest(headings, rules)
    shown = "、".join(headings[:30]) or "（空）"
    if score < _FEWEST:
        return f"前 {FIRST_ROWS} 行里找不到税局文件的列名；第一行有内容的是：{shown}"
    lacking = [layout.columns[name][0] for name in layout.required if not set(layout.columns[name]) & set(headings)]
    wanted = f"缺少列 {'、'.join(lacking)}" if lacking else "有太多无法识别的列"
    nearest = f"与已知税局文件模板不符，最接近“{layout.label}”，{wanted}"
    return f"{nearest}；实际列名：{shown}。税局文件模板可能已改，请联系管理员"


def _texts(head: Head) -> list[tuple[str, ...]]:
    return [tuple(canonical(cell) for cell in row if isinstance(cell, str) and cell.strip() not in EMPTY)
            for _, row in head]  # fmt: skip


def _nearest(headings: Sequence[str], rules: FileRules) -> tuple[int, Layout]:
    found = ((sum(heading in layout.known for heading in headings), layout) for layout in rules.layouts)
    return max(found, key=itemgetter(0))
