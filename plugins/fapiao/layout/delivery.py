"""What the bureau delivered for a layout-file task: its result pages read and checked, nothing downloaded yet."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.layout.media import FROM_BUREAU
from fapiao.shown import shown
from fapiao.tolerant_json import BrokenRow, elements, members, text_of

_MOST_DIGITS = 15
_HASH = re.compile(r"[0-9a-f]{64}")
_Row = Mapping[str, Any]
_Place = tuple[int, int]
"""Reply id, and the number of the row in it."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that the bureau holds ready: `sha256` in lower-case hex, `size` in bytes."""

    document_key: str
    file_type: str
    url: str
    size: int
    sha256: str
    reply_id: int
    row_no: int


@dataclass(frozen=True, slots=True)
class Failure:
    """An invoice, or one of its files, that did not come: the bureau's words or ours, and where they stand."""

    document_key: str | None
    reason: str
    reply_id: int
    row_no: int
    payload: Mapping[str, Any]


@dataclass(slots=True)
class Delivery:
    """All pages of a task: files to take, and what is missing."""

    files: list[Announced] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the bureau named nothing at all (没有数据)."""
        return not self.files and not self.failures


class _Bad(ValueError):
    """A file entry cannot be used; the message says why."""


def read_delivery(pages: Iterable[tuple[int, bytes]], asked: Sequence[str]) -> Delivery:
    """The pages (reply id, raw JSON) of O12 as one delivery for the invoices `asked` for, by document key.

    A file or refusal that is named again word for word counts once. Whatever was asked for and is not named at all, or
    comes twice with different hashes, is a failure; so is an entry, or a whole page, that cannot be read: it costs the
    others nothing. Source: protocols §10.2 O12.
    """
    reading = _Reading(frozenset(asked))
    take = {"files": reading.file, "fail": reading.refusal}
    last = 0
    for reply_id, body in pages:
        last = reply_id
        for name, row_no, row in _entries(body):
            reading.one(take[name], row, (reply_id, row_no))
    if not reading.delivery.is_empty:
        _note_silence(reading.delivery, asked, last)
    return reading.delivery


def _entries(body: bytes) -> Iterator[tuple[str, int, _Row]]:
    """The rows of both lists of a page; a list that is none, and a page that is none, is one row that says so."""
    lists: dict[str, list[Any]] = {"files": [], "fail": []}
    try:
        with boundary(lambda raised: _Bad(f"the page of the delivery cannot be read: {shown(str(raised), 200)}"), _Bad):
            written = members(text_of(body))
        lists = {name: _listed(name, written.get(name, "null")) for name in lists}
    except _Bad as bad:
        lists["files"].append(BrokenRow({}, str(bad), ""))
    for name, rows in lists.items():
        for row_no, row in enumerate(rows, start=1):
            yield name, row_no, row if isinstance(row, dict) else {"row": row}


def _listed(name: str, written: str) -> list[Any]:
    """The rows of a list as it is written; one that is none is a row that says so."""
    try:
        with boundary(lambda raised: _Bad(f"{name} of the delivery cannot be read: {shown(str(raised), 200)}")):
            return [] if written == "null" else elements(written)
    except _Bad as bad:
        return [BrokenRow({}, str(bad), "")]


class _Reading:
    """The delivery as far as it is read, and what was named before."""

    def __init__(self, wanted: Set[str]) -> None:
        self.delivery = Delivery()
        self._wanted = wanted
        self._files: dict[tuple[str, str], Announced] = {}
        self._refused: set[str] = set()

    def one(self, take: Callable[[_Row, _Place], None], row: _Row, place: _Place) -> None:
        """Takes one entry; whatever is raised about it is a failure of its own."""
        try:
            with boundary(lambda raised: _Bad(f"the entry cannot be read ({type(raised).__name__})"), _Bad):
                take(row, place)
        except _Bad as bad:
            payload = {"invoiceNo": _text(row, "invoiceNo"), "text": row.text} if isinstance(row, BrokenRow) else row
            self.delivery.failures.append(Failure(_text(row, "invoiceNo") or None, str(bad), *place, payload))

    def file(self, row: _Row, place: _Place) -> None:
        """An entry of `files`. Raises _Bad."""
        file = _announced(row, self._wanted, place)
        before = self._files.setdefault((file.document_key, file.file_type), file)
        if before is file:
            self.delivery.files.append(file)
        elif (before.sha256, before.size) != (file.sha256, file.size):
            text = f"the bureau names two different {file.file_type} files of this invoice; the first was taken"
            self.delivery.failures.append(Failure(file.document_key, text, *place, row))

    def refusal(self, row: _Row, place: _Place) -> None:
        """An entry of `fail`. Raises _Bad."""
        if isinstance(row, BrokenRow):
            raise _Bad(row.reason)
        number, code, text = (_text(row, name) for name in ("invoiceNo", "errorCode", "message"))
        encoded = msgspec.json.encode(row, order="deterministic").decode()
        if encoded not in self._refused:
            self._refused.add(encoded)
            self.delivery.failures.append(Failure(number or None, f"[{code}] {text}", *place, row))


def _announced(row: _Row, wanted: Set[str], place: _Place) -> Announced:
    number, kind, url, size, sha256 = (_text(row, name) for name in ("invoiceNo", "fileType", "url", "size", "sha256"))
    largest, sha256 = bound("layout_file_bytes"), sha256.lower()
    if isinstance(row, BrokenRow):
        raise _Bad(row.reason)
    if number not in wanted:
        raise _Bad(f"the bureau sent a file of invoice {shown(number, 40) or '(no number)'}, which was not asked for")
    if kind not in FROM_BUREAU:
        raise _Bad(
            f"the bureau sent a file of the unknown kind {shown(kind, 40)!r}; known are {', '.join(FROM_BUREAU)}"
        )
    if not url or not _HASH.fullmatch(sha256) or not (size.isascii() and size.isdigit()):
        raise _Bad(f"the bureau's {kind} file has no address, size or SHA-256 to check it by")
    if len(size) > _MOST_DIGITS or int(size) > largest.value:
        raise _Bad(f"the bureau's {kind} file has {shown(size, 40)} bytes; {largest.said()}")
    return Announced(number, kind, url, int(size), sha256, *place)


def _text(row: _Row, name: str) -> str:
    """A field that is a text or a number; anything else names nothing."""
    value = row.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _note_silence(delivery: Delivery, asked: Sequence[str], reply_id: int) -> None:
    named = {file.document_key for file in delivery.files} | {failure.document_key for failure in delivery.failures}
    silent = [key for key in asked if key not in named]
    text = "the bureau was asked for this invoice's files and named neither a file nor a reason"
    for place, key in enumerate(silent, start=1):
        delivery.failures.append(Failure(key, text, reply_id, place, {"invoiceNo": key}))
