"""Writes the sheets and shared texts of an .xlsx anew that are right XML, but not as programs usually write them."""

import re
from array import array
from collections.abc import Iterable
from itertools import pairwise
from xml.sax.saxutils import escape

from fapiao.bounds import bound
from fapiao.bureau_files.formulas import of_array
from fapiao.bureau_files.headings import LAST_COLUMN, LAST_ROW, letters, number_of
from fapiao.bureau_files.records import DOUBLE, FileRefusal
from fapiao.bureau_files.repacking import Packed, Packing
from fapiao.bureau_files.scanning import Attributes, local, scanned

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_KIND = re.compile(r"[A-Za-z]+")
_PIECE = 2**16
_CUT = "工作簿的文字里有别的内容，读不出可靠的文字，未打开；请用 Excel 打开后另存为 .xlsx 再上传"
_MANY = 2
"""As many values as a cell has too many."""


class _Texts:
    """The text of a cell or of a shared text: its runs, without the phonetic ones."""

    def __init__(self) -> None:
        self.wanted = False
        self._phonetic = 0
        self._found: list[str] = []

    def start(self, kind: str) -> None:
        """An element within it begins."""
        self._phonetic += kind == "rPh"
        self.wanted = kind == "t" and not self._phonetic

    def end(self, kind: str) -> None:
        """An element within it ends."""
        self._phonetic -= kind == "rPh"
        self.wanted = False

    def add(self, text: str) -> None:
        """Characters."""
        if self.wanted:
            self._found.append(text)

    def take(self) -> str:
        """What there is, and begins anew."""
        found = "".join(self._found)
        self._found.clear()
        return found


class RewrittenSheet:
    """A sheet with its cells as programs write them; and what `Extent` and `Formulas` tell of another."""

    odd = False

    def __init__(self, pieces: Iterable[bytes], where: str) -> None:
        self.row = self.column = self.cells = self.merged = self.longest = self.size = 0
        self.errors: set[str] = set()
        self.formulas: set[str] = set()
        self._where = where
        self._packing, self._written = Packing(), ["<worksheet><sheetData>"]
        self._merged: list[str] = []
        self._at_row = self._at_column = 0
        self._places, self._values = array("Q"), 0
        self._in_data = self._in_cell = False
        self._text, self._kind, self._style, self._value = _Texts(), "", "", ""
        self._read(pieces)
        self._refuse_doubles()
        self._written.append("</sheetData>")
        if self._merged:
            self._written.append(f"<mergeCells>{''.join(self._merged)}</mergeCells>")
        self._packing.write("".join([*self._written, "</worksheet>"]))
        self.packed: Packed = self._packing.done()

    @property
    def area(self) -> int:
        """Cells of the rectangle from A1 on."""
        return self.row * self.column

    def _read(self, pieces: Iterable[bytes]) -> None:
        most = bound("most_cells")
        with scanned(self._where) as parser:
            parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
            parser.CharacterDataHandler = self._characters
            for piece in pieces:
                parser.Parse(piece, False)
                if max(self.cells, self.row) > most.value:
                    raise FileRefusal(most.said(self.cells), self._where)
            parser.Parse(b"", True)

    def _start(self, name: str, attributes: Attributes) -> None:
        kind = local(name)
        if kind == "sheetData":
            self._in_data = True
        elif not self._in_data:
            self._merge(kind, attributes)
        elif kind == "c":
            self._begin_cell(attributes)
        elif kind == "row":
            self._at_row = self._number(attributes.get("r"), self._at_row + 1)
            self._at_column = 0
        elif kind == "f" and self._in_cell:
            self._formula(attributes)
        elif kind in ("v", "is"):
            self._text.wanted = self._in_cell and kind == "v"
            self._values += 1 if (kind == "is") == (self._kind == "inlineStr") else _MANY
        else:
            self._values += _MANY * self._text.wanted
            self._text.start(kind)

    def _end(self, name: str) -> None:
        kind = local(name)
        if kind == "sheetData":
            self._in_data = False
        elif kind == "v":
            self._value, self._text.wanted = self._text.take(), False
        elif kind == "c" and self._in_cell:
            self._end_cell()
        elif self._in_data:
            self._text.end(kind)

    def _characters(self, text: str) -> None:
        self._text.add(text)

    def _number(self, said: str | None, otherwise: int) -> int:
        if said is None:
            return otherwise
        if not (said.strip().isascii() and said.strip().isdigit()) or not 1 <= int(said.strip()[:9]) <= LAST_ROW:
            raise self._beyond(said)
        return int(said)

    def _beyond(self, said: str) -> FileRefusal:
        return FileRefusal(
            f"单元格地址“{said[:20]}”不在 Excel 的范围里，未打开；请重新导出或用 Excel 另存", self._where
        )

    def _refuse_doubles(self) -> None:
        """Raises FileRefusal where two cells have one address: nobody can tell which of them is meant."""
        in_order = sorted(self._places)
        double = next((one for one, other in pairwise(in_order) if one == other), None)
        if double is not None:
            row, column = divmod(double, LAST_COLUMN + 1)
            raise FileRefusal(DOUBLE.format(f"{letters(column - 1)}{row}"), self._where)

    def _begin_cell(self, attributes: Attributes) -> None:
        said, self._in_cell = attributes.get("r"), True
        if said is None:
            self._at_row, self._at_column = max(self._at_row, 1), self._at_column + 1
        else:
            found = _ADDRESS.fullmatch(said.strip())
            if found is None:
                raise self._beyond(said)
            self._at_column, self._at_row = number_of(found[1].upper().encode()), int(found[2])
        if not (1 <= self._at_row <= LAST_ROW and self._at_column <= LAST_COLUMN):
            raise self._beyond(said or f"第 {self._at_row} 行第 {self._at_column} 列")
        self.cells += 1
        self._values = 0
        self._places.append(self._at_row * (LAST_COLUMN + 1) + self._at_column)
        self.row, self.column = max(self.row, self._at_row), max(self.column, self._at_column)
        kind, style = attributes.get("t", "n"), attributes.get("s", "").strip()
        self._kind = kind if _KIND.fullmatch(kind) else "n"
        self._style = f' s="{style}"' if style.isascii() and style.isdigit() else ""

    @property
    def _address(self) -> str:
        return f"{letters(self._at_column - 1)}{self._at_row}"

    def _formula(self, attributes: Attributes) -> None:
        self._text.wanted = False
        if len(self.formulas) <= bound("formula_cells").value:
            self.formulas.add(self._address)
            self.formulas.update(of_array(attributes.get("t", ""), attributes.get("ref", "")))

    def _end_cell(self) -> None:
        inline, value, self._in_cell = self._text.take(), self._value, False
        self._value = ""
        if self._values > 1:
            raise FileRefusal(
                f"单元格 {self._address} 的值写了两次，或与它的类型不符，未打开；请用 Excel 打开后另存为 .xlsx 再上传",
                self._where,
            )
        if self._kind == "e":
            self.errors.add(self._address)
            return
        if self._kind == "inlineStr":
            self._put(inline, "inlineStr", '<is><t xml:space="preserve">', "</t></is>")
        elif value:
            self._put(value if self._kind == "str" else value.strip(), self._kind, "<v>", "</v>")

    def _put(self, text: str, kind: str, before: str, after: str) -> None:
        self.longest = max(self.longest, len(text))
        told = "" if kind == "n" else f' t="{kind}"'
        self._write(
            f'<row r="{self._at_row}"><c r="{self._address}"{self._style}{told}>{before}{escape(text)}{after}</c></row>'
        )

    def _write(self, text: str) -> None:
        self._written.append(text)
        self.size += len(text)
        if len(self._written) > _PIECE // 64:
            self._packing.write("".join(self._written))
            self._written.clear()

    def _merge(self, kind: str, attributes: Attributes) -> None:
        said = attributes.get("ref", "") if kind == "mergeCell" else ""
        if said and all(_ADDRESS.fullmatch(one) for one in said.split(":")):
            self.merged += 1
            if self.merged <= bound("merged_ranges").value:
                self._merged.append(f'<mergeCell ref="{said.replace("$", "")}"/>')


def rewritten_texts(pieces: Iterable[bytes], where: str) -> "tuple[Packed, array[int]]":
    """Shared texts as programs write them, and the bytes of each. Raises FileRefusal."""
    text, packing, lengths = _Texts(), Packing(), array("Q")
    most = bound("shared_texts")
    packing.write("<sst>")

    def start(kind: str) -> None:
        if text.wanted:
            raise FileRefusal(_CUT, where)
        text.start(kind)

    def end(name: str) -> None:
        kind = local(name)
        text.end(kind)
        if kind == "si":
            written = f'<si><t xml:space="preserve">{escape(text.take())}</t></si>'
            lengths.append(len(written.encode()))
            packing.write(written)
            if len(lengths) > most.value:
                raise FileRefusal(most.said(), where)

    with scanned(where) as parser:
        parser.StartElementHandler = lambda name, _: start(local(name))
        parser.EndElementHandler, parser.CharacterDataHandler = end, text.add
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    packing.write("</sst>")
    return packing.done(), lengths
