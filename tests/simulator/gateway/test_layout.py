"""O11 and O12: layout files are real files, always the same bytes, and refused with the product's sentences."""

import hashlib
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from gateway_caller import GatewayCaller
from gateway_room import CERTIFIED, LEQI, MAKER
from rehearsal_room import Room

KINDS = {"82": "26", "81": "27", "61": "28", "51": "29"}
QUERY = "ext.layoutFileDownQuery"


def held(room: Room, fplx: str = "81", owner: str = MAKER, **more: object) -> dict[str, str]:
    seed = {"nsrsbh": owner, "fplx": fplx, "kprq": "2027-01-05", **more}
    return {"invoiceType": KINDS[fplx], "invoiceNo": room.seed(documents=[seed])[0], "invoiceDate": "2027-01-05"}


def fetched(gateway: GatewayCaller, rows: list[dict[str, str]], owner: str = MAKER, types: str = "pdf,ofd,xml"):
    task = gateway.apply("ext.layoutFileDown", taxNo=owner, fileTypes=types, invoices=rows)
    return gateway.fetch(QUERY, owner, task).data


def parsed(xml: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 - the simulator wrote it


def content(gateway: GatewayCaller, file: dict[str, str]) -> bytes:
    reply = gateway.client.get(file["url"], params={"access_token": gateway.token})
    assert reply.status_code == 200
    return reply.content


@pytest.mark.parametrize("fplx", KINDS)
def test_three_files_of_each_type_have_the_size_and_hash_that_was_promised(
    gateway: GatewayCaller, room: Room, fplx: str
):
    row = held(room, fplx)
    files = fetched(gateway, [row])["files"]
    assert [(file["invoiceNo"], file["fileType"]) for file in files] == [
        (row["invoiceNo"], kind) for kind in ("pdf", "ofd", "xml")
    ]
    for file in files:
        got = content(gateway, file)
        assert (len(got), hashlib.sha256(got).hexdigest()) == (file["size"], file["sha256"])
        assert content(gateway, file) == got


def test_a_change_of_status_does_not_change_the_file(gateway: GatewayCaller, room: Room):
    row = held(room)
    before = fetched(gateway, [row])["files"]
    room.change(row["invoiceNo"], fpzt="8")
    room.clock(advance_seconds=180)
    assert fetched(gateway, [row])["files"] == before


def test_the_pdf_has_objects_where_its_table_says_and_the_number_in_its_text(gateway: GatewayCaller, room: Room):
    row = held(room)
    pdf = content(gateway, fetched(gateway, [row], types="pdf")["files"][0])
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF", pdf)[1])
    assert pdf.startswith(b"%PDF-1.4") and pdf[start : start + 4] == b"xref"
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", pdf[start:])]
    assert [pdf[place : place + 7] for place in places] == [b"%d 0 obj" % n for n in range(1, len(places) + 1)]
    texts = [bytes.fromhex(text.decode()).decode("utf-16-be") for text in re.findall(rb"<([0-9a-f]+)> Tj", pdf)]
    assert f"发票号码：{row['invoiceNo']}" in texts


def test_the_ofd_is_a_zip_whose_page_has_text_objects_to_draw(gateway: GatewayCaller, room: Room):
    row = held(room, lines=2)
    ofd = zipfile.ZipFile(io.BytesIO(content(gateway, fetched(gateway, [row], types="ofd")["files"][0])))
    space = {"o": "http://www.ofdspec.org/2016"}
    entry = parsed(ofd.read("OFD.xml"))
    root = entry.find("o:DocBody/o:DocRoot", space).text
    page = parsed(ofd.read(root)).find("o:Pages/o:Page", space).get("BaseLoc")
    objects = parsed(ofd.read(f"Doc_0/{page}")).findall("o:Content/o:Layer/o:TextObject", space)
    texts = {item.find("o:TextCode", space).text: item for item in objects}
    drawn = texts[f"发票号码：{row['invoiceNo']}"]
    x, y, width, height = map(float, drawn.get("Boundary").split())
    assert 0 <= x < 210 and 0 <= y < 140 and width > 0 and height > 0
    code = drawn.find("o:TextCode", space)
    assert len(code.get("DeltaX").split()) == len(code.text) - 1


def test_the_xml_has_every_line_the_invoice_has(gateway: GatewayCaller, room: Room):
    row = held(room, "51", lines=1)
    xml = parsed(content(gateway, fetched(gateway, [row], types="xml")["files"][0]))
    assert xml.findtext("Header/EIid") == xml.findtext("TaxSupervisionInfo/InvoiceNumber") == row["invoiceNo"]
    [item] = gateway.full(MAKER, "29", "2027-01-01", "2027-01-19")
    [line] = xml.findall("EInvoiceData/IssuItemInformation")
    assert item["items"] == []
    assert line.findtext("Amount") == item["invoiceAmount"]
    assert xml.findtext("EInvoiceData/BasicInformation/TotalTax-includedAmount") == item["totalAmount"]


def test_each_row_that_has_no_file_says_why(gateway: GatewayCaller, room: Room):
    rows = [
        {"invoiceType": "4", "invoiceNo": "1", "invoiceDate": "2027-01-05"},
        {"invoiceType": "27", "invoiceNo": "2", "invoiceDate": ""},
        {"invoiceType": "27", "invoiceNo": "3", "invoiceDate": "2027-01-05"},
        held(room) | {"invoiceDate": "2027-01-06"},
        held(room, "81", LEQI),
    ]
    found = fetched(gateway, rows)
    assert found["files"] == []
    assert [(row["errorCode"], row["message"]) for row in found["fail"]] == [
        ("P2201", "非数电专票或数电普票，不支持下载税局文件"),
        ("P2202", "开票日期不完整，请先从税局同步数据后重试"),
        ("P2301", "查无此票"),
        ("P2301", "查无此票"),
        ("P2301", "查无此票"),
    ]


def test_a_company_on_leqi_gets_its_files_through_the_gateway(gateway: GatewayCaller, room: Room):
    assert len(fetched(gateway, [held(room, "82", LEQI)], LEQI)["files"]) == 3


def test_without_a_bureau_city_nothing_is_accepted(gateway: GatewayCaller, room: Room):
    lost = {"nsrsbh": "X1", "channels": ["etax"], "accounts": [{"account": "x"}]}
    room.seed(companies=[lost])
    reply = gateway.call(
        "ext.layoutFileDown", taxNo="X1", asyncFlag="1", fileTypes="pdf", invoices=[{"invoiceNo": "1"}]
    )
    sentence = "必须在发票服务企业基础资料配置企业所属税局地区编码才能下载数电版式文件。"
    assert (reply.code, reply.text) == ("P2203", sentence)


@pytest.mark.parametrize(
    ("owner", "more", "code"),
    [
        (CERTIFIED, {}, "P2101"),
        (MAKER, {"fileTypes": "png"}, "P4001"),
        (MAKER, {"invoices": []}, "P4001"),
        (MAKER, {"invoices": [{}] * 5001}, "P4001"),
    ],
)
def test_other_channels_and_bad_parameters_are_refused(
    gateway: GatewayCaller, owner: str, more: dict[str, object], code: str
):
    sound = {"taxNo": owner, "asyncFlag": "1", "fileTypes": "pdf", "invoices": [{"invoiceNo": "1"}]}
    assert gateway.call("ext.layoutFileDown", **(sound | more)).code == code


def test_a_file_wants_a_token_and_an_id_that_was_named(gateway: GatewayCaller, room: Room):
    [file] = fetched(gateway, [held(room)], types="xml")["files"]
    assert gateway.client.get(file["url"]).status_code == 401
    assert gateway.client.get(file["url"], headers={"access_token": gateway.token}).status_code == 200
    assert gateway.client.get(f"{file['url']}0", params={"access_token": gateway.token}).status_code == 404
