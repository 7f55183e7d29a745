"""Looks into an .xls before it is read: a workbook at all, not encrypted, no macros, no formulas, not too large."""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.bureau_files.formulas import refuse_uncountable
from fapiao.bureau_files.headings import letters
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.old_records import BOF, FORMULA, TRUTH_OR_ERROR, check_texts, double_cell, records
from fapiao.bureau_files.ole import Container
from fapiao.bureau_files.records import DOUBLE, FileRefusal, at_sheet
from fapiao.bureau_files.trial import on_trial

_SHEET, _FILEPASS, _DATE_MODE = 0x0085, 0x002F, 0x0022
_BIFF8 = 0x0600
_MACRO_SHEET = 1
_FORMULA_FIXED = 22
"""Bytes of a FORMULA record before its tokens, whose length its last two say."""
_AFTER_FORMULA = frozenset(
    kind.to_bytes(2, "little")
    for kind in (0x06, 0x0A, 0xBD, 0xBE, 0xD6, 0xD7, 0xEC, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x207, 0x208, 0x221,
                 0x236, 0x23E, 0x27E, 0x4BC)
)  # fmt: skip
"""Records that may follow one: another cell, its text or shared tokens, a row, what ends the table."""
_CANDIDATE = re.compile(rb"\x06\x00(?=[\x16-\xff][\x00-\x20]|[\x00-\xff][\x01-\x20])", re.DOTALL)
_ERROR_CELL = re.compile(rb"\x05\x02\x08\x00.{7}\x01", re.DOTALL)
_MERGE_CELLS = re.compile(rb"\xe5\x00(?=(.{4}))", re.DOTALL)
_COUNT_LENGTH, _RANGE_LENGTH = 2, 8
_DAMAGED = "工作簿损坏，无法打开；请重新导出或另存后再上传"


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    start: int
    kind: int


def check_old_workbook(content: bytes, where: str) -> Looked:
    """What its reader does not tell ([MS-XLS] 2.4). Raises FileRefusal for what must not be opened."""
    with on_trial(content, "xls", where), boundary(lambda _: FileRefusal(_DAMAGED, where)):
        container = Container(content)
        stream = container.stream("Workbook") or container.stream("Book")
        if stream is None:
            if "EncryptedPackage" in container.names:
                raise FileRefusal("工作簿设有打开密码，未打开；请去掉密码后再上传", where)
            raise FileRefusal("不是 Excel 工作簿；请上传税局导出的原文件", where)
        if any(name.startswith("_VBA_PROJECT") for name in container.names):
            raise FileRefusal("含有宏，未打开；请上传税局导出的原文件", where)
        return replace(_look(stream, where), readable=content, kind="xls")


def _look(stream: bytes, where: str) -> Looked:
    sheets, from_1904 = _globals(stream, where)
    if not sheets:
        raise FileRefusal("工作簿损坏或版本早于 Excel 97；请用 Excel 另存为 .xlsx 再上传", where)
    if any(sheet.kind == _MACRO_SHEET for sheet in sheets):
        raise FileRefusal("含有宏表，未打开；请上传税局导出的原文件", where)
    check_texts(stream)
    for sheet in sheets:
        _refuse_double(stream, sheet, where)
    # calculated cells, those of an array too, have a record each ([MS-XLS] 2.4.127), and error cells theirs (2.4.24)
    errors, formulas = {}, {}
    if _may_have_formulas(stream, min(sheet.start for sheet in sheets)):
        formulas = _cells(stream, sheets, lambda kind, _: kind == FORMULA)
    for name, found in formulas.items():
        refuse_uncountable(found, at_sheet(where, name))
    if _merged(stream) > (most := bound("merged_ranges")).value:
        raise FileRefusal(most.said(), where)
    if _ERROR_CELL.search(stream):
        errors = _cells(stream, sheets, lambda kind, body: kind == TRUTH_OR_ERROR and bool(stream[body + 7]))
    return Looked(errors, formulas, from_1904)


def _refuse_double(stream: bytes, sheet: _Sheet, where: str) -> None:
    if double := double_cell(stream, sheet.start):
        raise FileRefusal(DOUBLE.format(f"{letters(double[1])}{double[0] + 1}"), at_sheet(where, sheet.name))


def _merged(stream: bytes) -> int:
    """How many ranges the MERGECELLS records list ([MS-XLS] 2.4.168), or more: each record tells its length by them."""
    told = (struct.unpack("<HH", match[1]) for match in _MERGE_CELLS.finditer(stream))
    return sum(count for length, count in told if length == _COUNT_LENGTH + _RANGE_LENGTH * count)


def _cells(stream: bytes, sheets: list[_Sheet], wanted: Callable[[int, int], bool]) -> dict[str, frozenset[str]]:
    """By sheet, the addresses of the cells whose record is wanted, by its kind and the start of its body."""
    found = {
        sheet.name: frozenset(_address(stream, at) for kind, at, _ in records(stream, sheet.start) if wanted(kind, at))
        for sheet in sheets
    }
    return {name: cells for name, cells in found.items() if cells}


def _address(stream: bytes, body: int) -> str:
    row, column = struct.unpack_from("<HH", stream, body)
    return f"{letters(column)}{row + 1}"


def _globals(stream: bytes, where: str) -> tuple[list[_Sheet], bool]:
    """The sheets, and whether days count from 1904 ([MS-XLS] 2.4.77)."""
    found: list[_Sheet] = []
    from_1904 = False
    for kind, start, length in records(stream, 0):
        if kind == BOF and struct.unpack_from("<H", stream, start)[0] != _BIFF8:
            return [], False
        if kind == _DATE_MODE:
            from_1904 = bool(struct.unpack_from("<H", stream, start)[0])
        if kind == _FILEPASS:
            raise FileRefusal("工作簿设有打开密码，未打开；请去掉密码后再上传", where)
        if kind == _SHEET:
            found.append(_sheet(stream[start : start + length]))
    return found, from_1904


def _sheet(body: bytes) -> _Sheet:
    position, _, kind, count, wide = struct.unpack_from("<IBBBB", body)
    text = body[8 : 8 + count * 2].decode("utf-16-le", "replace") if wide & 1 else body[8 : 8 + count].decode("latin-1")
    return _Sheet(text, position, kind)


def _may_have_formulas(stream: bytes, first_sheet: int) -> bool:
    """Whether bytes that look like a FORMULA record stand in the sheets; the walk is saved where none do.

    Its column is below 256 and the upper byte of its flags is reserved ([MS-XLS] 2.4.127).
    """
    unpack = struct.Struct("<H").unpack_from
    for match in _CANDIDATE.finditer(stream, first_sheet):
        body = match.start() + 4
        tokens = body + _FORMULA_FIXED - 2
        if tokens + 2 <= len(stream) and not stream[body + 3] and not stream[body + 15]:
            (length,), (count,) = unpack(stream, body - 2), unpack(stream, tokens)
            following = stream[body + length : body + length + 2]
            if count and _FORMULA_FIXED + count <= length and following in _AFTER_FORMULA:
                return True
    return False
