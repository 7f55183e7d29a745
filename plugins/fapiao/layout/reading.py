"""What can be read out of a layout file: the snapshot of an OFD, the invoice of an XML, or why it gives none."""

from collections.abc import Callable
from typing import Any

import msgspec

from fapiao.boundary import boundary
from fapiao.layout import xml_invoice
from fapiao.layout.snapshot import draw_snapshot
from fapiao.safe_xml import UnreadableFile


class Reading(msgspec.Struct, frozen=True):
    """`snapshot` is SVG, `item` an invoice as the gateway writes it; `problem` says what is lacking."""

    snapshot: bytes | None = None
    item: dict[str, Any] | None = None
    problem: str | None = None


Read = Callable[[str, bytes], Reading]
"""Reads a file of a kind; raises nothing about what is in it."""


def read_file(kind: str, content: bytes) -> Reading:
    """What a file of that kind gives; a PDF gives nothing."""
    try:
        with boundary(lambda raised: UnreadableFile(f"the file cannot be read ({raised!r})"), UnreadableFile):
            if kind == "ofd":
                drawn = draw_snapshot(content)
                return Reading(snapshot=drawn.svg, problem=drawn.problem)
            return Reading(item=xml_invoice.read(content) if kind == "xml" else None)
    except UnreadableFile as unreadable:
        return unread(kind, str(unreadable))


def unread(kind: str, reason: str) -> Reading:
    """A file that gives nothing, and why."""
    return Reading(problem=f"no {'snapshot' if kind == 'ofd' else 'lines'}: {reason}")
