"""Files of people's own that nobody should hand in, as data: a name, the bytes, and what is said of them.

They are neither taxpayers nor lists: whatever command takes one, it is refused with a sentence that names the file.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from random import Random

from enterprise_files import GROUP
from old_excel import old_workbook

Made = Callable[[], bytes]


def _workbook(sheet: str, **parts: str) -> bytes:
    """An .xlsx with this sheet, as small as a reader takes it."""
    made = io.BytesIO()
    head = '<?xml version="1.0"?>'
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    entries = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="a" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook {main} xmlns:r="{relation}"><sheets><sheet name="taxpayers" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="b" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"{head}<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in (entries | parts).items():
            book.writestr(name, text)
    return made.getvalue()


def _wide(columns: int) -> bytes:
    return ",".join(f"c{number}" for number in range(columns)).encode() + b"\n"


def _laughs() -> bytes:
    first = b"a: &a0 [x]\n"
    return first + b"".join(b"b%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 30))


def _cells(*addresses: str) -> str:
    return "".join(
        f'<row r="{one.lstrip("ABCDEFGX")}"><c r="{one}" t="inlineStr"><is><t>name</t></is></c></row>'
        for one in addresses
    )


LIGHT: Mapping[str, tuple[Made, str]] = {
    "nothing": (lambda: b"", "is empty"),
    "blank": (lambda: b"\xef\xbb\xbf \n\t\n", "is empty"),
    "a comma": (lambda: b",", "has no heading line"),
    "separators": (lambda: b";;\n;;\n", "has no heading line"),
    "a NUL": (lambda: b"name,b\n\0,1\n", "neither text"),
    "NULs": (lambda: bytes(5_000), "neither text"),
    "no text": (lambda: b"name\n\xff\xff\n", "neither text"),
    "UTF-8 behind GBK": (lambda: "name,b\n上海公司,1\n".encode("gbk") + "北京,1\n".encode(), "is UTF-8 in line 3"),
    "GBK behind UTF-8": (lambda: "name,b\n北京公司,1\n".encode() + "上海,1\n".encode("gbk"), "is UTF-8 in line 2"),
    "Big5": (lambda: "name,b\n臺灣公司,1\n".encode("big5"), "encoding that is not known .*line 2"),
    "half UTF-16": (lambda: "name,b\n1,2".encode("utf-16")[:-1], "neither text"),
    "a PDF": (lambda: b"%PDF-1.7\n\x00\xff\xfe\x80\x81", "neither text"),
    "a page": (lambda: b"<!DOCTYPE html><html></html>", "is a web page"),
    "an XML": (lambda: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "web page"),
    "a quote": (lambda: b'name\n"x', "check the quotes there"),
    "a quote within": (lambda: b'name\n"x"y",1\n', "check the quotes there"),
    "an endless quote": (lambda: b'name,b\n"x,1\n' + b"y,2\n" * 100_000, "check the quotes there"),
    "a giant cell": (lambda: b"name\n" + b"x" * 3_000_000, "check the quotes there"),
    "wide": (lambda: _wide(10_000) + _wide(10_000), "more than 256 columns"),
    "separators without end": (lambda: b"name,b\n" + b"," * 3_000_000, "more than 1000000 cells"),
    "records of another width": (lambda: b"name,b\n" + b"1\n" * 200_000, "only the first 1000 problems"),
    "one column twice": (lambda: b"taxpayer_no,taxpayer_no\n1,2\n", "more than once"),
    "unknown columns": (lambda: _wide(200) + b"x," * 199 + b"x\n", "unknown|no heading is known|is missing"),
    "a scalar": (lambda: b"--- just words\n", "expected a list of records"),
    "a broken YAML": (lambda: b"taxpayers:\n  a: b: c", "not valid YAML"),
    "an open list": (lambda: b"- [1, 2", "not valid YAML"),
    "nested lists": (lambda: b"[" * 60_000, "more than 20 deep"),
    "nested lists that close": (lambda: b"a: " + b"[" * 60_000 + b"]" * 60_000, "more than 20 deep"),
    "nested records": (lambda: b"{a: " * 60_000, "more than 20 deep"),
    "nested dashes": (lambda: b"- " * 60_000, "more than 20 deep"),
    "nested blocks": (lambda: b"a:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 1_000)), "more than 20 deep"),
    "nested questions": (lambda: b"---\n" + b"? " * 60_000, "more than 20 deep"),
    "laughing aliases": (_laughs, "more than 500000 values"),
    "many aliases": (lambda: b"a: &a [x,x,x,x]\nb: [" + b",".join([b"*a"] * 150_000) + b"]\n", "more than 500000 values"),
    "17 KB of aliases": (lambda: b"taxpayers: &a [x,x,x,x]\nb: [" + b",".join([b"*a"] * 4_000) + b"]\n", "expected a record"),
    "an alias of itself": (lambda: b"- &a [*a]", "nothing is called &a"),
    "an alias of nothing": (lambda: b"- *a", "nothing is called &a"),
    "a section twice": (lambda: b"taxpayers: []\ntaxpayers: []\n", "for the second time"),
    "a name that is a list": (lambda: b"- {[name]: b}", "must have a text"),
    "a section that is a record": (lambda: b"---\n? {a: b}\n: []\n", "must have a text"),
    "two documents": (lambda: b"- name: 1\n---\n- name: 2\n", "a second document"),
    "a tag of Python": (lambda: b"- !!python/object/apply:os.system [id]\n", "expected a record"),
    "half a character": (lambda: b'- name: "\\ud800"', "not valid YAML"),
    "a NUL in quotes": (lambda: b'- name: "a\\0b"', "a NUL character"),
    "another version": (lambda: b"%YAML 9.9\n---\n- a\n", "not valid YAML|expected a record|unknown|heading"),
    "many columns by record": (lambda: b"[" + b",".join(b"{c%d: 1}" % n for n in range(10_000)) + b"]", "256 columns"),
    "blank lines": (lambda: b"\n" * 50_000 + b"!,a\n", "unknown|heading|missing"),
    "a cut workbook": (lambda: _workbook(_cells("A1"))[:700], "工作簿|压缩包"),
    "a ZIP of nothing": (lambda: b"PK\x05\x06" + bytes(18), "neither text|工作簿|压缩包|not"),
    "a ZIP": (lambda: b"PK\x03\x04" + bytes(400), "工作簿|压缩包"),
    "a stray cell": (lambda: _workbook(_cells("A1") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "排到|远离|超过"),
    "a number that is none": (lambda: _workbook('<row r="1"><c r="A1"><v>NaN</v></c></row>'), "损坏|unknown|no heading is known|not a number|missing"),
    "a cut old workbook": (lambda: old_workbook("taxpayers", [["name"], ["甲"]])[:900], "损坏|内存"),
    "an old workbook of nothing": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000), "损坏|内存"),
    "a workbook with a DOCTYPE": (lambda: _workbook("", **{"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>'}), "工作簿|损坏"),
}  # fmt: skip
"""Each is refused within a second or two."""

HEAVY: Mapping[str, tuple[Made, str]] = {
    "600,000 values": (lambda: b"- {name: 1}\n" * 300_000, "more than 500000 values"),
    "20 MB of text": (lambda: b"name,b\n" + b"1,2\n" * 5_000_000, "larger than 16 MB of text"),
    "a cell of ten million signs": (lambda: b'- name: "' + b"\\x41" * 3_000_000 + b'"', "no heading is known"),
    "a million cells": (lambda: b"name,org_code,channel\n" + b"12,34,56\n" * 333_000, "only the first 1000 problems"),
    "a comment of 15 MB": (lambda: b"#" * 15_000_000 + b"\n- name: 1", "missing|schemes load"),
    "a sheet of three million cells": (
        lambda: _workbook("".join(f'<row r="{n}">{"<c><v>1</v></c>" * 100}</row>' for n in range(1, 40_001))),
        "超过上限|未打开",
    ),
}
"""Those that take longer; one command reads them."""


def damaged(seed: int, count: int) -> Mapping[str, bytes]:
    """Good files with bits turned over or their end cut off, the same for the same seed."""
    dice = Random(seed)  # noqa: S311 repeatable, not secret
    good = {"yaml": GROUP.encode(), "csv": "taxpayer_no,name\n91110000101623741K,甲\n".encode("gbk"), "xlsx": _workbook(_cells("A1")),
            "xls": old_workbook("taxpayers", [["taxpayer_no", "name"], ["91110000101623741K", "甲"]])}  # fmt: skip
    found = {}
    for number in range(count):
        kind = dice.choice(sorted(good))
        content = bytearray(good[kind])
        for _ in range(dice.randrange(1, 9)):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        if dice.random() < 0.4:
            del content[dice.randrange(len(content)) :]
        found[f"{number} {kind}"] = bytes(content)
    return found
