"""Layout files made by hand: an OFD, an EInvoice XML and a PDF, as small as the standards allow."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

OFD_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
TEXT = (
    '<ofd:TextObject ID="7" Boundary="10 20 60 5" Font="2" Size="3.5" CTM="1 0 0 1 2 3"><ofd:FillColor Value="128 0 0"/>'
    '<ofd:TextCode X="0" Y="3.2" DeltaX="g 2 3.5 4">增值税 &amp;</ofd:TextCode></ofd:TextObject>'
)
PATH = (
    '<ofd:PathObject ID="8" Boundary="5 30 200 50" LineWidth="0.25"><ofd:StrokeColor Value="10 20 30"/>'
    "<ofd:AbbreviatedData>M 0 0 L 200 0 B 1 2 3 4 5 6 C</ofd:AbbreviatedData></ofd:PathObject>"
)
IMAGE = '<ofd:ImageObject ID="9" Boundary="180 5 20 20" ResourceID="3"/>'


def page(*objects: str, template: bool = False) -> str:
    """Content.xml of a page with these objects."""
    used = '<ofd:Template TemplateID="2" ZOrder="Background"/>' if template else ""
    return f'<ofd:Page {OFD_NS}>{used}<ofd:Content><ofd:Layer ID="5">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'


def ofd_entries(*objects: str, template: str = "") -> dict[str, str]:
    """The entries of an OFD with one page."""
    behind = '<ofd:TemplatePage ID="2" BaseLoc="Tpls/Tpl_0/Content.xml"/>' if template else ""
    entries = {
        "OFD.xml": f"<ofd:OFD {OFD_NS}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {OFD_NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox>"
        f"</ofd:PageArea>{behind}</ofd:CommonData>"
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Pages/Page_0/Content.xml": page(*(objects or (TEXT,)), template=bool(template)),
    }
    return entries | ({"Doc_0/Tpls/Tpl_0/Content.xml": page(template)} if template else {})


def zipped(entries: Mapping[str, str | bytes]) -> bytes:
    """A ZIP that is the same for the same entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2027, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def ofd(*objects: str, template: str = "") -> bytes:
    """An OFD with one page."""
    return zipped(ofd_entries(*objects, template=template))


LINE = (
    "<IssuItemInformation><ItemName>*软件*服务</ItemName><SpecMod>V2</SpecMod><MeaUnits>项</MeaUnits><Quantity>2</Quantity>"
    "<UnPrice>50.0</UnPrice><Amount>100.00</Amount><TaxRate>13%</TaxRate><ComTaxAm>13.00</ComTaxAm>"
    "<TaxClassificationCode>3040201000000000000</TaxClassificationCode></IssuItemInformation>"
)


def einvoice(number: str, *lines: str, head: str = "") -> bytes:
    """The XML of a 数电 invoice (版式及XML规范 V5.002) in UTF-8; `head` stands before the root."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<EInvoice><Header><EIid>{number}</EIid></Header><EInvoiceData>'
        "<SellerInformation><SellerIdNum>91110000802100433B</SellerIdNum><SellerName>北京某某科技有限公司</SellerName>"
        "<SellerAddr>北京市某路1号</SellerAddr><SellerTelNum>010-1</SellerTelNum></SellerInformation>"
        "<BuyerInformation><BuyerIdNum>91310000MA1EXAMP07</BuyerIdNum><BuyerName>示例公司</BuyerName></BuyerInformation>"
        "<BasicInformation><TotalAmWithoutTax>100.00</TotalAmWithoutTax><TotalTaxAm>13.00</TotalTaxAm>"
        "<TotalTax-includedAmount>113.00</TotalTax-includedAmount><Drawer>张三</Drawer>"
        f"<RequestTime>2027-01-03 10:20:30</RequestTime></BasicInformation>{''.join(lines or (LINE,))}"
        "<AdditionalInformation><Remark>备注</Remark></AdditionalInformation></EInvoiceData>"
        f"<TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>2027-01-03</IssueTime></TaxSupervisionInfo>"
        "</EInvoice>"
    ).encode()


def pdf(number: str) -> bytes:
    """What begins and ends like a PDF; nobody opens it."""
    return f"%PDF-1.7\n% {number}\n%%EOF\n".encode()


def files_of(number: str) -> dict[str, bytes]:
    """The three files of an invoice."""
    text = f'<ofd:TextObject Boundary="0 0 50 5"><ofd:TextCode X="0" Y="4">{number}</ofd:TextCode></ofd:TextObject>'
    return {"pdf": pdf(number), "ofd": ofd(text), "xml": einvoice(number)}


def announced(number: str, kind: str, content: bytes, url: str = "", **changed: Any) -> dict[str, Any]:
    """An entry of files[] (protocols §10.2 O12)."""
    entry = {"invoiceNo": number, "fileType": kind, "url": url or f"/{number}.{kind}", "size": len(content)}
    return entry | {"sha256": hashlib.sha256(content).hexdigest()} | changed
