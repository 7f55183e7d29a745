"""A minimal valid PDF: one page, its texts in the predefined Chinese font STSong-Light."""

from simulator.documents.document import Document
from simulator.gateway.layout.drawing import HEIGHT, WIDTH, Text, texts

POINTS = 72 / 25.4
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources << /Font << /F1 4 0 R >> >> /Contents 7 0 R >>"
HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
    " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 6 0 R /DW 1000 >>",
    "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
    " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)


def make(document: Document) -> bytes:
    """The PDF of an invoice."""
    stream = "\n".join(_shown(text) for text in texts(document)).encode("ascii")
    box = f"[0 0 {WIDTH * POINTS:.2f} {HEIGHT * POINTS:.2f}]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE.replace("{box}", box).encode(),
        *(font.encode() for font in FONT),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    return _file(objects)


def _shown(text: Text) -> str:
    """A text operator; PDF counts from the lower left corner."""
    x, y = text.x * POINTS, (HEIGHT - text.y) * POINTS
    return f"BT /F1 {text.size * POINTS:.2f} Tf {x:.2f} {y:.2f} Td <{text.text.encode('utf-16-be').hex()}> Tj ET"


def _file(objects: list[bytes]) -> bytes:
    body, places = HEAD, []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + end
