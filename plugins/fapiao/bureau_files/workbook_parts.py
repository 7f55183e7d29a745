"""The parts of an .xlsx, found as Excel finds them: by relationships, whatever their folder, suffix or spelling."""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fapiao.bounds import bound
from fapiao.bureau_files.guarded_zip import Budget, unpacked
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.scanning import Attributes, first_elements
from fapiao.bureau_files.sniffing import REFUSED
from fapiao.bureau_files.zip_directory import directory, key_of, refuse_overlaps

_MACROS = re.compile(r"(?:^|/)(?:vbaproject[^/]*|vbadata\.xml|macrosheets/.+)$")
_USUAL_BOOK = "xl/workbook.xml"
_TRUE = ("1", "true", "on")


@dataclass(frozen=True, slots=True)
class SheetOfBook:
    """A sheet by its name, and the part that holds its cells."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Book:
    """What the directory of a workbook says; `texts` and `styles` are parts that it may do without."""

    sheets: tuple[SheetOfBook, ...]
    texts: str | None
    styles: str | None
    from_1904: bool


class WorkbookParts:
    """The entries of a ZIP as parts, each under one name. Raises FileRefusal for what must not be opened."""

    def __init__(self, content: bytes, where: str) -> None:
        self.content, self.where = content, where
        entries = [entry for entry in directory(content, where) if not entry.is_dir()]
        self._unread = {key_of(entry.filename) for entry in entries}
        self.entries = {key_of(entry.filename): entry for entry in entries}
        if len(self.entries) < len(entries):
            raise FileRefusal("工作簿损坏，同一部分出现两次；请从税局重新导出", where)
        if any(map(_MACROS.search, self.entries)):
            raise FileRefusal("含有宏，未打开；请上传税局导出的原文件", where)
        if any(entry.flag_bits & 1 for entry in entries):
            raise FileRefusal("工作簿已加密，未打开；请去掉密码后再上传", where)
        self.budget = Budget(where)
        self.budget.announced(entries)
        refuse_overlaps(content, entries, where)

    def entry(self, part: str) -> zipfile.ZipInfo:
        """The entry of a part that is there."""
        return self.entries[part]

    def pieces(self, part: str, budget: Budget | None = None) -> Iterator[bytes]:
        """The bytes of a part. Raises FileRefusal."""
        self._unread.discard(part)
        return unpacked(self.content, self.entries[part], budget or self.budget, self.where)

    def unpack_others(self) -> None:
        """The parts that nobody asked for, to see that they are what they announce. Raises FileRefusal."""
        for part in sorted(self._unread):
            for _ in self.pieces(part):
                pass

    def small_pieces(self, part: str) -> Iterator[bytes]:
        """The bytes of a part that says where others are, or how they look. Raises FileRefusal for a large one."""
        if self.entries[part].file_size > (most := bound("directory_mebibytes")).value << 20:
            raise FileRefusal(most.said(), self.where)
        return self.pieces(part)

    def elements(self, part: str, *names: str) -> list[tuple[str, Attributes]]:
        """Elements of such a part. Raises FileRefusal."""
        return first_elements(self.small_pieces(part), names, f"{self.where} · {part}")

    def links(self, part: str) -> list[tuple[str, str, str]]:
        """(id, kind, part) of what a part refers to inside of the package; nothing where it refers to nothing."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing not in self.entries:
            return []
        found = [link for _, link in self.elements(listing, "Relationship") if link.get("TargetMode") != "External"]
        return [
            (link.get("Id", ""), posixpath.basename(link.get("Type", "")), _resolved(folder, link.get("Target", "")))
            for link in found
        ]

    def book(self) -> Book:
        """What the workbook's own part says, and what it refers to. Raises FileRefusal where it is no .xlsx."""
        part = self._book_part()
        said = self.elements(part, "workbook", "workbookPr", "sheet")
        if not said or said[0][0] != "workbook":
            raise FileRefusal(REFUSED["office"], self.where)
        links = self.links(part)
        sheets = [one for name, one in said if name == "sheet"]
        if len(sheets) > (most := bound("sheets")).value:
            raise FileRefusal(most.said(), self.where)
        return Book(
            self._sheets(sheets, {number: (kind, target) for number, kind, target in links}),
            self._only(links, "sharedStrings"),
            self._only(links, "styles"),
            any(one.get("date1904") in _TRUE for name, one in said if name == "workbookPr"),
        )

    def _book_part(self) -> str:
        named = [target for _, kind, target in self.links("") if kind == "officeDocument"]
        found = next((one for one in [*named, _USUAL_BOOK] if one in self.entries), None)
        if found is None:
            raise FileRefusal(REFUSED["office"] if named else "工作簿损坏，缺少目录；请从税局重新导出", self.where)
        if found.endswith(".bin"):
            raise FileRefusal("是二进制工作簿（.xlsb），未打开；请用 Excel 另存为 .xlsx 再上传", self.where)
        return found

    def _sheets(self, sheets: Sequence[Attributes], links: dict[str, tuple[str, str]]) -> tuple[SheetOfBook, ...]:
        found = []
        for sheet in sheets:
            name = sheet.get("name", "")
            number = next((value for key, value in sheet.items() if key.rpartition(" ")[2] == "id"), "")
            kind, part = links.get(number, ("", ""))
            if kind.lower().endswith("macrosheet"):
                raise FileRefusal("含有宏表，未打开；请上传税局导出的原文件", self.where)
            if kind in ("chartsheet", "dialogsheet"):
                continue
            if part not in self.entries:
                raise FileRefusal(f"工作簿损坏，工作表“{name}”的内容不在文件里；请从税局重新导出", self.where)
            found.append(SheetOfBook(name, part))
        names, parts = {one.name for one in found}, {one.part for one in found}
        if min(len(names), len(parts)) < len(found):
            raise FileRefusal("工作簿损坏，有两个工作表同名或内容相同；请从税局重新导出", self.where)
        return tuple(found)

    def _only(self, links: Sequence[tuple[str, str, str]], kind: str) -> str | None:
        return next((part for _, found, part in links if found == kind and part in self.entries), None)


def _resolved(folder: str, target: str) -> str:
    """A target as it stands in a relation: beside its part, or from the root of the package on."""
    return key_of(posixpath.join("/", folder, target.replace("\\", "/")))
