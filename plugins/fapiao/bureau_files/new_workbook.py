"""Looks into an .xlsx before it is read: no bomb, no macros, no formula cells."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator

from fapiao.bureau_files.guarded_zip import Budget, unpacked
from fapiao.bureau_files.records import Refusal
from fapiao.layout.safe_xml import UnreadableFile, parse_xml

_MACROS = ("xl/vbaProject", "xl/macrosheets/", "xl/vbaData")
_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
_ADDRESS = re.compile(rb'<(?:[\w.-]+:)?c\s[^>]*?\br="([A-Z]+[0-9]+)"')
_OVERLAP = 4096
"""Bytes of the piece before that a formula's cell may begin in."""
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def check_new_workbook(content: bytes, where: str, advice: str = "税局导出的文件没有公式，请上传原文件") -> None:
    """Raises Refusal for what must not be opened; a formula cell is named by its sheet and address, with `advice`."""
    try:
        book = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise Refusal("工作簿损坏，无法打开；请从税局重新导出", where) from error
    entries = book.infolist()
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Refusal("工作簿损坏，同一部分出现两次；请从税局重新导出", where)
    if any(name.startswith(_MACROS) for name in names):
        raise Refusal("含有宏，未打开；请上传税局导出的原文件", where)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refusal("工作簿已加密，未打开；请去掉密码后再上传", where)
    budget = Budget(where)
    budget.announced(entries)
    _check_parts(content, book, budget, where, advice)


def _check_parts(content: bytes, book: zipfile.ZipFile, budget: Budget, where: str, advice: str) -> None:
    small: dict[str, bytes] = {}
    formulas: dict[str, str] = {}
    for entry in book.infolist():
        pieces = unpacked(content, entry, budget, where)
        if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
            address = _formula(pieces)
            if address:
                formulas[entry.filename] = address
        elif entry.filename in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            small[entry.filename] = b"".join(pieces)
        else:
            for _ in pieces:
                pass
    for part, address in formulas.items():
        sheet = _sheet_names(small, where).get(part, posixpath.basename(part))
        raise Refusal(f"单元格 {address} 是公式；{advice}", f"{where} · {sheet}")


def _formula(pieces: Iterator[bytes]) -> str | None:
    """The address of the first formula cell; every piece is read to its end."""
    opening, before, found = b"", b"", None
    for piece in pieces:
        opening = opening or _opening(before + piece)
        if found is None and (opening in piece or opening in before[-len(opening) :] + piece[: len(opening)]):
            found = _address(opening, before + piece)
        before = piece[-_OVERLAP:] if len(piece) >= _OVERLAP else (before + piece)[-_OVERLAP:]
    return found


def _opening(head: bytes) -> bytes:
    """How a tag of a formula begins in this sheet."""
    root = _ROOT.search(head)
    return b"<" + (root.group(1) + b":" if root and root.group(1) else b"") + b"f"


def _address(opening: bytes, window: bytes) -> str | None:
    places = [place for end in (b">", b" ", b"/") if (place := window.find(opening + end)) >= 0]
    addresses = _ADDRESS.findall(window, 0, min(places)) if places else []
    return addresses[-1].decode() if addresses else "?" if places else None


def _sheet_names(parts: dict[str, bytes], where: str) -> dict[str, str]:
    """Part of the package: name of the sheet."""
    try:
        links = parse_xml(parts["xl/_rels/workbook.xml.rels"], "the workbook's relations")
        book = parse_xml(parts["xl/workbook.xml"], "the workbook")
    except (KeyError, UnreadableFile) as error:
        raise Refusal("工作簿损坏，缺少目录；请从税局重新导出", where) from error
    targets = {link.get("Id"): posixpath.join("xl", link.get("Target", "").removeprefix("/xl/")) for link in links}
    sheets = (element for element in book.iter() if element.tag.endswith("}sheet"))
    return {targets.get(sheet.get(_RELATION), ""): sheet.get("name", "") for sheet in sheets}
