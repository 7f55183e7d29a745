"""Rows of bureau files into documents: a header and its lines find each other by the document's own number."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Literal, NamedTuple

from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import LINE_COLUMNS
from fapiao.windows import date_label

Values = Mapping[str, str | None]
Fate = Literal["skipped", "rejected", "quarantined"]

_LINE_NAMES = frozenset(LINE_COLUMNS[2:-1])
_SUMMED = ("amount", "tax_amount")
_FACE = {"issue_date": "开票日期", "amount": "金额", "tax_amount": "税额", "total_amount": "价税合计",
         "seller_tax_no": "销方税号", "buyer_tax_no": "购方税号"}  # fmt: skip
"""What never changes on a document, by its column."""
_NUMBERS = ("invoice_code", "invoice_no", "etax_invoice_no", "invoice_type")


class RowRef(NamedTuple):
    """Where a row stands: the number of the file in its set, the sheet, and the row as Excel counts."""

    file_no: int
    sheet: str
    row_no: int


class RowVerdict(NamedTuple):
    """A row that makes no document, and why; `payload` only where it waits for a rule.

    `document_key` is the document that it is about, where the row or its document says so: it need not be in the pool.
    """

    place: RowRef
    fate: Fate
    sentence: str
    document_key: str | None = None
    payload: Mapping[str, object] | None = None


@dataclass(slots=True)
class FileDocument:
    """One document as a file tells it: the values of its header, its lines, and the rows they came from.

    `lead` is the row that made it; `stated` whether that was a header, so that its amounts need no adding up; `broken`
    the fate of a row of it that cannot be taken, and that keeps the whole document out; `alone` that such documents
    have no lines, so that the header is all there is; `warnings` what is doubtful and was taken all the same; `mark`
    by which number rows find a broken one whose own row could not say its key.
    """

    document: str
    tells: str
    values: dict[str, str]
    stated: bool
    lead: RowRef
    items: list[dict[str, str]] = field(default_factory=list)
    places: list[RowRef] = field(default_factory=list)
    broken: Fate | None = None
    alone: bool = False
    warnings: list[str] = field(default_factory=list)
    mark: str | None = None

    @property
    def key(self) -> str | None:
        """The key that its rows say; None where they have other numbers only."""
        return self.values.get("document_key")

    @property
    def kind(self) -> str:
        """The payload kind of fields.yaml."""
        if self.document == "withholding":
            return "file_withholding"
        if self.document == "customs":
            return "file_customs" if self.items else "file_customs_header"
        if self.tells != "face":
            return "file_selection"
        return "file_invoice" if self.items or self.alone else "file_header"

    def payload(self) -> dict[str, object]:
        """The document as a payload row; amounts that no header states are the sums of the lines, in yuan."""
        row: dict[str, object] = dict(self.values)
        if self.items:
            row["items"] = self.items
            self._add_up(row)
        return row

    def stated_face(self) -> Mapping[str, str]:
        """What a row says of the whole document; amounts of a line are the line's."""
        hidden = () if self.stated else (*_SUMMED, "total_amount")
        return {name: value for name, value in self.values.items() if name not in hidden}

    def _add_up(self, row: dict[str, object]) -> None:
        whole = not self.stated and self.document == "invoice"
        wanted = [name for name in _SUMMED if whole or not row.get(name)]
        sums = {name: total for name in wanted if (total := _sum(self.items, name)) is not None}
        row |= {name: total for name, total in sums.items() if not row.get(name)}
        if whole and len(sums) == len(_SUMMED):
            row["total_amount"] = str(sum(map(Decimal, sums.values())))


class FileDocuments:
    """The documents of one set of files, in the order in which they come; headers stand before their lines."""

    def __init__(self) -> None:
        self.found: list[FileDocument] = []
        self.verdicts: list[RowVerdict] = []
        self.notes: list[str] = []
        self._by_mark: dict[tuple[str, str], FileDocument] = {}

    def header(self, document: str, tells: str, place: RowRef, values: Values, *, alone: bool = False) -> None:
        """A row that states a document; a second one that says the same is a repetition.

        Of two that contradict each other nobody can tell which holds: neither is taken.
        """
        stated = _filled(values)
        known = self._known(tells, stated)
        if known is None:
            found = FileDocument(document, tells, stated, stated=True, lead=place, places=[place], alone=alone)
            self._keep(found, _marks(stated))
        elif known.values == stated:
            self.verdicts.append(
                RowVerdict(place, "skipped", f"与工作表“{known.lead.sheet}”第 {known.lead.row_no} 行重复。", known.key)
            )
        else:
            known.broken = known.broken or "rejected"
            at = f"工作表“{known.lead.sheet}”第 {known.lead.row_no} 行"
            key = stated.get("document_key")
            self.verdicts.append(RowVerdict(place, "rejected", f"与{at}是同一张票据，但内容不同，两行都未导入。", key))

    def line(self, document: str, tells: str, place: RowRef, values: Values) -> None:
        """A row that is one line of a document, with or without a header row of its own."""
        found = self._known(tells, values)
        if found is None:
            filled, header = _filled(values), _header_names()
            stated = {name: value for name, value in filled.items() if name in header}
            found = self._keep(FileDocument(document, tells, stated, stated=False, lead=place), _marks(filled))
        found.items.append({name: value for name in _line_names(tuple(values)) if (value := values[name])})
        found.places.append(place)

    def broken(self, document: str, tells: str, place: RowRef, values: Values, fate: Fate) -> str | None:
        """A row that cannot be taken (told separately): the document that it belongs to is kept out as a whole.

        Returns the document's key, where the row or another of the document says it.
        """
        filled = _filled(values)
        marks = [*_marks(filled), *_numbers(filled)]
        found = self._marked(tells, marks)
        if found is None and marks:
            found = FileDocument(document, tells, filled, stated=True, lead=place, mark=marks[0])
            self._keep(found, marks)
        if found is None:
            return None
        found.broken = found.broken or fate
        return filled.get("document_key") or found.key

    def refuse(self, found: FileDocument, sentence: str) -> None:
        """A document that contradicts itself: the row that made it says why, the others that it was kept out."""
        self.verdicts.append(RowVerdict(found.lead, "rejected", sentence, found.key))
        found.places = [place for place in found.places if place != found.lead]
        found.broken = "rejected"

    def extend(self, other: "FileDocuments") -> None:
        """The documents and rows of another set; of two that contradict each other on their face neither is taken.

        What else stands in both is told apart by the merge: a status may have changed between two exports.
        """
        known = {key: found for found in self.found if (key := found.values.get("document_key")) and not found.broken}
        for found in other.found:
            before = known.get(found.values.get("document_key", ""))
            if before and not found.broken and (differing := _differing(before, found)):
                self.refuse(before, _contradicted(found, differing))
                other.refuse(found, _contradicted(before, differing))
        self.found += other.found
        self.verdicts += other.verdicts
        self.notes += other.notes

    def doubts(self) -> list[str]:
        """What the task says besides: sheets that were not read, documents that were taken and are doubtful."""
        marked = [(found, sentence) for found in self.found for sentence in found.warnings]
        return [*self.notes, *(f"工作表“{one.lead.sheet}”，第 {one.lead.row_no} 行：{doubt}" for one, doubt in marked)]

    def whole(self) -> list[FileDocument]:
        """The documents of which every row could be taken; the rows of the others are told."""
        for found in self.found:
            if found.broken:
                key = found.key or found.mark
                for place in found.places:
                    self.verdicts.append(
                        RowVerdict(place, found.broken, "同一张票据的其他行未能导入，因此整张票据未导入。", key)
                    )
        self.found = [found for found in self.found if not found.broken]
        return self.found

    def _keep(self, found: FileDocument, marks: Iterable[str]) -> FileDocument:
        self.found.append(found)
        for mark in marks:
            self._by_mark.setdefault((found.tells, mark), found)
        return found

    def _known(self, tells: str, values: Values) -> FileDocument | None:
        if key := values.get("document_key"):
            return self._by_mark.get((tells, key))
        return self._marked(tells, _marks(values))

    def _marked(self, tells: str, marks: Iterable[str]) -> FileDocument | None:
        return next((self._by_mark[tells, mark] for mark in marks if (tells, mark) in self._by_mark), None)


def _differing(one: FileDocument, other: FileDocument) -> str:
    """What two rows of one document say differently of its face, in words; '' where they agree."""
    mine, theirs = one.stated_face(), other.stated_face()
    words = _FACE | {"issue_date": date_label(one.document)}
    return "、".join(words[name] for name in _FACE if _differ(mine.get(name), theirs.get(name)))


def _differ(one: str | None, other: str | None) -> bool:
    if not one or not other or one == other:
        return False
    try:
        return Decimal(one) != Decimal(other)
    except InvalidOperation:
        return True


def _contradicted(other: FileDocument, differing: str) -> str:
    at = f"工作表“{other.lead.sheet}”第 {other.lead.row_no} 行"
    return f"与另一文件的{at}是同一张票据，但{differing}不同，两处都未导入。"


def _filled(values: Values) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _marks(values: Values) -> Iterator[str]:
    """What a row may be found by: the key of its document, or the numbers of one that could not be read whole."""
    if key := values.get("document_key"):
        yield key
    else:
        yield from _numbers(values)


def _numbers(values: Values) -> Iterator[str]:
    """What the numbers of a row say, whatever makes its key."""
    code, number, digital = (values.get(name) for name in _NUMBERS[:3])
    if digital:
        yield digital
    if number and number != digital:
        yield f"{code}-{number}" if code else number


def _sum(items: list[dict[str, str]], name: str) -> str | None:
    """None where no line has such an amount: 卷票 lines have no 税额."""
    stated = [Decimal(item[name]) for item in items if item.get(name)]
    return str(sum(stated, Decimal(0))) if stated else None


@cache
def _header_names() -> frozenset[str]:
    """What a line row says of its whole document: amounts there are the line's."""
    return frozenset(load_fields().by_name) - _LINE_NAMES - {"total_amount"}


@cache
def _line_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a layout's names that are the line's own."""
    return tuple(name for name in names if name not in _header_names() and name != "total_amount")
