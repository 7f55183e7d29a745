"""Reading of 乐企 payloads: packages (gzip in base64), risk pages with their cursor, and rows for the pool."""

from codecs import BOM_UTF8
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, time
from typing import Any

import msgspec

from fapiao.base64_text import from_base64
from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.downloads.protocol import USAGE_JOBS, Package, PartCursor, Request
from fapiao.inflating import inflated
from fapiao.shown import shown
from fapiao.tasks import SHANGHAI
from fapiao.tolerant_json import elements, fields, hold_against_values, text_of

_MOST_DIGITS = 18
EMPTY_RESULT = "2"
"""处理结果 2: no data; rows that come with it contradict it."""


class UnreadablePackage(ValueError):
    """The package is not what the bureau's page promises; the text says in which layer it broke."""


class _NotCountedSo(Exception):
    """The quick way does not take every array."""


def unpack(sjl: str) -> bytes:
    """The JSON array behind `sjl` (gzip in base64, protocols §5.1). Raises UnreadablePackage."""
    with boundary(lambda broken: UnreadablePackage(f"sjl is not base64: {broken}")):
        packed = from_base64(sjl)
    with boundary(lambda broken: UnreadablePackage(f"sjl is not whole gzip: {broken}"), UnreadablePackage):
        most, size = bound("unpacked_bytes"), 0
        for piece in inflated([packed]):  # counted first, and thrown away: a bomb takes no memory
            size += len(piece)
            if size > most.value:
                raise UnreadablePackage(most.said(size))
        return b"".join(inflated([packed]))


def count_rows(array: bytes) -> int:
    """How many objects the array holds, without decoding them. Raises UnreadablePackage."""
    with boundary(lambda broken: UnreadablePackage(f"the package cannot be read: {broken}")):
        hold_against_values(array.count(b","))
    with suppress(_NotCountedSo), boundary(lambda _: _NotCountedSo()):
        return len(msgspec.json.decode(array.removeprefix(BOM_UTF8), type=list[msgspec.Raw]))
    # one bad row does not make it another thing than an array
    with boundary(lambda broken: UnreadablePackage(f"the package is not a JSON array: {broken}")):
        return len(elements(text_of(array)))


def package_page(request: Request, place: PartCursor, data: Mapping[str, Any], raw: bytes) -> Package:
    """A package of L1–L4 or L6; `observed_at` is the collection day's end for increments, the application else."""
    says_nothing = str(data.get("cljg", "")) == EMPTY_RESULT
    total = 0 if says_nothing else _whole(data, "packagecount", 1, least=1, most="announced_packages")
    rows = count_rows(unpack(str(data["sjl"]))) if data.get("sjl") else 0
    _hold_against_rows(rows)
    return Package(
        body=raw,
        row_count=rows,
        announced=total,
        cursor=None,
        last=place.stored + 1 >= total,
        observed_at=_observed(request, place),
    )


def _observed(request: Request, place: PartCursor) -> datetime:
    if "gjrq" not in place.argument:
        return request.observed_at
    day = datetime.strptime(str(place.argument["gjrq"]), "%Y%m%d").date()  # noqa: DTZ007 a day has no zone
    return min(datetime.combine(day, time.max, SHANGHAI), request.observed_at)


def risk_page(request: Request, place: PartCursor, data: Mapping[str, Any], raw: bytes) -> Package:
    """A page of L5; the series ends with an empty page or when `count` rows were read (end marker not documented).

    The cursor kept with the row is `<rows read so far>:<scrollId>`.
    """
    rows = data.get("fptxxxmx") or []
    if not isinstance(rows, list):
        raise UnreadablePackage("fptxxxmx is not a JSON array")
    count = _whole(data, "count", 0, least=0, most="announced_rows")
    _hold_against_rows(len(rows))
    read = rows_read(place.cursor) + len(rows)
    return Package(
        body=raw,
        row_count=len(rows),
        announced=count,
        cursor=f"{read}:{data.get('scrollId') or ''}",
        last=not rows or read >= count,
        observed_at=request.observed_at,
    )


def _hold_against_rows(found: int) -> None:
    if found > bound("package_rows").value:
        raise UnreadablePackage(bound("package_rows").said(found))


def _whole(data: Mapping[str, Any], name: str, default: int, least: int, most: str) -> int:
    """A count the bureau states as a number or a text. Raises UnreadablePackage for else, and beyond `most`."""
    text = str(data[name]).strip() if data.get(name) is not None else ""
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) >= least):
        raise UnreadablePackage(f"{name} is {shown(text, 40)}: a whole number from {least} on is expected")
    if int(text) > bound(most).value:
        raise UnreadablePackage(f"{name}: {bound(most).said(text)}")
    return int(text)


def rows_read(cursor: str | None) -> int:
    """How many rows of a scroll were read before `cursor`."""
    return int(cursor.partition(":")[0]) if cursor else 0


def rows_of(download_type: str, job: str, body: bytes) -> list[dict[str, Any]]:
    """The rows that one stored reply carries, as the bureau wrote them. Raises UnreadablePackage."""
    if job in USAGE_JOBS:
        return elements(text_of(body))
    data = fields(text_of(body))
    if download_type == "input_status":
        return list(data.get("fptxxxmx") or [])
    return elements(text_of(unpack(data["sjl"]))) if data.get("sjl") else []
