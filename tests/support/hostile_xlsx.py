"""Hostile and odd .xlsx files: what each is, what becomes of it, and what is said."""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bureau_workbooks import HEADER_COLUMNS, header

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STRICT = "http://purl.oclc.org/ooxml"
KEY = "27312000000000000002"
SHEET, BOOK, LINKS, TEXTS = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
)
READ = "新增1"
Parts = dict[str, bytes]


class Case(NamedTuple):
    """A file by its name: its bytes, and what its sentence says; READ where its one invoice comes in."""

    name: str
    make: Callable[[], bytes]
    says: str


def cells(row: int, values: list[str]) -> str:
    """A row of inline texts."""
    found = "".join(
        f'<c r="{chr(65 + at)}{row}" t="inlineStr"><is><t>{one}</t></is></c>' for at, one in enumerate(values)
    )
    return f'<row r="{row}">{found}</row>'


def rows() -> str:
    """Headings and one invoice."""
    return cells(1, HEADER_COLUMNS) + cells(2, list(header(数电发票号码=KEY).values()))


def sheet(inside: str, before: str = "", after: str = "", head: str = "") -> bytes:
    """A sheet."""
    return f'{head}<worksheet xmlns="{MAIN}">{before}<sheetData>{inside}</sheetData>{after}</worksheet>'.encode()


def links(*targets: tuple[str, str], base: str = RELATIONS) -> bytes:
    """Relations of a part."""
    found = "".join(
        f'<Relationship Id="r{at}" Type="{base}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{found}</Relationships>'.encode()


def book(*sheets: str, more: str = "") -> bytes:
    """A workbook's own part."""
    found = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="r{at}"/>' for at, name in enumerate(sheets, 1))
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{more}<sheets>{found}</sheets></workbook>'.encode()


def parts(**changed: bytes | None) -> Parts:
    """The parts of a good workbook, some replaced, added or (None) left out."""
    good: dict[str, bytes | None] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>'.encode(),
        "_rels/.rels": links(("officeDocument", BOOK)),
        BOOK: book("发票基础信息"),
        LINKS: links(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        TEXTS: f'<sst xmlns="{MAIN}"/>'.encode(),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>'.encode(),
        SHEET: sheet(rows()),
    }
    return {name: content for name, content in (good | changed).items() if content is not None}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return kept.getvalue()


def workbook(**changed: bytes | None) -> bytes:
    """A good workbook but for some parts."""
    return zipped(parts(**changed))


def with_sheet(inside: str = "", **where: str) -> bytes:
    """A workbook with this in its sheet, behind the rows or instead of them."""
    return workbook(**{SHEET: sheet(where.pop("rows", rows()) + inside, **where)})


def renamed(change: Callable[[str], str]) -> bytes:
    """A good workbook whose entries have other names."""
    return zipped({change(name): content for name, content in parts().items()})


def prefixed(inside: str = "") -> bytes:
    """Every element of the sheet has a prefix."""
    text = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet(rows() + inside).decode()).replace("xmlns=", "xmlns:x=")
    return workbook(**{SHEET: text.encode()})


def shared(texts: str, uses: str, attributes: str = "") -> bytes:
    """A workbook with shared texts."""
    content = f'<sst xmlns="{MAIN}"{attributes}>{texts}</sst>'.encode()
    return workbook(**{TEXTS: content, SHEET: sheet(rows() + uses)})


def strict() -> bytes:
    """A workbook in the strict form of the standard."""
    base = f"{STRICT}/officeDocument/relationships"
    main = f"{STRICT}/spreadsheetml/main"
    return workbook(**{
        "_rels/.rels": links(("officeDocument", BOOK), base=base),
        LINKS: links(("worksheet", "worksheets/sheet1.xml"), base=base),
        BOOK: book("发票基础信息").replace(MAIN.encode(), main.encode()).replace(RELATIONS.encode(), base.encode()),
        SHEET: sheet(rows()).replace(MAIN.encode(), main.encode()),
    })  # fmt: skip


def described() -> bytes:
    """Written to a pipe: sizes stand behind the bytes."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.kept = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, more: bytes) -> int:  # type: ignore[override]
            self.kept += more
            return len(more)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in parts().items():
            archive.writestr(name, content)
    return bytes(pipe.kept)


def held_back() -> bytes:
    """A sheet whose packed bytes end long before what they unpack to: zlib still holds the rest."""
    return workbook(**{SHEET: sheet(rows(), after="<!--" + "x" * (3 * 2**20 + 7) + "-->")})


def directory_of(count: int, announced: int | None = None) -> bytes:
    """A ZIP of many empty entries, or one that announces another number of them."""
    name = b"a"
    local = b"PK\x03\x04" + struct.pack("<5H3I2H", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name
    record = b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    listing = record * count
    told = min(count if announced is None else announced, 65535)
    return local + listing + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, told, told, len(listing), len(local), 0)


def patched(content: bytes, name: str, at: int, value: bytes, *, local: bool = False) -> bytes:
    """A ZIP with some bytes of an entry's record, or of its local header, replaced."""
    mark, length = (b"PK\x03\x04", 30) if local else (b"PK\x01\x02", 46)
    place = content.rindex(name.encode()) - length if not local else content.index(name.encode()) - length
    assert content[place : place + 4] == mark
    return content[: place + at] + value + content[place + at + len(value) :]


def overlapping() -> bytes:
    """Two entries over the same packed bytes."""
    content = zipped({"a.xlsx": workbook(), "b.xlsx": b"x"})
    return patched(content, "b.xlsx", 42, struct.pack("<I", 0))


def twice(one: str, other: str) -> bytes:
    """A workbook with one part under two names."""
    return zipped(parts() | {one: sheet(rows()), other: sheet(rows())})


def bomb(size: int = 300 * 2**20) -> bytes:
    """A sheet of blanks that unpacks a thousandfold."""
    return workbook(**{SHEET: sheet(rows() + " " * size)})


def laughs(part: str) -> bytes:
    """Entities of entities in a part."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{at} "' + f"&a{at - 1};" * 10 + '">' for at in range(1, 10))
    content = parts()[part].decode()
    root = re.search(r"<(\w+)", content)
    assert root
    return workbook(**{part: f"<!DOCTYPE {root[1]} [{entities}]>{content.replace('>', '>&a9;', 1)}".encode()})


def address(said: str) -> bytes:
    """A workbook with a cell at this address."""
    return with_sheet(f'<row r="3"><c r="{said}"><v>1</v></c></row>')


def swapped(pattern: str, by: str, part: str = SHEET) -> bytes:
    """A good workbook with something replaced all over a part."""
    return workbook(**{part: re.sub(pattern, by, parts()[part].decode()).encode()})


def recoded(part: str) -> bytes:
    """A good workbook with a part in UTF-16."""
    return workbook(**{part: parts()[part].decode().encode("utf-16")})


def with_part(name: str, content: bytes | None) -> bytes:
    """A good workbook with one part more, another, or none of that name."""
    return workbook(**{name: content})


def with_book(*sheets: str, targets: tuple[tuple[str, str], ...] = (), more: str = "") -> bytes:
    """A workbook that lists these sheets and parts."""
    usual = (("worksheet", "worksheets/sheet1.xml"),)
    return workbook(**{BOOK: book(*sheets, more=more), LINKS: links(*(targets or usual))})


def commented(content: bytes) -> bytes:
    """A ZIP with a comment of the longest kind."""
    return content[:-2] + struct.pack("<H", 65535) + bytes(65535)


def uses(count: int) -> str:
    """Cells that show the first shared text."""
    return "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(3, count + 3))


def text(mebibytes: int) -> str:
    """A text that packs no better than a hundredfold."""
    return "".join(f"{at:x}" + "x" * 600 for at in range(mebibytes * 1700))


def retold(pattern: str, by: str) -> bytes:
    """A good workbook whose row of the invoice is written another way."""
    return workbook(**{SHEET: sheet(cells(1, HEADER_COLUMNS) + re.sub(pattern, by, invoice(2, KEY)))})


def invoice(row: int, number: str) -> str:
    """A row of one invoice."""
    return cells(row, list(header(数电发票号码=number).values()))


def long_texts(before: str, after: str) -> str:
    """300 different texts of 1 MB."""
    return "".join(f"{before}{at:x}{text(1)}{after}" for at in range(300))


def moved(inside: str = "") -> bytes:
    """Parts in other folders with other suffixes, one named from the root; cells in a part of another folder and suffix."""
    found = parts(**{BOOK: None, LINKS: None, SHEET: None, TEXTS: None})
    return zipped(found | {
        "_rels/.rels": links(("officeDocument", "/data/book.dat")),
        "data/book.dat": book("发票基础信息"),
        "data/_rels/book.dat.rels": links(("worksheet", "../cells/one.bin"), ("styles", "/xl/styles.xml")),
        "cells/one.bin": sheet(rows() + inside),
    })  # fmt: skip


RUNS = r"<r><rPr><b/></rPr><t>\1</t></r><r><t>\2</t></r><rPh sb='0' eb='1'><t>x</t></rPh>"
NAMES = "<definedNames>" + '<definedName name="a">x</definedName>' * 50_000 + "</definedNames>"
CHART = (("worksheet", "worksheets/sheet1.xml"), ("chartsheet", "c.xml"))
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
MIB = 2**20

RIGHT = [
    Case("as usual", workbook, READ),
    Case("backslashes", lambda: renamed(lambda name: name.replace("/", "\\")), READ),
    Case("names in capitals", lambda: renamed(str.upper), READ),
    Case("names from the root", lambda: renamed(lambda name: f"/{name}"), READ),
    Case("other folders and suffixes", moved, READ),
    Case("strict namespaces", strict, READ),
    Case("no styles", lambda: with_part("xl/styles.xml", None), READ),
    Case("no shared texts", lambda: with_part(TEXTS, None), READ),
    Case("no content types", lambda: with_part("[Content_Types].xml", None), READ),
    Case("no relations of the package", lambda: with_part("_rels/.rels", None), READ),
    Case("dimension A0", lambda: with_sheet(before='<dimension ref="A0:S4"/>'), READ),
    Case("dimension without end", lambda: with_sheet(before='<dimension ref="A1:"/>'), READ),
    Case("dimension of everything", lambda: with_sheet(before='<dimension ref="A2:XFD1048576"/>'), READ),
    Case("no reference in the dimension", lambda: with_sheet(before="<dimension/>"), READ),
    Case("a sheet in UTF-16", lambda: recoded(SHEET), READ),
    Case("a workbook in UTF-16", lambda: recoded(BOOK), READ),
    Case("texts in UTF-16", lambda: recoded(TEXTS), READ),
    Case("byte order mark", lambda: workbook(**{SHEET: b"\xef\xbb\xbf" + sheet(rows())}), READ),
    Case("prefixes", prefixed, READ),
    Case("single quotes", lambda: swapped('"', "'"), READ),
    Case("CDATA", lambda: swapped("<t>([^<]*)</t>", r"<t><![CDATA[\1]]></t>"), READ),
    Case("long comment first", lambda: with_sheet(before=f"<!--{'x' * 300_000}-->"), READ),
    Case("comment before the root", lambda: with_sheet(head=f"<!--{'x' * 70_000}-->"), READ),
    Case("instruction among the cells", lambda: with_sheet("<?x y?>"), READ),
    Case("no addresses", lambda: swapped(r' r="\w+"', ""), READ),
    Case("no addresses of cells", lambda: swapped(r' r="[A-Z]\d"', ""), READ),
    Case("small addresses", lambda: swapped('<c r="A', '<c r="a'), READ),
    Case("spaces in tags", lambda: swapped("<c r=", "<c\n\tr = "), READ),
    Case("spelt-out characters", lambda: swapped('r="A', 'r="&#65;'), READ),
    Case("rich text and phonetic runs", lambda: swapped("<t>([^<])([^<]*)</t>", RUNS), READ),
    Case("a new error value", lambda: with_sheet('<row r="9"><c r="Z9" t="e"><v>#SPILL!</v></c></row>'), READ),
    Case("stored", lambda: zipped(parts(), zipfile.ZIP_STORED), READ),
    Case("sizes behind the bytes", described, READ),
    Case("bytes before it", lambda: b"PK\x03\x04" + bytes(996) + workbook(), READ),
    Case("comment behind it", lambda: commented(workbook()), READ),
    Case("bytes that zlib holds back", held_back, READ),
    Case("many defined names", lambda: with_book("发票基础信息", more=NAMES), READ),
    Case("external links", lambda: with_part("xl/externalLinks/externalLink1.xml", b"<broken"), READ),
    Case("a sheet of a chart", lambda: with_book("发票基础信息", "图", targets=CHART), READ),
    Case("fewer texts announced", lambda: shared("<si><t>x</t></si>", "", ' uniqueCount="0"'), READ),
    Case("two tables of cells", lambda: swapped("</row><row", "</row></sheetData><sheetData><row"), READ),
    Case("rows in another order", lambda: workbook(**{SHEET: sheet(invoice(3, KEY) + cells(1, HEADER_COLUMNS))}), READ),
    Case("a formula beside the rows", lambda: with_sheet('<row r="9"><c r="Z9"><f>1+1</f></c></row>'), READ),
]
FALSE = [
    Case("two cells far apart", lambda: with_sheet(FAR), "XFD1048576"),
    Case("far apart in another folder", lambda: moved(FAR), "XFD1048576"),
    Case("far apart and prefixed", lambda: prefixed(FAR), "XFD1048576"),
    Case("a second address", lambda: with_sheet('<row r="9"><c r="A9" t="n" r="XFD1048576"><v>1</v></c></row>'), "不是完整的 XML"),
    Case("columns that overflow", lambda: address("ZZZZZZZ9"), "不在 Excel 的范围"),
    Case("columns after XFD", lambda: address("XFE9"), "不在 Excel 的范围"),
    Case("rows that overflow", lambda: address("A4294967297"), "不在 Excel 的范围"),
    Case("rows after the last", lambda: address("A1048577"), "不在 Excel 的范围"),
    Case("row 0", lambda: address("A0"), "不在 Excel 的范围"),
    Case("a row beyond", lambda: with_sheet('<row r="999999999"><c><v>1</v></c></row>'), "不在 Excel 的范围"),
    Case("a row twice", lambda: with_sheet(invoice(2, KEY[:-1] + "3")), "A2 出现两次"),
    Case("cells of a row before", lambda: with_sheet(invoice(2, KEY).replace('row r="2"', 'row r="3"')), "A2 出现两次"),
    Case("a cell of a row before", lambda: with_sheet('<row r="3"><c r="A3"/><c r="J2"><v>1</v></c><c r="K3"/></row>'), "J2 出现两次"),
    Case("a cell twice", lambda: with_sheet('<row r="9"><c r="A9"><v>1</v></c><c r="B9"/><c r="A9"><v>2</v></c></row>'), "A9 出现两次"),
    Case("rows to choose from", lambda: with_sheet(f"<mc:AlternateContent xmlns:mc='m'>{invoice(2, KEY)}</mc:AlternateContent>"), "出现两次"),
    Case("two values", lambda: retold('<c r="J2"[^>]*><is><t>([^<]*)</t></is>', r'<c r="J2"><v>1</v><v>\1</v>'), "J2 的值写了两次"),
    Case("a value beside its text", lambda: retold('(<c r="J2"[^>]*><is><t>[^<]*</t></is>)', r"\1<v>1</v>"), "J2 的值写了两次"),
    Case("a value instead of its text", lambda: retold("<is><t>([^<]*)</t></is>", r"<v>\1</v>"), "A2 的值写了两次，或与它的类型不符"),
    Case("a text instead of its value", lambda: retold('<c r="J2" t="inlineStr">', '<c r="J2">'), "J2 的值写了两次，或与它的类型不符"),
    Case("a value in pieces", lambda: retold('<c r="J2"[^>]*><is>.*?</is>', '<c r="J2"><v>1<b/>00</v>'), "J2 的值写了两次，或与它的类型不符"),
    Case("a text in pieces", lambda: shared("<si><t>1<b/>00</t></si>", uses(1)), "文字里有别的内容"),
    Case("a tag that does not end", lambda: swapped("示例公司", "A<B公司"), "不是完整的 XML"),
    Case("a tag of a text that does not end", lambda: shared("<si><t>A<B公司</t></si>", uses(1)), "不是完整的 XML"),
    Case("texts that no cell shows", lambda: shared(long_texts("<si><t>", "</t></si>"), ""), "内存"),
    Case("inline texts of 300 MB", lambda: with_sheet(long_texts('<row><c t="inlineStr"><is><t>', "</t></is></c></row>")), "内存|不是 Excel 的写法"),
    Case("inline texts of 300 MB at their addresses", lambda: with_sheet("".join(
        f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{at}{text(1)}</t></is></c></row>' for at in range(3, 303))), "内存"),
    Case("texts by the trillion announced", lambda: shared(
        "", '<row r="9"><c r="Z9" t="s"><v>0</v></c></row>', ' uniqueCount="100000000000000"'), "无法读取|损坏"),
    Case("a text used often", lambda: shared(f"<si><t>{'x' * MIB}</t></si>", uses(3000)), "很长的文字"),
    Case("a text used often by no number", lambda: shared(
        f"<si><t>{'x' * MIB}</t></si>", uses(3000).replace("<v>0<", f"<v>{'9' * 30}<")), "很长的文字"),
    Case("a text used often that is miscounted", lambda: shared(
        f"<si><si></si></si><si a='1'/><si><t>{'x' * MIB}</t></si>", uses(3000).replace("<v>0<", "<v>3<")), "很长的文字"),
    Case("a text of 40 MB", lambda: shared(f"<si><t>{text(40)}</t></si>", uses(1)), "M 的文字"),
    Case("an inline text of 40 MB", lambda: workbook(**{SHEET: sheet(rows() + cells(3, [text(40)]))}), "M 的文字"),
    Case("a tag of 40 MB", lambda: with_sheet('<row r="9" x="' + text(40) + '"/>'), READ),
    Case("formats by the hundred thousand", lambda: with_part(
        "xl/styles.xml", f"<styleSheet><cellXfs>{'<xf/>' * 200_000}</cellXfs></styleSheet>".encode()), "格式超过"),
    Case("styles of 40 MB", lambda: with_part(
        "xl/styles.xml", f"<styleSheet><!--{text(40)}--></styleSheet>".encode()), "目录部分超过"),
    Case("merged ranges by the hundred thousand", lambda: with_sheet(
        after="<mergeCells>" + '<mergeCell ref="A9:B9"/>' * 150_000 + "</mergeCells>"), "合并单元格超过"),
    Case("merged ranges over each other", lambda: with_sheet(
        after="<mergeCells>" + '<mergeCell ref="A2:XFD1048576"/>' * 5_000 + "</mergeCells>"), "互相重叠"),
    Case("many sheets", lambda: with_book(*(f"s{at}" for at in range(600))), "工作表超过"),
    Case("one part as two sheets", lambda: with_book("发票基础信息", "b", targets=(
        ("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet1.xml"))), "同名或内容相同"),
    Case("a sheet without its part", lambda: with_book("发票基础信息", "b", targets=(
        ("worksheet", "worksheets/sheet1.xml"), ("worksheet", "gone.xml"))), "不在文件里"),
    Case("a target outside", lambda: with_book("发票基础信息", targets=(("worksheet", "../../../etc/passwd"),)), "不在文件里"),
    Case("relations by the ten thousand", lambda: with_part(LINKS, links(*[("x", "y")] * 20_000)), "目录部分超过"),
    Case("cells by the million of one file of some KB", lambda: workbook(**{
        SHEET: sheet(rows() + "".join(f'<row r="{at}">' + "<c><v>1</v></c>" * 100 + "</row>" for at in range(3, 40_000)))}),
        "未打开"),
    Case("cells in one place", lambda: with_sheet('<c r="A9"><v>1</v></c>' * 6_000_000), "内存|炸弹"),
    Case("formulas by the ten thousand", lambda: with_sheet(
        "".join(f'<row r="{at}"><c r="A{at}"><f>1</f></c></row>' for at in range(3, 20_000))), "公式单元格"),
    Case("an array over everything", lambda: with_sheet(
        '<row r="9"><c r="Z9"><f t="array" ref="A1:XFD1048576">1</f></c></row>'), "公式单元格"),
    Case("errors by the ten thousand", lambda: with_sheet("".join(
        f'<row r="{at}"><c r="A{at}" t="e"><v>#N/A</v></c></row>' for at in range(3, 20_000))), "错误单元格"),
    Case("odd and large", lambda: with_sheet(f"<!-- -->{'<row/>' * 15 * MIB}"), "炸弹|不是 Excel 的写法"),
    Case("a bomb", bomb, "疑似压缩炸弹"),
    Case("a bomb in a part that nobody reads", lambda: with_part("xl/media/a.png", bytes(300 * MIB)), "疑似压缩炸弹"),
    Case("a bomb that lies", lambda: patched(
        with_part("xl/media/a.png", bytes(20 * MIB)), "xl/media/a.png", 24, struct.pack("<I", 100)), "疑似压缩炸弹|内容与目录不符"),
    Case("two entries over each other", overlapping, "互相重叠"),
    Case("one part twice", lambda: twice("xl/a.xml", "xl\\A.xml"), "出现两次"),
    Case("200,000 entries", lambda: directory_of(200_000), "超过 10000 项"),
    Case("more entries than announced", lambda: directory_of(100_000, 1), "超过 10000 项"),
    Case("another check sum", lambda: patched(workbook(), SHEET, 16, b"\0\0\0\0"), "内容与目录不符"),
    Case("less than announced", lambda: patched(workbook(), SHEET, 24, struct.pack("<I", 10**6)), "内容与目录不符"),
    Case("more than 4 GB announced", lambda: patched(workbook(), SHEET, 24, b"\xff\xff\xff\xff"), "未打开|损坏"),
    Case("no entry where it should be", lambda: patched(workbook(), SHEET, 42, b"\xff\xff\xff\x7f"), "损坏"),
    Case("another way of packing", lambda: patched(workbook(), SHEET, 10, struct.pack("<H", 9)), "压缩方式"),
    Case("packed by bzip2", lambda: zipped(parts(), zipfile.ZIP_BZIP2), "压缩方式"),
    Case("encrypted", lambda: patched(workbook(), SHEET, 8, b"\1\0"), "已加密"),
    Case("macros", lambda: with_part("xl/vbaProject.bin", b"x"), "含有宏"),
    Case("macros in another folder", lambda: with_part("Data\\VBAPROJECT.bin", b"x"), "含有宏"),
    Case("a sheet of macros", lambda: with_book("发票基础信息", "m", targets=(
        ("worksheet", "worksheets/sheet1.xml"), ("xlMacrosheet", "worksheets/sheet1.xml"))), "宏表"),
    Case("a binary workbook", lambda: zipped({
        "[Content_Types].xml": b"<Types/>", "_rels/.rels": links(("officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": b"x"}), "xlsb"),
    Case("a workbook of ODS beside", lambda: workbook(**{BOOK: b"<x/>", "content.xml": b"<y/>"}), "不是 Excel 工作簿"),
    Case("a document of Word", lambda: zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "不是 Excel 工作簿"),
    *(Case(f"laughs in {part}", lambda part=part: laughs(part), "DOCTYPE") for part in (SHEET, BOOK, LINKS, TEXTS, "xl/styles.xml")),
    Case("an entity of the file system", lambda: with_sheet("<row><c><v>&x;</v></c></row>", head=(
        '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>')), "DOCTYPE"),
    Case("an entity that nobody declares", lambda: with_sheet('<!-- --><row r="9"><c r="A9"><v>&x;</v></c></row>'), "不是完整的 XML"),
    Case("a sheet that ends early", lambda: swapped("</sheetData>.*", ""), "损坏|无法读取"),
    Case("a workbook that ends early", lambda: swapped("</sheets>.*", "", BOOK), "不是完整的 XML"),
    Case("100,000 levels", lambda: with_sheet(f"<!-- -->{'<x>' * 100_000}"), "不是完整的 XML"),
    Case("100,000 levels in the workbook", lambda: with_part(BOOK, b"<workbook>" + b"<x>" * 100_000), "不是完整的 XML"),
    Case("100,000 attributes", lambda: with_sheet(
        "<!-- --><row " + " ".join(f'a{at}="1"' for at in range(100_000)) + "/>"), READ),
    Case("an encoding that nobody knows", lambda: with_sheet(head='<?xml version="1.0" encoding="x-y"?>'), "编码"),
    Case("no sheets", with_book, "没有数据"),
    Case("nothing but a directory", lambda: directory_of(0), "损坏|空的"),
]  # fmt: skip
