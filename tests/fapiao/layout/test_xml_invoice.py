"""The XML of a 数电 invoice becomes an item of the gateway's vocabulary, lines included."""

import codecs

import pytest

from fapiao.layout.xml_invoice import read
from fapiao.safe_xml import UnreadableFile
from layout_samples import LINE, einvoice

NUMBER = "27442000000000000001"


def item(rate: str, tax: str = "0.00") -> dict[str, object]:
    """The one line of an invoice with this rate and tax as the XML prints them."""
    line = LINE.replace("13%", rate).replace("<ComTaxAm>13.00", f"<ComTaxAm>{tax}")
    (found,) = read(einvoice(NUMBER, line))["items"]  # type: ignore[misc]
    return dict(found)


@pytest.mark.req("R131")
def test_an_invoice_is_read_with_parties_totals_and_lines() -> None:
    assert read(einvoice(NUMBER)) == {
        "invoiceNo": NUMBER,
        "invoiceCode": "",
        "etaxInvoiceNo": "",
        "invoiceDate": "2027-01-03",
        "salerTaxNo": "91110000802100433B",
        "salerName": "北京某某科技有限公司",
        "buyerTaxNo": "91310000MA1EXAMP07",
        "buyerName": "示例公司",
        "invoiceAmount": "100.00",
        "totalTaxAmount": "13.00",
        "totalAmount": "113.00",
        "remark": "备注",
        "salerAddressPhone": "北京市某路1号 010-1",
        "salerAccount": "",
        "buyerAddressPhone": "",
        "buyerAccount": "",
        "items": [
            {
                "seq": 1,
                "goodsName": "*软件*服务",
                "revenueCode": "3040201000000000000",
                "specification": "V2",
                "units": "项",
                "quantity": "2",
                "price": "50.0",
                "amount": "100.00",
                "taxRate": "0.13",
                "taxAmount": "13.00",
                "lineProperty": "0",
            }
        ],
    }


def test_lines_keep_their_order() -> None:
    lines = [LINE.replace("V2", f"V{number}") for number in range(1, 4)]
    items = read(einvoice(NUMBER, *lines))["items"]
    assert [(line["seq"], line["specification"]) for line in items] == [(1, "V1"), (2, "V2"), (3, "V3")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("printed", "rate"),
    [("13%", "0.13"), ("6%", "0.06"), ("1.5%", "0.015"), ("0%", "0.00"), ("0.03", "0.03"), ("免税", "0"), ("不征税", "0"), ("*", ""), ("***", "")],
)  # fmt: skip
def test_a_rate_is_a_fraction_however_it_is_printed(printed: str, rate: str) -> None:
    assert item(printed)["taxRate"] == rate


def test_a_masked_number_says_nothing() -> None:
    assert item("*", "***")["taxAmount"] == ""


def test_the_supervision_number_wins_over_the_header() -> None:
    text = einvoice(NUMBER).replace(f"<EIid>{NUMBER}".encode(), b"<EIid>1")
    assert read(text)["invoiceNo"] == NUMBER


def written(declared: str, codec: str, mark: bytes = b"") -> bytes:
    """An invoice that declares one encoding and is in another, or the same."""
    return mark + einvoice(NUMBER).decode().replace('encoding="UTF-8"', declared).encode(codec)


@pytest.mark.finding("F25")
@pytest.mark.parametrize(
    ("declared", "codec", "mark"),
    [
        ('encoding="gb2312"', "gb2312", b""),
        ("encoding='GBK'", "gbk", b""),
        ('encoding = "GB18030"', "gb18030", b""),
        ('encoding="gb_2312-80"', "gb2312", b""),
        ('encoding="cp936"', "gbk", b""),
        ('encoding="utf8"', "utf-8", b""),
        ("encoding='UTF8'", "utf-8", b""),
        ('encoding="utf_8"', "utf-8", b""),
        ('encoding="Utf-8"', "utf-8", codecs.BOM_UTF8),
        ("", "utf-8", b""),
        ("", "utf-8", codecs.BOM_UTF8),
        ('encoding="UTF-16"', "utf-16", b""),
        ('encoding="UTF-16"', "utf-16-le", b""),
        ('encoding="UTF-16"', "utf-16-be", b""),
        ("", "utf-16-be", codecs.BOM_UTF16_BE),
        ('encoding="gbk"', "utf-8", b""),
        ('encoding="gbk"', "utf-8", codecs.BOM_UTF8),
        ('encoding="utf-8"', "gb2312", b""),
        ('encoding="UTF-16"', "utf-8", b""),
        ('encoding="gb2312"', "utf-16", b""),
        ('encoding="UTF-99"', "utf-8", b""),
        ('encoding="iso-8859-1"', "utf-8", b""),
    ],
)
def test_an_invoice_is_decoded_by_what_it_declares_or_proves(declared: str, codec: str, mark: bytes) -> None:
    assert read(written(declared, codec, mark)) == read(einvoice(NUMBER))


@pytest.mark.finding("F25")
def test_blanks_before_the_declaration_are_forgiven() -> None:
    assert read(b"\r\n  " + written('encoding="GBK"', "gbk")) == read(einvoice(NUMBER))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BROKEN = {
    "nothing": (b"", "not well-formed"),
    "no XML": (b"%PDF-1.7", "not well-formed"),
    "cut": (einvoice(NUMBER)[:-20], "not well-formed"),
    "another document": (b"<Other/>", "begins with Other"),
    "no number": (einvoice(""), "names no invoice number"),
    "an external entity": (
        einvoice(NUMBER, head='<!DOCTYPE EInvoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "declares a DOCTYPE",
    ),
    "a billion laughs": (
        einvoice(NUMBER, head=f'<!DOCTYPE EInvoice [<!ENTITY l0 "ha">{LAUGHS}]>'),
        "declares a DOCTYPE",
    ),
    "an unknown encoding": (written('encoding="UTF-99"', "gbk"), "declares the encoding UTF-99, which is not known"),
    "an encoding that it is not in": (
        written('encoding="gb2312"', "gbk").replace("软".encode("gbk"), b"\xff\xff"),
        "not in the encoding gb2312",
    ),
    "a damaged UTF-8": (einvoice(NUMBER).replace("软".encode(), "软".encode()[:2]), "not in the encoding UTF-8"),
    "a mark that it is not in": (b"\xff\xfe" + einvoice(NUMBER)[:1001], "not in the encoding UTF-16-LE"),
    "a decompressor for an encoding": (written('encoding="zip"', "gbk"), "declares the encoding zip"),
    "depth": (b"<a>" * 101, "elements more than 100 deep"),
    "elements": (b"<a>" + b"<b/>" * 250_001, "more than 250000 elements"),
    "attributes": (b"<a " + b" ".join(b'a%d=""' % one for one in range(101)) + b"/>", "more than 100 attributes"),
    "one tag": (b'<a b="' + b"x" * 50_000 + b'"/>', "a tag or comment of more than 32768 bytes"),
    "one comment": (b"<a><!--" + b"x" * 50_000 + b"--></a>", "a tag or comment of more than 32768 bytes"),
    "a long namespace": (
        b'<a xmlns="' + b"u" * 2_000 + b'">' + b"<b/>" * 300_000,
        "a name of more than 300 characters",
    ),
    "a long name": (b"<" + b"a" * 2_000 + b"/>", "a name of more than 300 characters"),
    "too large": (b" " * (20 * 2**20 + 1), "more than 20971520 bytes"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_invoice_is_refused_with_a_sentence(case: str) -> None:
    content, sentence = BROKEN[case]
    with pytest.raises(UnreadableFile, match=sentence):
        read(content)
