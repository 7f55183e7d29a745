"""What the bureau delivered for a layout-file task: its result pages read and checked, nothing downloaded yet."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fapiao.bounds import bound
from fapiao.channels.gateway.pages import decoded
from fapiao.layout.media import FROM_BUREAU
from fapiao.shown import shown
from fapiao.tolerant_json import BrokenRow

_MOST_DIGITS = 15
_HASH = re.compile(r"[0-9a-f]{64}")


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
    comes twice with different hashes, is a failure. Source: protocols §10.2 O12.
    """
    delivery, wanted = Delivery(), frozenset(asked)
    seen: dict[tuple[str, str], Announced] = {}
    refused: set[str] = set()
    last = 0
    for reply_id, body in pages:
        page = decoded(body)
        last = reply_id
        for row_no, row in _entries(page, "files"):
            _take_file(delivery, seen, wanted, row, (reply_id, row_no))
        for row_no, row in _entries(page, "fail"):
            _take_refusal(delivery, refused, row, (reply_id, row_no))
    if not delivery.is_empty:
        _note_silence(delivery, asked, last)
    return delivery


def _entries(page: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for row_no, row in enumerate(page.get(name) or [], start=1):
        yield row_no, row if isinstance(row, dict) else {"row": row}


def _take_file(
    delivery: Delivery,
    seen: dict[tuple[str, str], Announced],
    wanted: frozenset[str],
    row: Mapping[str, Any],
    place: tuple[int, int],
) -> None:
    try:
        file = _announced(row, wanted, place)
    except _Bad as bad:
        number = str(row.get("invoiceNo") or "") or None
        delivery.failures.append(Failure(number, str(bad), *place, row))
        return
    before = seen.setdefault((file.document_key, file.file_type), file)
    if before is file:
        delivery.files.append(file)
    elif (before.sha256, before.size) != (file.sha256, file.size):
        text = f"the bureau names two different {file.file_type} files of this invoice; the first was taken"
        delivery.failures.append(Failure(file.document_key, text, *place, row))


def _announced(row: Mapping[str, Any], wanted: frozenset[str], place: tuple[int, int]) -> Announced:
    number, kind, url = (str(row.get(name) or "") for name in ("invoiceNo", "fileType", "url"))
    size, sha256 = str(row.get("size", "")), str(row.get("sha256") or "").lower()
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
    largest = bound("layout_file_bytes")
    if len(size) > _MOST_DIGITS or int(size) > largest.value:
        raise _Bad(f"the bureau's {kind} file has {shown(size, 40)} bytes; {largest.said()}")
    return Announced(number, kind, url, int(size), sha256, *place)


def _take_refusal(delivery: Delivery, refused: set[str], row: Mapping[str, Any], place: tuple[int, int]) -> None:
    number, code, text = (str(row.get(name) or "") for name in ("invoiceNo", "errorCode", "message"))
    encoded = msgspec.json.encode(row, order="deterministic").decode()
    if encoded not in refused:
        refused.add(encoded)
        delivery.failures.append(Failure(number or None, f"[{code}] {text}", *place, row))


def _note_silence(delivery: Delivery, asked: Sequence[str], reply_id: int) -> None:
    named = {file.document_key for file in delivery.files} | {failure.document_key for failure in delivery.failures}
    silent = [key for key in asked if key not in named]
    text = "the bureau was asked for this invoice's files and named neither a file nor a reason"
    for place, key in enumerate(silent, start=1):
        delivery.failures.append(Failure(key, text, reply_id, place, {"invoiceNo": key}))
