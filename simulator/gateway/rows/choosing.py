"""Narrowing what the store found, without making documents of a generated month one by one."""

from collections.abc import Callable, Iterable

from simulator.documents.document import Document
from simulator.documents.ranges import Slice
from simulator.documents.selection import Part, Selection
from simulator.gateway.rows.states import Seen
from simulator.gateway.tasks import Listing
from simulator.wire import Json

Keep = Callable[[Document], bool]
INVOICES = "invoices"


def narrowed(parts: Iterable[Part], keep: Keep, each: bool = False) -> list[Part]:
    """The documents to keep; those of a generated month are alike, so one speaks for all unless `each` is asked."""
    return [_part(part, keep, each) for part in parts]


def listing(selection: Selection, seen: Seen, row: Callable[[Document, Seen], Json]) -> Listing:
    """A result whose rows are made page by page."""

    def rows(start: int, stop: int) -> list[Json]:
        return [row(document, seen) for document in selection.between(start, stop)]

    return Listing(INVOICES, len(selection), rows, {})


def _part(part: Part, keep: Keep, each: bool) -> Part:
    if isinstance(part, Slice) and not each:
        return part if len(part) and keep(part[:1][0]) else []
    return [document for document in part if keep(document)]
