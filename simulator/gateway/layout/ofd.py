"""An OFD (GB/T 33190-2016): a ZIP whose page has one text object per text, so that a picture can be drawn from it."""

import io
import zipfile
from xml.sax.saxutils import escape

from simulator.documents.document import Document
from simulator.gateway.layout.drawing import HEIGHT, WIDTH, Text, texts

DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
STAMP = (1980, 1, 1, 0, 0, 0)
FONT_ID, FIRST_TEXT_ID = 2, 10
LATIN_END = 0xFF
ENTRY = """<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{number:0>32}</ofd:DocID>\
<ofd:CreationDate>{day}</ofd:CreationDate><ofd:CustomDatas><ofd:CustomData Name="发票号码">{number}</ofd:CustomData>\
</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"""
DOCUMENT = """<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>{most}</ofd:MaxUnitID><ofd:PageArea>\
<ofd:PhysicalBox>0 0 {width:g} {height:g}</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>\
</ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>"""
RESOURCES = """<ofd:Res {space} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="{font}" FontName="宋体" FamilyName="宋体"/>\
</ofd:Fonts></ofd:Res>"""
PAGE = """<ofd:Page {space}><ofd:Area><ofd:PhysicalBox>0 0 {width:g} {height:g}</ofd:PhysicalBox></ofd:Area>\
<ofd:Content><ofd:Layer ID="3" Type="Body">{objects}</ofd:Layer></ofd:Content></ofd:Page>"""
OBJECT = """<ofd:TextObject ID="{id}" Boundary="{x:g} {y:g} {width:g} {height:g}" Font="{font}" Size="{size:g}">\
<ofd:TextCode X="0" Y="{size:g}"{steps}>{text}</ofd:TextCode></ofd:TextObject>"""


def make(document: Document) -> bytes:
    """The OFD of an invoice."""
    drawn = texts(document)
    box = {"space": SPACE, "width": WIDTH, "height": HEIGHT}
    number, day = document.facts.number.no, f"{document.issued_on}"
    objects = "".join(_object(place, text) for place, text in enumerate(drawn, start=FIRST_TEXT_ID))
    parts = {
        "OFD.xml": ENTRY.format(space=SPACE, number=number, day=day),
        "Doc_0/Document.xml": DOCUMENT.format(most=FIRST_TEXT_ID + len(drawn), **box),
        "Doc_0/PublicRes.xml": RESOURCES.format(space=SPACE, font=FONT_ID),
        "Doc_0/Pages/Page_0/Content.xml": PAGE.format(objects=objects, **box),
    }
    return _zip(parts)


def _object(number: int, text: Text) -> str:
    """One text; a Chinese character is as wide as it is high, a Latin one half as wide."""
    steps = [text.size if ord(character) > LATIN_END else text.size / 2 for character in text.text]
    return OBJECT.format(
        id=number,
        x=text.x,
        y=text.y - text.size,
        width=sum(steps) + text.size,
        height=text.size * 1.5,
        font=FONT_ID,
        size=text.size,
        steps=f' DeltaX="{" ".join(f"{step:g}" for step in steps[:-1])}"' if len(steps) > 1 else "",
        text=escape(text.text),
    )


def _zip(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), DECLARED + content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
