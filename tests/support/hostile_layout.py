"""Layout files that nobody should draw or read, as data: a name, the kind, the bytes, and what the file's row says.

An empty sentence: the file gives its snapshot or its lines, and nothing is said.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from random import Random

from layout_samples import IMAGE, OFD_NS, PATH, TEXT, einvoice, ofd, ofd_entries, page, zipped

Case = tuple[str, Callable[[str], bytes], str]
"""Kind, the bytes of an invoice's number, and what is said."""


def _declared(declared: str, codec: str, mark: bytes = b"") -> Callable[[str], bytes]:
    return lambda number: mark + einvoice(number).decode().replace('encoding="UTF-8"', declared).encode(codec)


def _drawn(*objects: str, **entries: str) -> Callable[[str], bytes]:
    return lambda _: zipped(ofd_entries(*objects) | entries)


def _in_document(what: str) -> Callable[[str], bytes]:
    def made(_: str) -> bytes:
        entries = ofd_entries(TEXT)
        entries["Doc_0/Document.xml"] = entries["Doc_0/Document.xml"].replace(
            "</ofd:CommonData>", f"{what}</ofd:CommonData>"
        )
        return zipped(entries)

    return made


def _references(times: int, layers: int) -> Callable[[str], bytes]:
    def made(_: str) -> bytes:
        entries = ofd_entries(TEXT, template=PATH)
        used, empty = '<ofd:Template TemplateID="2"/>' * times, "<ofd:Layer/>" * layers
        entries["Doc_0/Pages/Page_0/Content.xml"] = f"<ofd:Page {OFD_NS}>{used}<ofd:Content/></ofd:Page>"
        entries["Doc_0/Tpls/Tpl_0/Content.xml"] = f"<ofd:Page {OFD_NS}><ofd:Content>{empty}</ofd:Content></ofd:Page>"
        return zipped(entries)

    return made


def _pages(count: int, content: str) -> Callable[[str], bytes]:
    def made(_: str) -> bytes:
        entries = ofd_entries(TEXT) | {f"p{number}.xml": content for number in range(count)}
        listed = "".join(f'<ofd:Page BaseLoc="/p{number}.xml"/>' for number in range(count))
        entries["Doc_0/Document.xml"] = entries["Doc_0/Document.xml"].replace("</ofd:Pages>", f"{listed}</ofd:Pages>")
        return zipped(entries)

    return made


def _packed(method: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as target:
        for name, text in ofd_entries(TEXT).items():
            target.writestr(name, text)
    return made.getvalue()


def _crowd(_: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for number in range(20_000):
            target.writestr(f"{number}", "")
    return made.getvalue()


def _text(old: str, new: str) -> str:
    return TEXT.replace(old, new)


DOCTYPE = '<!DOCTYPE EInvoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
CASES: Mapping[str, Case] = {
    "gb2312": ("xml", _declared('encoding="gb2312"', "gb2312"), ""),
    "GBK": ("xml", _declared("encoding='GBK'", "gbk"), ""),
    "GB18030": ("xml", _declared('encoding="GB18030"', "gb18030"), ""),
    "utf8": ("xml", _declared('encoding="utf8"', "utf-8"), ""),
    "utf_8": ("xml", _declared("encoding='Utf_8'", "utf-8"), ""),
    "UTF-16": ("xml", _declared('encoding="UTF-16"', "utf-16"), ""),
    "UTF-16 without a mark": ("xml", _declared('encoding="UTF-16"', "utf-16-le"), ""),
    "UTF-16 the other way": ("xml", _declared('encoding="UTF-16"', "utf-16-be"), ""),
    "says GBK, is UTF-8": ("xml", _declared('encoding="gbk"', "utf-8"), ""),
    "says UTF-8, is GBK": ("xml", _declared('encoding="UTF-8"', "gb2312"), ""),
    "a mark against the declaration": ("xml", _declared('encoding="gbk"', "utf-8", b"\xef\xbb\xbf"), ""),
    "a codec that unpacks": ("xml", _declared('encoding="zip"', "gbk"), "declares the encoding zip"),
    "UTF-7": ("xml", _declared('encoding="UTF-7"', "utf-7"), "declares the encoding UTF-7"),
    "HZ": ("xml", _declared('encoding="HZ-GB-2312"', "hz"), "declares the encoding HZ-GB-2312"),
    "nothing": ("xml", lambda _: b"", "not well-formed"),
    "cut": ("xml", lambda number: einvoice(number)[:-30], "not well-formed"),
    "an entity": ("xml", lambda number: einvoice(number, head=DOCTYPE), "declares a DOCTYPE"),
    "another invoice": ("xml", lambda _: einvoice("1" * 20), "is of invoice"),
    "a number of 9,000 digits": ("xml", lambda _: einvoice("1" * 9_000), "is of invoice"),
    "depth": ("xml", lambda _: b"<a>" * 1_000_000, "more than 100 deep"),
    "elements": ("xml", lambda _: b"<a>" + b"<b/>" * 2_000_000, "more than 250000 elements"),
    "attributes": ("xml", lambda _: b"<a " + b"".join(b'a%d="" ' % n for n in range(500_000)) + b"/>", "tag or comment"),
    "a comment": ("xml", lambda _: b"<a><!--" + b"x" * 9_000_000 + b"--></a>", "tag or comment"),
    "a namespace": ("xml", lambda _: b'<x xmlns:p="' + b"u" * 32_000 + b'">' + b'<y p:a=""/>' * 99_000, "name of more than"),
    "character references": ("xml", lambda _: b"<a>" + b"&#65;" * 2_000_000 + b"</a>", "begins with a"),
    "a line of digits": ("xml", lambda number: einvoice(number).replace(b"<Quantity>2", b"<Quantity>" + b"9" * 5_000), ""),
    "a line of exponents": ("xml", lambda number: einvoice(number).replace(b"<Amount>100.00", b"<Amount>1e400"), ""),
    "two amounts": ("xml", lambda number: einvoice(number).replace(b"<Amount>100.00", b"<Amount>100.00</Amount><Amount>999.00"), "has Amount more than once"),
    "an amount that is cut": ("xml", lambda number: einvoice(number).replace(b"<Amount>100.00", b"<Amount>1<b/>00.00"), "other elements in Amount"),
    "two bodies": ("xml", lambda number: einvoice(number).replace(b"</EInvoiceData>", b"</EInvoiceData><EInvoiceData/>"), "has EInvoiceData more than once"),
    "an amount in pieces": ("xml", lambda number: einvoice(number).replace(b"<Amount>100.00", b"<Amount>1<!-- --><![CDATA[00]]>.00"), ""),
    "a long name": ("xml", lambda number: einvoice(number).replace("*软件*服务".encode(), b"x" * 100_000), ""),
    "good": ("ofd", lambda _: ofd(TEXT, PATH, IMAGE, template=PATH), ""),
    "a hexadecimal colour": ("ofd", _drawn(_text("128 0 0", "#FF0000")), ""),
    "no colour": ("ofd", _drawn(_text("128 0 0", "#XYZ")), ""),
    "a negative box": ("ofd", _drawn(TEXT, IMAGE.replace("20 20", "-20 -20")), ""),
    "names in capitals": ("ofd", lambda _: zipped({name.upper(): text for name, text in ofd_entries(TEXT).items()}), ""),
    "names with backslashes": ("ofd", lambda _: zipped({name.replace("/", "\\"): text for name, text in ofd_entries(TEXT).items()}), ""),
    "a word for a number": ("ofd", _drawn(TEXT, _text("10 20 60 5", "10 x 60 5")), "1 left out"),
    "infinity": ("ofd", _drawn(TEXT, _text("10 20 60 5", "10 1e999 60 5")), "1 left out"),
    "no box": ("ofd", _drawn(TEXT, _text("10 20 60 5", "")), "1 left out"),
    "an unknown object": ("ofd", _drawn(TEXT, '<ofd:CompositeObject Boundary="0 0 1 1" ResourceID="99"/>'), "1 left out"),
    "an unknown operator": ("ofd", _drawn(TEXT, PATH.replace("M 0 0", "X 0 0")), "1 left out"),
    "a deep block": ("ofd", _drawn(TEXT, "<ofd:PageBlock>" * 40 + TEXT + "</ofd:PageBlock>" * 40), "1 left out"),
    "a font that is not there": ("ofd", _drawn(_text('Font="2"', 'Font="none"')), ""),
    "a template that is not there": ("ofd", lambda _: zipped({name: text for name, text in ofd_entries(TEXT, template=PATH).items() if "Tpl" not in name}), "1 left out"),
    "a page that is not there": ("ofd", lambda _: zipped({name: text for name, text in ofd_entries(TEXT).items() if "Page_0" not in name}), "no snapshot: the OFD has no"),
    "30 pages": ("ofd", _pages(30, page(TEXT)), "11 left out"),
    "a page of a size beyond measure": ("ofd", lambda _: zipped(ofd_entries(TEXT) | {"Doc_0/Document.xml": ofd_entries(TEXT)["Doc_0/Document.xml"].replace("0 0 210 140", "0 0 1e9 1")}), "1 left out"),
    "references": ("ofd", _references(3_000, 3_000), "more than 60000 elements"),
    "more references": ("ofd", _references(20_000, 20_000), "more than 60000 elements"),
    "template pages": ("ofd", _in_document('<ofd:TemplatePage ID="2" BaseLoc="Pages/Page_0/Content.xml"/>' * 300_000), "more than 250000 elements"),
    "objects": ("ofd", _drawn("<ofd:X/>" * 70_000), "more than 60000 elements"),
    "odd objects": ("ofd", _drawn("<ofd:X/>" * 50_000), "50000 left out"),
    "signs": ("ofd", _drawn(_text("增值税", "增" * 2_500_000)), "more than 2000000 signs"),
    "a path": ("ofd", _drawn(PATH.replace("M 0 0", "M 1 1 " * 150_000)), ""),
    "steps": ("ofd", _drawn(_text("g 2 3.5", "g 999999 3.5 " * 1_000)), ""),
    "a bomb": ("ofd", _drawn(TEXT + " " * 30_000_000), "ZIP bomb|more than 20971520"),
    "many bombs": ("ofd", _pages(19, page(TEXT) + " " * 5_000_000), "tag or comment"),
    "a crowd of entries": ("ofd", _crowd, "more than 2000 entries"),
    "LZMA": ("ofd", lambda _: _packed(zipfile.ZIP_LZMA), "packed by method 14"),
    "no ZIP": ("ofd", lambda _: b"PK\x03\x04 and then nothing", "not a ZIP"),
    "another ZIP": ("ofd", lambda _: zipped({"a": "b"}), "has no OFD.xml"),
    "a cut ZIP": ("ofd", lambda _: ofd(TEXT)[:300], "not a ZIP"),
    "an entity in a page": ("ofd", lambda _: zipped(ofd_entries(TEXT) | {"OFD.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "declares a DOCTYPE"),
    "a PDF that is none": ("pdf", lambda _: b"\0" * 1_000, ""),
}  # fmt: skip


def damaged(seed: int, count: int) -> Mapping[str, tuple[str, Callable[[str], bytes]]]:
    """Good files with bits turned over or their end cut off, the same for the same seed."""
    dice = Random(seed)  # noqa: S311 repeatable, not secret

    def spoilt(content: bytes, own: Random) -> bytes:
        found = bytearray(content)
        for _ in range(own.randrange(1, 9)):
            found[own.randrange(len(found))] ^= 1 << own.randrange(8)
        if own.random() < 0.4:
            del found[own.randrange(len(found)) :]
        return bytes(found)

    def made(kind: str, own: int) -> Callable[[str], bytes]:
        good = einvoice if kind == "xml" else lambda _: ofd(TEXT, PATH, IMAGE, template=PATH)
        return lambda number: spoilt(good(number), Random(own))  # noqa: S311

    drawn = ((dice.choice(["xml", "ofd"]), dice.randrange(2**32)) for _ in range(count))
    return {f"{number} {kind}": (kind, made(kind, own)) for number, (kind, own) in enumerate(drawn)}
