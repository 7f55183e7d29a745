"""What a file is, by its bytes; its suffix is never asked (A-32)."""

import re
from typing import Literal

from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.zip_directory import directory, key_of

Format = Literal["xls", "xlsx", "zip", "office", "html", "text", "empty", "damaged", "unknown"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_PACKAGES = {"mimetype", "ofd.xml"}
_OTHER_FOLDERS = ("word/", "ppt/")
_OF_PACKAGES = {"[content_types].xml", "_rels/.rels", "xl/workbook.xml"}
_HTML = re.compile(rb"[\s\x00]*<(?:!doctype|html|\?xml|table|meta|!--|head|body)", re.IGNORECASE)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})

REFUSED: dict[Format, str] = {
    "office": "不是 Excel 工作簿（.xlsx）；请上传税局导出的原文件",
    "html": "是网页（HTML/XML），不是真正的 Excel 文件；请用 Excel 打开后另存为 .xlsx 再上传",
    "text": "是文本文件（CSV/TXT），不是税局导出的 Excel 文件；请上传税局导出的原文件",
    "empty": "是空文件；请从税局重新导出",
    "damaged": "工作簿损坏或只有一部分，打不开它的压缩目录；请从税局重新导出",
    "unknown": "不是 Excel 工作簿，也不是 ZIP 压缩包；请上传税局导出的原文件",
}
"""Why a format is not taken."""


def sniff(content: bytes) -> Format:
    """xls (any OLE container), xlsx, zip (of files), or what it is instead."""
    if not content:
        return "empty"
    if content.startswith(OLE):
        return "xls"
    if content.startswith(_ZIP):
        return _kind_of_zip(content)
    head = content[:_HEAD]
    marked = next((mark for mark in _BOMS if head.startswith(mark)), b"")
    if _HTML.match(head[len(marked) :]):
        return "html"
    return "text" if marked or head.translate(None, _CONTROL) == head else "unknown"


def _kind_of_zip(content: bytes) -> Format:
    """Of a directory that is damaged or too long, its opening says why."""
    try:
        names = {key_of(entry.filename) for entry in directory(content, "")}
    except FileRefusal:
        return "damaged"
    if names & _OTHER_PACKAGES or any(name.startswith(_OTHER_FOLDERS) for name in names):
        return "office"
    return "xlsx" if names & _OF_PACKAGES else "zip"
