"""Everything the bureau holds, and the questions the services ask of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain

from simulator.codes import INPUT
from simulator.documents.document import Change, Document
from simulator.documents.numbers import PAPER_DIGITAL
from simulator.documents.ranges import GeneratedRange, Slice
from simulator.documents.selection import Part, Selection

Group = tuple[str, str, str]
Recorded = Callable[[Document, date, date], bool]


class Store:
    """Documents by identity, and generated ranges; a generated document that changes moves to the first."""

    def __init__(self) -> None:
        self._groups: defaultdict[Group, dict[str, Document]] = defaultdict(dict)
        self._ranges: defaultdict[Group, list[GeneratedRange]] = defaultdict(list)
        self._in_order: dict[Group, list[Document]] = {}

    def add(self, documents: Iterable[Document], ranges: Iterable[GeneratedRange] = ()) -> None:
        """Take documents in; one that is held already stays as it is, changes and all, unless its face differs."""
        for document in documents:
            group = self._groups[_group(document)]
            held = group.get(document.key)
            if held is None or held.facts != document.facts or held.overrides != document.overrides:
                group[document.key] = document
                self._in_order.pop(_group(document), None)
        for new in ranges:
            held_ranges = self._ranges[_group_of(new)]
            if all((known.tag, known.count) != (new.tag, new.count) for known in held_ranges):
                held_ranges.append(new)

    def find(self, document_key: str) -> list[Document]:
        """Every document with this key, whoever owns it."""
        held = [group[document_key] for group in self._groups.values() if document_key in group]
        places = ((whole, whole.index_of(document_key)) for whole in self._every_range())
        return held + [whole.at(index) for whole, index in places if index is not None]

    def seeded(self) -> Iterator[Document]:
        """Every document that was seeded or has changed; not those of generated ranges."""
        return chain.from_iterable(group.values() for group in self._groups.values())

    def find_paper(self, code: str, paper_no: str) -> list[Document]:
        """Every paper-digital invoice (数电纸质) with this code of 12 and number of 8."""
        held = [
            document
            for (_, _, kind), group in self._groups.items()
            if kind in PAPER_DIGITAL
            for document in group.values()
            if document.facts.number[1:] == (code, paper_no)
        ]
        for whole in (w for w in self._every_range() if w.kind in PAPER_DIGITAL and paper_no.isdecimal()):
            index = int(paper_no)
            if whole.first <= index < whole.last and whole.number_of(index)[1:] == (code, paper_no):
                held.append(whole.at(index))
        return held

    def of_period(self, owner: str, period: str, day: date) -> list[Document]:
        """An owner's purchases used in a tax period; a generated document that was never changed is in none."""
        groups = (group for key, group in self._groups.items() if key[:2] == (owner, INPUT))
        held = (document for group in groups for document in group.values())
        return [d for d in held for s in (d.status_on(day),) if s["skssq"] == period and s["fpyt"] != "0"]

    def recorded(self, group: Group, start: date, end: date, today: date, recorded: Recorded) -> Selection:
        """Visible documents of which the bureau recorded something on these days; `recorded` decides for each."""
        held = [d for d in self._held(group) if d.visible(today) and recorded(d, start, end)]
        slices = [
            w.issued_between(start - timedelta(days=w.lag), end - timedelta(days=w.lag)).within(w.visible(today))
            for w in self._ranges_of(group)
        ]
        return Selection(today, [held, *slices])

    def change(self, documents: Iterable[Document], change: Change) -> None:
        """Record one change on each of these documents."""
        for document in documents:
            self._take_out(document)
            changed = replace(document, changes=(*document.changes, change))
            self._groups[_group(document)][document.key] = changed
            self._in_order.pop(_group(document), None)

    def issued(self, group: Group, start: date, end: date, today: date) -> Selection:
        """Visible documents issued on these days."""
        held = [d for d in self._held(group) if start <= d.issued_on <= end and d.visible(today)]
        slices = [w.issued_between(start, end).within(w.visible(today)) for w in self._ranges_of(group)]
        return Selection(today, [held, *slices])

    def collected(self, group: Group, day: date, covered_from: date, today: date) -> Selection:
        """Documents whose 归集日期 is `day`, issued since coverage began."""
        held = [
            d
            for d in self._held(group)
            if d.enters_increment_on(day) and d.issued_on >= covered_from and d.visible(today)
        ]
        slices = [
            w.issued_between(max(issued, covered_from), issued).within(w.visible(today))
            for w in self._ranges_of(group)
            for issued in (day - timedelta(days=w.lag),)
        ]
        return Selection(today, [held, *slices])

    def at_risk(self, owner: str, kind: str, start: date, end: date) -> list[tuple[Document, Change]]:
        """Deductible purchases with a risk established on these days, each once, with its newest change."""
        found = ((d, d.last_risk(start, end)) for d in self._held((owner, INPUT, kind)) if d.deductible_kind)
        return [(document, change) for document, change in found if change is not None]

    def unselected(self, owner: str, kinds: Iterable[str], start: date, end: date, today: date) -> Selection:
        """Purchases of these kinds and issue days that no deduction has used."""
        parts = (part for kind in kinds for part in self.issued((owner, INPUT, kind), start, end, today).parts)
        return Selection(today, [_unselected(part, today) for part in parts])

    def clear(self) -> None:
        """Hold nothing."""
        self._groups.clear()
        self._ranges.clear()
        self._in_order.clear()

    def __len__(self) -> int:
        held = sum(len(group) for group in self._groups.values())
        return held + sum(whole.last - whole.first for whole in self._every_range())

    def _held(self, group: Group) -> list[Document]:
        if group not in self._in_order:
            documents = self._groups.get(group, {}).values()
            self._in_order[group] = sorted(documents, key=lambda d: (d.facts.issued, d.key))
        return self._in_order[group]

    def _ranges_of(self, group: Group) -> list[GeneratedRange]:
        return self._ranges.get(group, [])

    def _every_range(self) -> Iterator[GeneratedRange]:
        return chain.from_iterable(self._ranges.values())

    def _take_out(self, document: Document) -> None:
        ranges = self._ranges_of(_group(document))
        for place, whole in enumerate(ranges):
            index = whole.index_of(document.key)
            if index is not None:
                ranges[place : place + 1] = whole.without(index)
                return


def _group(document: Document) -> Group:
    owner, sjlx, _ = document.identity
    return owner, sjlx, document.facts.kind


def _group_of(whole: GeneratedRange) -> Group:
    return whole.owner.number, whole.sjlx, whole.kind


def _unselected(part: Part, today: date) -> Part:
    if isinstance(part, Slice):
        return part if len(part) and part[:1][0].in_unselected_list(today) else []
    return [document for document in part if document.in_unselected_list(today)]
