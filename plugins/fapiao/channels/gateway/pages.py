"""Reading of finished pages (protocols §10.1): how many rows there are, what is missing, what comes after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fapiao.bounds import bound
from fapiao.channels.gateway.interfaces import PAGE_SIZE
from fapiao.downloads.protocol import Package
from fapiao.shown import shown
from fapiao.tolerant_json import UnreadableJson, elements, fields, members, text_of

_MOST_DIGITS = 18


class UnreadablePage(ValueError):
    """The page is not what the gateway promises; the text says what is wrong with it."""


def read_page(rows_name: str, body: bytes, page_no: int, observed_at: datetime) -> Package | None:
    """A page as it came, None where the whole result is empty.

    A page without rows ends the series, whatever its total says; whether as much came as was announced is judged over
    the whole series (fapiao.announced). Raises UnreadablePage.
    """
    try:
        data = members(text_of(body))
    except UnreadableJson as broken:
        raise UnreadablePage(f"the page is not a JSON object: {broken}") from broken
    total, size = _number(data, "totalElement"), _number(data, "pageSize", PAGE_SIZE) or PAGE_SIZE
    if _number(data, "pageNo", page_no) != page_no:
        raise UnreadablePage(f"page {page_no} was asked for, and page {_number(data, 'pageNo')} came")
    found, failed = _count(data, rows_name), _count(data, "fail")
    if total > (most := bound("announced_rows")).value:
        raise UnreadablePage(f"totalElement: {most.said(total)}")
    if max(found, failed) > (most := bound("package_rows")).value:
        raise UnreadablePage(most.said(max(found, failed)))
    if not (total or found or failed):
        return None
    return Package(
        body=body,
        row_count=found + (failed if page_no == 1 else 0),
        announced=total,
        cursor=None,
        last=not found or size * page_no >= total,
        observed_at=observed_at,
    )


def rows_of(rows_name: str, body: bytes) -> list[dict[str, Any]]:
    """The rows of a stored page, then those the bureau failed to deliver (`errorCode`, `message`); numbers as text.

    `fail` belongs to the task and stands on every page: it counts on the first.
    """
    data = decoded(body)
    failed = (data.get("fail") or []) if int(data.get("pageNo", 1)) == 1 else []
    return [*(data.get(rows_name) or []), *failed]


def decoded(body: bytes) -> dict[str, Any]:
    """A reply's data with decimals as they were written and bad rows as BrokenRow. Raises fapiao's Unreadable."""
    return fields(text_of(body))


def _number(data: Mapping[str, str], name: str, default: int | None = None) -> int:
    if name not in data and default is not None:
        return default
    written = data.get(name, "").strip('"').strip()
    if not (written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS):
        raise UnreadablePage(f"{name} of the page is no number: {shown(written, 40)!r}")
    return int(written)


def _count(data: Mapping[str, str], name: str) -> int:
    if data.get(name, "null") == "null":
        return 0
    try:
        return len(elements(data[name]))
    except UnreadableJson as broken:
        raise UnreadablePage(f"{name} of the page is no list: {broken}") from broken
