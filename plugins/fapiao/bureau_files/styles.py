"""The number formats of a workbook, as much of its styles as a reader of cells needs."""

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from fapiao.bounds import bound
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.repacking import Packed, Packing
from fapiao.bureau_files.scanning import Attributes, local, scanned

_LONGEST = 255
"""Characters of a number format that Excel takes."""


class _Formats:
    """Which formats there are, and which of them the cells name."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._of_cells = False
        self.codes: dict[str, str] = {}
        self.used: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        kind = local(name)
        if kind == "cellXfs":
            self._of_cells = True
        elif kind == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:_LONGEST]
        elif kind == "xf" and self._of_cells:
            self.used.append(attributes.get("numFmtId", "0"))
        if len(self.codes) + len(self.used) > (most := bound("cell_formats")).value:
            raise FileRefusal(most.said(), self._where)

    def end(self, name: str) -> None:
        """An element ends."""
        if local(name) == "cellXfs":
            self._of_cells = False


def formats_only(pieces: Iterable[bytes], where: str) -> Packed:
    """The part with its number formats and what cells name of them. Raises FileRefusal."""
    found = _Formats(where)
    with scanned(where) as parser:
        parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    written = Packing()
    written.write("<styleSheet><numFmts>")
    for number, code in found.codes.items():
        written.write(f"<numFmt numFmtId={quoteattr(number)} formatCode={quoteattr(code)}/>")
    written.write("</numFmts><cellXfs>")
    written.write("".join(f"<xf numFmtId={quoteattr(number)}/>" for number in found.used))
    written.write("</cellXfs></styleSheet>")
    return written.done()
