"""Looks into an .xlsx before it is read: no bomb, no macros, no rectangle that memory cannot hold."""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.bureau_files.extent import LAST_COLUMN, LAST_ROW, MOST_ERRORS, Extent, Uses, text_lengths
from fapiao.bureau_files.formulas import NOWHERE, Formulas, refuse_uncountable
from fapiao.bureau_files.guarded_zip import Budget, unpacked
from fapiao.bureau_files.headings import letters
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.windows import windows
from fapiao.safe_xml import UnreadableFile, parse_xml

_MACROS = ("xl/vbaProject", "xl/macrosheets/", "xl/vbaData")
_SHARED_TEXTS = "xl/sharedstrings.xml"
_SHEETS = "xl/worksheets/"
_SMALL = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_FROM_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true|on)["']""")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAMAGED = "工作簿损坏，无法打开；请重新导出或另存后再上传"


def check_new_workbook(content: bytes, where: str) -> Looked:
    """What its reader does not tell. Raises FileRefusal for what must not be opened."""
    with boundary(lambda _: FileRefusal(_DAMAGED, where)):
        book = zipfile.ZipFile(io.BytesIO(content))
        entries = book.infolist()
        names = [entry.filename for entry in entries]
        if len(set(names)) != len(names):
            raise FileRefusal("工作簿损坏，同一部分出现两次；请从税局重新导出", where)
        if any(name.startswith(_MACROS) for name in names):
            raise FileRefusal("含有宏，未打开；请上传税局导出的原文件", where)
        if any(entry.flag_bits & 1 for entry in entries):
            raise FileRefusal("工作簿已加密，未打开；请去掉密码后再上传", where)
        budget = Budget(where)
        budget.announced(entries)
        parts = _Parts(content, entries, where)
        parts.look(budget)
        parts.hold()
        return parts.looked()


class _Parts:
    """The parts of a workbook, each unpacked and looked at once; its shared texts a second time where they are long."""

    def __init__(self, content: bytes, entries: list[zipfile.ZipInfo], where: str) -> None:
        self._content = content
        self._entries = entries
        self._where = where
        self._small: dict[str, bytes] = {}
        self._extents: dict[str, Extent] = {}
        self._formulas: dict[str, set[str]] = {}
        self._texts: list[int] | None = []

    def look(self, budget: Budget) -> None:
        """Everything once. Raises FileRefusal for a part that is no ZIP entry as it announces."""
        for entry in self._entries:
            pieces = unpacked(self._content, entry, budget, self._where)
            name = entry.filename.replace("\\", "/")
            if name.lower() == _SHARED_TEXTS:
                self._texts = text_lengths(pieces)
            elif name in _SMALL:
                self._small[name] = b"".join(pieces)
            else:
                extent, formulas = Extent(), Formulas()
                for window in windows(pieces):
                    (formulas.pass_over if extent.look(window) else formulas.look)(window)
                self._extents[name], self._formulas[name] = extent, formulas.found

    def hold(self) -> None:
        """Raises FileRefusal where the cells reach too far, or are too many, or show too long texts too often."""
        room, spread, most = bound("room").value, bound("spread"), bound("most_cells")
        for part, roughly in self._extents.items():
            far = roughly.area > room or roughly.cells > most.value
            extent = self._extents[part] = self._exactly(part) if far else roughly
            if extent.area > room + spread.value * extent.cells:
                last = f"{letters(min(extent.column, LAST_COLUMN) - 1)}{min(extent.row, LAST_ROW)}"
                raise FileRefusal(spread.said(f"{extent.cells} 个，却一直排到 {last}"), self._of_sheet(part))
            if len(extent.errors) > MOST_ERRORS:
                raise FileRefusal(
                    f"有 {MOST_ERRORS} 个以上的错误单元格（#N/A、#REF! 等），未打开；请从税局重新导出",
                    self._of_sheet(part),
                )
        cells = sum(max(extent.area, extent.cells) for extent in self._extents.values())
        if cells > most.value:
            raise FileRefusal(most.said(cells), self._where)
        self._hold_texts()

    def _exactly(self, part: str) -> Extent:
        extent = Extent(exact=True)
        for entry in self._entries:
            if entry.filename.replace("\\", "/") == part:
                for window in windows(unpacked(self._content, entry, Budget(self._where), self._where)):
                    extent.look(window)
        return extent

    def _hold_texts(self) -> None:
        if self._texts is None:
            raise FileRefusal("工作簿的文字部分不是 Excel 的写法，未打开；请从税局重新导出", self._where)
        uses = sum(extent.cells for extent in self._extents.values())
        most = bound("text_mebibytes")
        if uses * max(self._texts, default=0) <= most.value << 20:
            return
        budget, found = Budget(self._where), Uses(self._texts)
        for entry in self._entries:
            if entry.filename.replace("\\", "/") in self._extents:
                for _ in found.passing(unpacked(self._content, entry, budget, self._where)):
                    if found.total > most.value << 20:
                        raise FileRefusal(most.said(), self._where)

    def looked(self) -> Looked:
        """What the reader does not tell. Raises FileRefusal for formulas in cells that nobody can name."""
        errors = {part: extent.errors for part, extent in self._extents.items() if extent.errors}
        formulas = {part: found for part, found in self._formulas.items() if found}
        names = _sheet_names(self._small, self._where) if errors or formulas else {}
        for part, found in formulas.items():
            is_lost = part not in names and part.startswith(_SHEETS)
            refuse_uncountable({NOWHERE} if is_lost else found, self._of_sheet(part))
        from_1904 = bool(_FROM_1904.search(self._small.get("xl/workbook.xml", b"")))
        return Looked(_by_name(errors, names), _by_name(formulas, names), from_1904)

    def _of_sheet(self, part: str) -> str:
        return f"{self._where} · {_sheet_names(self._small, self._where).get(part, posixpath.basename(part))}"


def _by_name(found: Mapping[str, set[str]], names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {names[part]: frozenset(cells) for part, cells in found.items() if part in names}


def _sheet_names(parts: dict[str, bytes], where: str) -> dict[str, str]:
    """Part of the package: name of the sheet."""
    try:
        links = parse_xml(parts["xl/_rels/workbook.xml.rels"], "the workbook's relations")
        book = parse_xml(parts["xl/workbook.xml"], "the workbook")
    except (KeyError, UnreadableFile) as error:
        raise FileRefusal("工作簿损坏，缺少目录；请从税局重新导出", where) from error
    # a relation names a part beside the workbook, or from the root of the package on
    paths = {link.get("Id"): posixpath.join("/xl", link.get("Target", "").replace("\\", "/")) for link in links}
    targets = {number: posixpath.normpath(path).lstrip("/") for number, path in paths.items()}
    sheets = (element for element in book.iter() if element.tag.endswith("}sheet"))
    return {targets.get(sheet.get(_RELATION), ""): sheet.get("name", "") for sheet in sheets}
