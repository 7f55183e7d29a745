"""The kinds of layout file (版式文件): their names, media types and how their bytes begin."""

from collections.abc import Mapping

from fapiao.text_encoding import wide

FROM_BUREAU = ("pdf", "ofd", "xml")
"""支持格式包括 PDF、OFD 和 XML (R131)."""
SNAPSHOT = "snapshot"
MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "xml": "application/xml",
    SNAPSHOT: "image/svg+xml",
}
SUFFIXES: Mapping[str, str] = {"pdf": ".pdf", "ofd": ".ofd", "xml": ".xml", SNAPSHOT: ".svg"}
_BEGINNINGS = {"pdf": b"%PDF", "ofd": b"PK\x03\x04", "xml": b"<"}


def kind_of(content: bytes) -> str | None:
    """The kind that the bytes begin as, whatever a name says; None for another. A mark and blanks may stand first."""
    head, proven = content[:64], wide(content)
    if proven:
        head = head[proven[1] :].decode(proven[0], "ignore").encode()
    text = head.lstrip()
    return next((kind for kind, beginning in _BEGINNINGS.items() if text.startswith(beginning)), None)
