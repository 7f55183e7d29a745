"""Hostile .xls files and ZIPs of workbooks: what each is, what becomes of it, and what is said."""

import io
import random
import struct

import pyzipper
import xlwt

from bureau_workbooks import HEADER_COLUMNS, header
from hostile_xlsx import KEY, READ, Case, directory_of, overlapping, patched, rows, sheet, workbook, zipped
from old_excel import old_workbook

GOOD = old_workbook("发票基础信息", [HEADER_COLUMNS, list(header(数电发票号码=KEY).values())])
SECTOR, ENTRY = 512, 128
TABLE, DIRECTORY = SECTOR, 2 * SECTOR
SIDES, SIZE = 68, 120
FIRST_RECORD = GOOD.index(struct.pack("<HH", 0x204, 7 + 2 * len(HEADER_COLUMNS[0]) + 2 - 0)[:2], 3 * SECTOR)
TAKEN = f"{READ}|损坏|未打开|无法|不是|没有|找不到|失败|密码"
"""A harmed file may be read or refused: what counts is that it ends, and what lies behind it comes in."""


def changed(*places: tuple[int, bytes], more: bytes = b"") -> bytes:
    """The good .xls with some bytes replaced."""
    content = bytearray(GOOD)
    for place, new in places:
        content[place : place + len(new)] = new
    return bytes(content) + more


def with_record(kind: int, body: bytes, announced: int | None = None) -> bytes:
    """The good .xls with a record before its first cell, in place of its last bytes."""
    length = len(body) if announced is None else announced
    record = struct.pack("<HH", kind, length) + body
    kept = bytearray(GOOD[:FIRST_RECORD] + record + GOOD[FIRST_RECORD:])
    del kept[len(GOOD) :]
    return bytes(kept)


def of_many(count: int) -> bytes:
    """An .xls of so many invoices."""
    kept, old = io.BytesIO(), xlwt.Workbook()
    page = old.add_sheet("发票基础信息")
    for row in range(count + 1):
        values = list(header(数电发票号码=f"27312{row:015}").values()) if row else HEADER_COLUMNS
        for column, value in enumerate(values):
            page.write(row, column, value)
    old.save(kept)
    return kept.getvalue()


def holed(at: int, size: int = SECTOR) -> bytes:
    """Many invoices, and zeros in place of some sectors, as a copy has that was not finished; `at` is a tenth of it."""
    content = bytearray(of_many(300))
    place = len(content) // (10 * SECTOR) * at * SECTOR
    content[place : place + size] = bytes(size)
    return bytes(content)


def merged(rows_: int) -> bytes:
    """An .xls with two merged ranges in each of many rows."""
    kept, old = io.BytesIO(), xlwt.Workbook()
    page = old.add_sheet("发票基础信息")
    for row in range(rows_):
        page.merge(row, row, 0, 1)
        page.merge(row, row, 2, 3)
    old.save(kept)
    return kept.getvalue()


def sealed(encryption: int | None = None) -> bytes:
    """A ZIP with a password."""
    kept = io.BytesIO()
    with pyzipper.AESZipFile(kept, "w", encryption=encryption or pyzipper.WZ_AES) as archive:
        archive.setpassword(b"123456")
        archive.writestr("a.xlsx", workbook())
    return kept.getvalue()


def unlisted(name: str) -> bytes:
    """A ZIP of three files whose directory has lost the record of the last."""
    content = zipped({"b.xlsx": workbook(), "c.xlsx": workbook(), name: workbook()})
    place = content.rindex(name.encode()) - 46
    return content[:place] + patched_end(content[place + 46 + len(name) :], place - content.index(b"PK\x01\x02"))


def patched_end(end: bytes, length: int) -> bytes:
    """The end of a directory of two records that has this length."""
    return end[:8] + struct.pack("<HHI", 2, 2, length) + end[16:]


def harmed(content: bytes, seed: int) -> bytes:
    """With some bits turned over."""
    chance, altered = random.Random(seed), bytearray(content)  # noqa: S311 nobody's secret
    for _ in range(chance.randint(1, 6)):
        altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
    return bytes(altered)


def cut(content: bytes, seed: int) -> bytes:
    """A copy that lacks its end, its beginning or something in the middle."""
    chance = random.Random(seed)  # noqa: S311 nobody's secret
    at = chance.randrange(1, len(content))
    return [content[:at], content[at:], content[:at] + content[at + chance.randint(1, 600) :]][seed % 3]


XLS = [
    Case("as usual.xls", lambda: GOOD, READ),
    Case("announces a rectangle.xls", lambda: with_record(0x200, struct.pack("<IIHHH", 0, 2**31, 0, 2**15, 0)), "内存超过"),
    Case("announces texts.xls", lambda: with_record(0xFC, struct.pack("<II", 2**31 - 1, 2**31 - 1)), TAKEN),
    Case("a record longer than its file.xls", lambda: with_record(0x204, b"", 65535), TAKEN),
    Case("a record of no length.xls", lambda: with_record(0x204, b""), TAKEN),
    Case("a run of numbers that ends before it begins.xls", lambda: with_record(0xBD, bytes(6)), TAKEN),
    Case("a cell twice.xls", lambda: old_workbook("发票基础信息", [HEADER_COLUMNS]).replace(
        struct.pack("<HHH", 0, 1, 0), struct.pack("<HHH", 0, 0, 0)), "A1 出现两次"),
    *(Case(f"a hole {at}.xls", lambda at=at: holed(at), "损坏") for at in range(1, 9)),
    Case("a large hole.xls", lambda: holed(2, 16 * SECTOR), "损坏"),
    Case("merged cells by the ten thousand.xls", lambda: with_record(0xE5, struct.pack("<H", 65535)), TAKEN),
    Case("merged ranges by the hundred thousand.xls", lambda: merged(60_000), "合并单元格超过"),
    Case("a text behind the last.xls", lambda: with_record(0xFD, struct.pack("<HHHI", 5, 5, 0, 2**31)), TAKEN),
    Case("a password.xls", lambda: GOOD.replace(struct.pack("<HH", 0x85, 6 + 2 + 12), struct.pack("<HH", 0x2F, 20)), TAKEN),
    Case("an older version.xls", lambda: GOOD.replace(struct.pack("<HHH", 0x809, 16, 0x600), struct.pack("<HHH", 0x809, 16, 0x500)), "早于 Excel 97|损坏"),
    Case("a table in a circle.xls", lambda: changed((TABLE + 8, struct.pack("<I", 2))), "损坏|内存"),
    Case("a directory in a circle.xls", lambda: changed((TABLE + 4, struct.pack("<I", 1))), "损坏|内存"),
    Case("a stream of four gigabytes.xls", lambda: changed((DIRECTORY + ENTRY + SIZE, b"\xff\xff\xff\xff"), (TABLE + 8, struct.pack("<I", 2))), "损坏|内存"),
    Case("an entry that leads back.xls", lambda: changed((DIRECTORY + ENTRY + SIDES, struct.pack("<I", 1))), "损坏|内存"),
    Case("tables by the billion.xls", lambda: changed((44, struct.pack("<I", 2**31))), "损坏|内存"),
    Case("sectors of another size.xls", lambda: changed((30, struct.pack("<H", 65535))), "损坏|内存"),
    Case("a workbook behind it.xls", lambda: changed((DIRECTORY + ENTRY, b"X\0Y\0"), more=workbook()), "不是 Excel 工作簿|损坏"),
    Case("an empty container.xls", lambda: GOOD[:SECTOR], "损坏|内存"),
    *(Case(f"harmed {seed}.xls", lambda seed=seed: harmed(GOOD, seed), TAKEN) for seed in range(12)),
    *(Case(f"cut {seed}.xls", lambda seed=seed: cut(GOOD, seed), TAKEN) for seed in range(9)),
]  # fmt: skip
ZIPS = [
    Case("as usual.zip", lambda: zipped({"a/b.xlsx": workbook(), "__MACOSX/._b.xlsx": b"x"}), READ),
    Case("an old workbook.zip", lambda: zipped({"a.xls": GOOD}), READ),
    Case("a ZIP in a ZIP.zip", lambda: zipped({"a.zip": zipped({"b.xlsx": workbook()})}), "压缩包里还有压缩包"),
    Case("201 files.zip", lambda: zipped({f"{at}.xls": b"x" for at in range(201)}), "201 个文件"),
    Case("no files.zip", lambda: zipped({"a/": b""}), "空的"),
    Case("200,000 entries.zip", lambda: directory_of(200_000), "超过 10000 项"),
    Case("files over each other.zip", overlapping, "互相重叠"),
    Case("a bomb.zip", lambda: zipped({"a.xls": bytes(300 * 2**20)}), "疑似压缩炸弹"),
    Case("announces 4 GB.zip", lambda: patched(zipped({"a.xls": GOOD}), "a.xls", 24, b"\xfe\xff\xff\xff"), "疑似压缩炸弹|M，未打开"),
    Case("a bad check sum.zip", lambda: patched(zipped({"a.xls": GOOD}), "a.xls", 16, b"\0\0\0\0"), "损坏"),
    Case("a password.zip", sealed, "设有密码"),
    Case("another way of packing.zip", lambda: patched(zipped({"a.xls": GOOD}), "a.xls", 10, struct.pack("<H", 97)), "损坏"),
    Case("a bad file beside a good one.zip", lambda: zipped({"a.txt": b"hello", "b.xlsx": workbook()}), "没有导入：\n.*文本文件"),
    Case("two ZIPs laid together.zip", lambda: zipped({"a.xlsx": workbook()}) + zipped({"b.xlsx": workbook()}), "没有列出的文件"),
    Case("a file that is not listed.zip", lambda: unlisted("a.xlsx"), "没有列出的文件"),
    Case("a name that climbs.zip", lambda: zipped({"../../../a.xlsx": workbook()}), READ),
    Case("a name with a line break.zip", lambda: zipped({"a\nimport os\n.xlsx": workbook()}), "看不见的字符"),
    Case("a name that turns.zip", lambda: zipped({"a\u202excod.xlsx": workbook()}), "看不见的字符"),
    Case("cells far apart.zip", lambda: zipped({"a.xlsx": workbook(**{"xl/worksheets/sheet1.xml": sheet(
        rows() + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')})}), "XFD1048576"),
    *(Case(f"harmed {seed}.zip", lambda seed=seed: harmed(zipped({"a.xlsx": workbook()}), seed), TAKEN) for seed in range(9)),
    *(Case(f"cut {seed}.zip", lambda seed=seed: cut(zipped({"a.xlsx": workbook()}), seed), TAKEN) for seed in range(9)),
    *(Case(f"harmed {seed}.xlsx", lambda seed=seed: harmed(workbook(), seed), TAKEN) for seed in range(12)),
    *(Case(f"cut {seed}.xlsx", lambda seed=seed: cut(workbook(), seed), TAKEN) for seed in range(9)),
]  # fmt: skip
