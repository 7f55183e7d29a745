"""Looks into an .xlsx before it is read: no bomb, no macros, nothing that memory cannot hold."""

from array import array
from collections.abc import Iterator

from fapiao.boundary import boundary
from fapiao.bounds import Bound, bound
from fapiao.bureau_files.extent import Extent, Uses, text_lengths
from fapiao.bureau_files.formulas import NOWHERE, Formulas, refuse_uncountable
from fapiao.bureau_files.guarded_zip import Budget
from fapiao.bureau_files.headings import LAST_COLUMN, LAST_ROW, letters
from fapiao.bureau_files.loading import SIDE_BY_SIDE
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.records import FileRefusal, at_sheet
from fapiao.bureau_files.repacking import Packed, packed, workbook_of
from fapiao.bureau_files.rewriting import RewrittenSheet, rewritten_texts
from fapiao.bureau_files.styles import formats_only
from fapiao.bureau_files.trial import on_trial
from fapiao.bureau_files.windows import windows
from fapiao.bureau_files.workbook_parts import SheetOfBook, WorkbookParts
from fapiao.bureau_files.zip_directory import data_start

_DAMAGED = "工作簿损坏，无法打开；请重新导出或另存后再上传"
_MEBIBYTE = 2**20
_LISTED, _PLACED = 40, 24
"""Bytes that a cell takes while its sheet is loaded: in the list of them all, and in the rectangle."""
_USUAL = _LISTED + _PLACED
"""Bytes of XML up to which a text takes no more than is reckoned for its cell."""
Measured = Extent | RewrittenSheet


def check_new_workbook(content: bytes, where: str) -> Looked:
    """What its reader does not tell, and the workbook as the reader gets it. Raises FileRefusal."""
    with boundary(lambda _: FileRefusal(_DAMAGED, where)):
        looking = _Looking(WorkbookParts(content, where))
        looking.look()
        looking.hold()
        looked = looking.looked()
        looking.parts.unpack_others()
        if looking.rewritten:  # a shape that nobody's programs write may be one that the reader never met
            with on_trial(looked.readable, "xlsx", where):
                pass
        return looked


def _beyond(size: int, count: int) -> int:
    """Bytes of so many texts that are longer than usual."""
    return max(0, size - _USUAL * count)


class _Looking:
    """The parts of a workbook that its reader gets, each looked at; those that are odd are written anew."""

    def __init__(self, parts: WorkbookParts) -> None:
        self.parts, self._where = parts, parts.where
        self._book = parts.book()
        self._sheets: dict[SheetOfBook, Measured] = {}
        self._formulas: dict[str, set[str]] = {}
        self._lengths: array[int] = array("Q")
        self._texts: Packed | None = None
        self._odd_left = bound("odd_mebibytes").value * _MEBIBYTE
        self.rewritten = False

    def look(self) -> None:
        """Everything once. Raises FileRefusal for a part that is no ZIP entry as it announces."""
        for sheet in self._book.sheets:
            self._sheets[sheet], self._formulas[sheet.name] = self._measured(sheet)
        if part := self._book.texts:
            self._texts = self._as_it_is(part)
            if (found := text_lengths(self.parts.pieces(part))) is None:
                self._texts, found = rewritten_texts(self._again(part), f"{self._where} · {part}")
            self._lengths = found

    def _measured(self, sheet: SheetOfBook) -> tuple[Measured, set[str]]:
        extent, formulas = Extent(), Formulas()
        for window in windows(self.parts.pieces(sheet.part)):
            (formulas.pass_over if extent.look(window) else formulas.look)(window)
        if extent.odd or NOWHERE in formulas.found:
            odd = RewrittenSheet(self._again(sheet.part), self._of_sheet(sheet))
            return odd, odd.formulas
        return extent, formulas.found

    def _again(self, part: str) -> Iterator[bytes]:
        """A part that is read by a parser, which is slow, within what may be read that way."""
        self.rewritten = True
        self._odd_left -= self.parts.entry(part).file_size
        if self._odd_left < 0:
            raise FileRefusal(bound("odd_mebibytes").said(), self._where)
        return self.parts.pieces(part, Budget(self._where))

    def hold(self) -> None:
        """Raises FileRefusal where the cells reach too far, or are too many, or show too long texts too often."""
        most = bound("most_cells")
        for sheet in self._sheets:
            self._hold_sheet(sheet)
        cells = sum(max(one.area, one.cells) for one in self._sheets.values())
        self._at_most(most, cells, cells)
        self._at_most(bound("shared_texts"), len(self._lengths))
        self._at_most(bound("text_run_mebibytes"), max(self._lengths, default=0) / _MEBIBYTE)
        self._hold_memory()

    def _hold_sheet(self, sheet: SheetOfBook) -> None:
        found, where = self._sheets[sheet], self._of_sheet(sheet)
        room, spread = bound("room"), bound("spread")
        if found.area > room.value + spread.value * found.cells:
            last = f"{letters(min(found.column, LAST_COLUMN) - 1)}{min(found.row, LAST_ROW)}"
            raise FileRefusal(spread.said(f"{found.cells} 个，却一直排到 {last}"), where)
        self._at_most(bound("error_cells"), len(found.errors), where=where)
        self._at_most(bound("merged_ranges"), found.merged, where=where)
        self._at_most(bound("text_run_mebibytes"), found.longest / _MEBIBYTE, where=where)

    def _at_most(self, most: Bound, came: float, said: object = "", *, where: str | None = None) -> None:
        if came > most.value:
            raise FileRefusal(most.said(said), where or self._where)

    def _hold_memory(self) -> None:
        """Cells and texts may take a fixed amount, or a multiple of the file's own size."""
        growth, most_texts = bound("growth"), bound("text_mebibytes")
        most = max(bound("room_mebibytes").value * _MEBIBYTE, growth.value * self._packed())
        texts = sum(one.cells for one in self._sheets.values()) * max(self._lengths, default=0)
        if self._cells_take() + texts > most or texts > most_texts.value * _MEBIBYTE:
            texts = self._texts_take()
            self._at_most(most_texts, texts / _MEBIBYTE)
        if (taken := self._cells_take() + texts) > most:
            raise FileRefusal(growth.said(taken // _MEBIBYTE), self._where)

    def _packed(self) -> int:
        """Bytes of the file that the reader gets; what else lies in it makes no room."""
        read = {*(sheet.part for sheet in self._sheets), *filter(None, [self._book.texts])}
        return sum(self.parts.entry(part).compress_size for part in read)

    def _cells_take(self) -> int:
        cells = sum(
            _LISTED * one.cells + _PLACED * one.area + _beyond(one.size, one.cells) for one in self._sheets.values()
        )
        return cells + self._books * self._texts_wait()

    def _texts_wait(self) -> int:
        """Bytes of the shared texts, used or not, beyond what is reckoned for the cells that show them."""
        count, cells = len(self._lengths), sum(one.cells for one in self._sheets.values())
        return _beyond(sum(self._lengths), count) + _USUAL * max(0, count - cells)

    @property
    def _books(self) -> int:
        """How many times the shared texts are held at once."""
        return 1 if len(self._sheets) == 1 else 1 + SIDE_BY_SIDE

    def _texts_take(self) -> int:
        """Bytes of the shared texts, each as often as cells show it; no more is counted once it is too much."""
        found, most = Uses(self._lengths), bound("text_mebibytes").value * _MEBIBYTE
        for sheet, one in self._sheets.items():
            written = one.packed.pieces() if isinstance(one, RewrittenSheet) else None
            for _ in found.passing(written or self.parts.pieces(sheet.part, Budget(self._where))):
                if found.total > most:
                    return found.total
        return found.total

    def looked(self) -> Looked:
        """What the reader does not tell, and what it is given. Raises FileRefusal for too many formulas."""
        for sheet in self._sheets:
            refuse_uncountable(self._formulas[sheet.name], self._of_sheet(sheet))
        errors = {sheet.name: frozenset(found.errors) for sheet, found in self._sheets.items() if found.errors}
        formulas = {name: frozenset(found) for name, found in self._formulas.items() if found}
        area = sum(found.area for found in self._sheets.values())
        return Looked(errors, formulas, self._book.from_1904, self._readable(), area=area)

    def _readable(self) -> bytes:
        sheets = [
            (sheet.name, found.packed if isinstance(found, RewrittenSheet) else self._as_it_is(sheet.part))
            for sheet, found in self._sheets.items()
        ]
        part = self._book.styles
        styles = formats_only(self.parts.small_pieces(part), self._where) if part else packed("<styleSheet/>")
        return workbook_of(sheets, self._texts, styles, from_1904=self._book.from_1904)

    def _as_it_is(self, part: str) -> Packed:
        entry, content = self.parts.entry(part), self.parts.content
        start = data_start(content, entry, self._where)
        data = memoryview(content)[start : start + entry.compress_size]
        return Packed(data, entry.compress_type, entry.file_size, entry.CRC)

    def _of_sheet(self, sheet: SheetOfBook) -> str:
        return at_sheet(self._where, sheet.name)
