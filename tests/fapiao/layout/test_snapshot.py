"""A snapshot draws the texts and paths of an OFD, the same each time, and refuses what is no OFD with a sentence."""

import io
import re
import zipfile
from time import process_time
from xml.etree.ElementTree import Element, fromstring

import pytest

from fapiao.layout.snapshot import draw_snapshot
from fapiao.safe_xml import UnreadableFile
from layout_samples import IMAGE, OFD_NS, PATH, TEXT, ofd, ofd_entries, page, zipped
from tight_bounds import tighten

pytestmark = pytest.mark.req("R136")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*objects: str, template: str = "") -> Element:
    """The SVG of a page with these objects."""
    return fromstring(draw_snapshot(ofd(*objects, template=template)).svg)  # noqa: S314 our own drawing


def only(root: Element, name: str) -> Element:
    """The one element of that name."""
    (found,) = root.iter(SVG + name)
    return found


def test_the_paper_has_the_size_of_the_page_in_millimetres() -> None:
    root = drawn()
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("210mm", "140mm", "0 0 210 140")


def test_a_text_stands_sign_by_sign_where_the_ofd_puts_it() -> None:
    text = only(drawn(TEXT), "text")
    assert text.text == "增值税 &"
    assert (text.get("x"), text.get("y")) == ("0 3.5 7 11", "3.2")
    assert (text.get("font-size"), text.get("fill")) == ("3.5", "rgb(128,0,0)")


def test_an_object_is_moved_to_its_boundary_and_by_its_matrix() -> None:
    transforms = [group.get("transform") for group in drawn(TEXT).iter(SVG + "g")]
    assert "translate(10 20) matrix(1 0 0 1 2 3)" in transforms


def test_a_path_keeps_its_strokes_in_the_words_of_svg() -> None:
    path = only(drawn(PATH), "path")
    assert path.get("d") == "M 0 0 L 200 0 C 1 2 3 4 5 6 Z"
    assert (path.get("stroke"), path.get("stroke-width"), path.get("fill")) == ("rgb(10,20,30)", "0.25", "none")


def test_an_image_is_an_empty_frame() -> None:
    frames = [one for one in drawn(IMAGE).iter(SVG + "rect") if one.get("stroke-dasharray")]
    assert [(frame.get("width"), frame.get("height")) for frame in frames] == [("20", "20")]


def test_the_template_lies_behind_the_page() -> None:
    shapes = [one.tag for one in drawn(TEXT, template=PATH).iter() if one.tag in (SVG + "text", SVG + "path")]
    assert shapes == [SVG + "path", SVG + "text"]


def test_objects_in_blocks_are_drawn_too() -> None:
    assert (
        only(drawn(f"<ofd:PageBlock><ofd:PageBlock>{TEXT}</ofd:PageBlock></ofd:PageBlock>"), "text").text == "增值税 &"
    )


def test_the_same_file_gives_the_same_bytes() -> None:
    assert draw_snapshot(ofd(TEXT, PATH)) == draw_snapshot(ofd(TEXT, PATH))


def test_a_text_cannot_smuggle_markup_into_the_picture() -> None:
    wicked = TEXT.replace("增值税 &amp;", "&lt;script&gt;x&lt;/script&gt;")
    root = drawn(wicked)
    assert list(root.iter(SVG + "script")) == []
    assert only(root, "text").text == "<script>x</script>"


BROKEN = {
    "no ZIP": (b"%PDF-1.7", "is not a ZIP file"),
    "nothing": (b"", "is not a ZIP file"),
    "another ZIP": (zipped({"a.txt": "a"}), "the OFD has no OFD.xml"),
    "a page that is not there": (
        zipped({name: text for name, text in ofd_entries().items() if "Page_0" not in name}),
        "the OFD has no Doc_0/Pages/Page_0/Content.xml",
    ),
    "no XML": (zipped(ofd_entries() | {"OFD.xml": "<a"}), "OFD.xml of the OFD is not well-formed XML"),
    "a DOCTYPE": (
        zipped(ofd_entries() | {"OFD.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "declares a DOCTYPE",
    ),
    "a cut ZIP": (ofd()[:200], "is not a ZIP file"),
    "damaged bytes": (ofd().replace(b"Doc_0/Document.xml", b"Doc_0/Documunt.xml", 1), "Doc_0/Document.xml"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_ofd_is_refused_with_a_sentence(case: str) -> None:
    content, sentence = BROKEN[case]
    with pytest.raises(UnreadableFile, match=sentence):
        draw_snapshot(content)


ODD = {
    "a word for a number": (TEXT.replace("10 20 60 5", "10 x 60 5"), "no list of numbers"),
    "not a number": (TEXT.replace("10 20 60 5", "10 nan 60 5"), "beyond all measure"),
    "no box": (TEXT.replace("10 20 60 5", "10 20"), "four numbers are expected"),
    "a wrong step": (TEXT.replace("g 2 3.5", "g 2 x"), "no list of numbers"),
    "a wrong size": (TEXT.replace('Size="3.5"', 'Size="big"'), "no list of numbers"),
    "a wrong matrix": (TEXT.replace("1 0 0 1 2 3", "1 0 0 1 2 inf"), "beyond all measure"),
    "a weight of 5,000 digits": (TEXT.replace('Size="3.5"', f'Weight="{"9" * 5_000}"'), "digits"),
    "an unknown operator": (PATH.replace("M 0 0", "X 0 0"), "where an operator is expected"),
    "a cut path": (PATH.replace("5 6 C", "5"), "where an operator is expected|ends in the middle|no list"),
    "deep blocks": ("<ofd:PageBlock>" * 30 + TEXT + "</ofd:PageBlock>" * 30, "nested more than"),
    "an unknown object": ('<ofd:Video Boundary="0 0 1 1"/>', "nothing draws a Video"),
    "a script in it": (f'<ofd:ImageObject Boundary="{"&lt;" * 9}"/>', "no list of numbers"),
}


@pytest.mark.finding("F26")
@pytest.mark.parametrize("case", ODD)
def test_an_odd_object_is_left_out_and_said_and_the_rest_is_drawn(case: str) -> None:
    odd, sentence = ODD[case]
    found = draw_snapshot(ofd(PATH, odd, TEXT))
    root = fromstring(found.svg)  # noqa: S314 our own drawing
    assert (only(root, "text").text, only(root, "path").get("d")) == ("增值税 &", "M 0 0 L 200 0 C 1 2 3 4 5 6 Z")
    assert found.problem is not None
    assert re.search(rf"^1 left out of the snapshot: .*(?:{sentence})", found.problem)


@pytest.mark.finding("F26")
@pytest.mark.parametrize(
    ("written", "drawn_as"),
    [
        ("#FF0000", "rgb(255,0,0)"),
        ("#f80", "rgb(255,136,0)"),
        ("#FF0000CC", "rgb(255,0,0)"),
        ("0x00ff00", "rgb(0,255,0)"),
        ("#FF #80 0", "rgb(255,128,0)"),
        ("128,0,300", "rgb(128,0,255)"),
        ("64", "rgb(64,64,64)"),
        ("red", "rgb(0,0,0)"),
        ("#GG0000", "rgb(0,0,0)"),
        ("nan 0 0", "rgb(0,0,0)"),
        ("1 2 3 4", "rgb(0,0,0)"),
        ("", "rgb(0,0,0)"),
    ],
)
def test_a_colour_is_read_however_it_is_written_and_drawn_as_usual_where_it_is_none(
    written: str, drawn_as: str
) -> None:
    assert only(drawn(TEXT.replace("128 0 0", written)), "text").get("fill") == drawn_as


@pytest.mark.finding("F26")
def test_a_negative_box_lies_on_the_other_side() -> None:
    root = drawn(IMAGE.replace("180 5 20 20", "200 25 -20 -20"))
    assert "translate(180 5)" in [group.get("transform") for group in root.iter(SVG + "g")]


@pytest.mark.finding("F26")
@pytest.mark.parametrize("size", ["0 0 -210 -140", "0 0 0 0", "0 0 a 1", "1 2 3"])
def test_a_page_whose_size_is_none_is_as_large_as_usual(size: str) -> None:
    entries = ofd_entries() | {"Doc_0/Pages/Page_0/Content.xml": page(TEXT).replace(
        "<ofd:Content>", f"<ofd:Area><ofd:PhysicalBox>{size}</ofd:PhysicalBox></ofd:Area><ofd:Content>"
    )}  # fmt: skip
    assert b'width="210mm" height="140mm"' in draw_snapshot(zipped(entries)).svg


def moved(name: str, location: str, **renamed: str) -> bytes:
    """An OFD whose page lies under another name, at this location."""
    entries = ofd_entries(TEXT, template=PATH)
    entries["Doc_0/Document.xml"] = entries["Doc_0/Document.xml"].replace("Pages/Page_0/Content.xml", location)
    entries[name] = entries.pop("Doc_0/Pages/Page_0/Content.xml")
    return zipped({renamed.get(key, key): text for key, text in entries.items()})


@pytest.mark.finding("F26")
@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("doc_0/PAGES/Page_0/content.XML", "Pages/Page_0/Content.xml"),
        ("Doc_0\\Pages\\Page_0\\Content.xml", "Pages/Page_0/Content.xml"),
        ("/Doc_0/Pages/Page_0/Content.xml", "Pages/Page_0/Content.xml"),
        ("Doc_0/Pages/P.xml", "/Doc_0/Pages/P.xml"),
        ("Doc_0/Pages/P.xml", "Doc_0/Pages/P.xml"),
        ("Doc_0/Pages/P.xml", "Pages\\P.xml"),
        ("Doc_0/Pages/P.xml", "./Pages/../Pages/P.xml"),
        ("Doc_0/Pages/P.xml", " Pages/P.xml "),
        ("P.xml", "../../../P.xml"),
    ],
)
def test_a_part_is_found_however_its_name_is_written(name: str, location: str) -> None:
    found = draw_snapshot(moved(name, location))
    assert (only(fromstring(found.svg), "text").text, found.problem) == ("增值税 &", None)  # noqa: S314 our own drawing


@pytest.mark.finding("F26")
def test_a_page_or_template_that_is_not_there_costs_the_others_nothing() -> None:
    entries = ofd_entries(TEXT, template=PATH)
    del entries["Doc_0/Tpls/Tpl_0/Content.xml"]
    more = '<ofd:Page ID="9" BaseLoc="gone.xml"/></ofd:Pages>'
    entries["Doc_0/Document.xml"] = entries["Doc_0/Document.xml"].replace("</ofd:Pages>", more)
    found = draw_snapshot(zipped(entries))
    assert only(fromstring(found.svg), "text").text == "增值税 &"  # noqa: S314 our own drawing
    assert found.problem is not None
    assert found.problem.startswith(
        "2 left out of the snapshot: the OFD has no Doc_0/Tpls/Tpl_0/Content.xml; the OFD has"
    )


def test_the_pages_after_the_twentieth_are_left_out() -> None:
    entries = ofd_entries(TEXT)
    one = '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
    entries["Doc_0/Document.xml"] = entries["Doc_0/Document.xml"].replace(one, one * 23)
    found = draw_snapshot(zipped(entries))
    assert (found.svg.count(b"<text"), found.problem) == (20, "3 left out of the snapshot: the OFD has more than 20 pages; the others are left out")  # fmt: skip


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped(ofd_entries() | {"Doc_0/Pages/Page_0/Content.xml": page(TEXT) + " " * 35_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(UnreadableFile, match="may be a ZIP bomb"):
        draw_snapshot(bomb)


def test_many_small_bombs_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    tighten(monkeypatch, ofd_unpacked_bytes=1_000)
    with pytest.raises(UnreadableFile, match="may be a ZIP bomb"):
        draw_snapshot(ofd(TEXT * 10))


def test_a_page_full_of_objects_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    tighten(monkeypatch, ofd_elements=30)
    assert draw_snapshot(ofd(TEXT * 9))
    with pytest.raises(UnreadableFile, match="more than 30 elements"):
        draw_snapshot(ofd(TEXT * 10))


def references(times: int, layers: int) -> bytes:
    """A page that refers to one template so often, which has so many empty layers."""
    entries = ofd_entries(TEXT, template=PATH)
    used, empty = '<ofd:Template TemplateID="2"/>' * times, "<ofd:Layer/>" * layers
    entries["Doc_0/Pages/Page_0/Content.xml"] = f"<ofd:Page {OFD_NS}>{used}<ofd:Content/></ofd:Page>"
    entries["Doc_0/Tpls/Tpl_0/Content.xml"] = f"<ofd:Page {OFD_NS}><ofd:Content>{empty}</ofd:Content></ofd:Page>"
    return zipped(entries)


@pytest.mark.finding("F74")
@pytest.mark.parametrize("times", [3_000, 20_000])
def test_references_times_layers_are_counted_and_not_gathered(times: int) -> None:
    content = references(times, times)
    assert len(content) < 5_000
    begun = process_time()
    with pytest.raises(UnreadableFile, match="more than 60000 elements"):
        draw_snapshot(content)
    assert process_time() - begun < 2


@pytest.mark.finding("F74")
def test_a_part_is_parsed_once_however_many_templates_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = ofd_entries(TEXT, template=PATH)
    templates = "".join(f'<ofd:TemplatePage ID="{one}" BaseLoc="Tpls/Tpl_0/Content.xml"/>' for one in range(50))
    entries["Doc_0/Document.xml"] = entries["Doc_0/Document.xml"].replace(
        "</ofd:CommonData>", f"{templates}</ofd:CommonData>"
    )
    used = "".join(f'<ofd:Template TemplateID="{one}"/>' for one in range(50))
    entries["Doc_0/Pages/Page_0/Content.xml"] = f"<ofd:Page {OFD_NS}>{used}<ofd:Content/></ofd:Page>"
    tighten(monkeypatch, ofd_unpacked_bytes=2 * sum(map(len, entries.values())))
    found = draw_snapshot(zipped(entries))
    assert (found.svg.count(b"<path"), found.problem) == (50, None)


@pytest.mark.finding("F74")
def test_signs_are_counted_each_time_that_a_template_draws_them(monkeypatch: pytest.MonkeyPatch) -> None:
    tighten(monkeypatch, ofd_signs=5_000)
    text = TEXT.replace("增值税", "增" * 600)
    assert draw_snapshot(ofd(text, template=text))
    with pytest.raises(UnreadableFile, match="more than 5000 signs"):
        draw_snapshot(ofd(*[text] * 10, template=text))


def test_a_zip_with_thousands_of_entries_is_not_opened() -> None:
    with pytest.raises(UnreadableFile, match="more than 2000 entries"):
        draw_snapshot(zipped(ofd_entries() | {f"{number}.xml": "" for number in range(2_001)}))


def test_a_package_of_an_unknown_compression_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(ofd())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        assert archive.infolist()[0].compress_type == zipfile.ZIP_DEFLATED
    central = bytes(content).index(b"PK\x01\x02")
    content[8:10] = content[central + 10 : central + 12] = (99).to_bytes(2, "little")
    with pytest.raises(UnreadableFile, match="cannot be unpacked"):
        draw_snapshot(bytes(content))
