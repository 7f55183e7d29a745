"""A snapshot draws the texts and paths of an OFD, the same each time, and refuses what is no OFD with a sentence."""

import io
import zipfile
from xml.etree.ElementTree import Element, fromstring

import pytest

from fapiao.layout import ofd as package
from fapiao.layout import snapshot
from fapiao.layout.snapshot import draw_snapshot
from fapiao.safe_xml import UnreadableFile
from layout_samples import IMAGE, PATH, TEXT, ofd, ofd_entries, page, zipped

pytestmark = pytest.mark.req("R136")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*objects: str, template: str = "") -> Element:
    """The SVG of a page with these objects."""
    return fromstring(draw_snapshot(ofd(*objects, template=template)))  # noqa: S314 our own drawing


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


def deep_blocks() -> str:
    """A text below more blocks than anybody needs."""
    return "<ofd:PageBlock>" * 30 + TEXT + "</ofd:PageBlock>" * 30


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
    "a word for a number": (ofd(TEXT.replace("10 20 60 5", "10 x 60 5")), "no list of numbers"),
    "not a number": (ofd(TEXT.replace("10 20 60 5", "10 nan 60 5")), "beyond all measure"),
    "no box": (ofd(TEXT.replace("10 20 60 5", "10 20")), "four numbers are expected"),
    "an unknown operator": (ofd(PATH.replace("M 0 0", "X 0 0")), "where an operator is expected"),
    "a cut path": (ofd(PATH.replace("5 6 C", "5")), "where an operator is expected|ends in the middle|no list"),
    "deep blocks": (ofd(deep_blocks()), "nests its blocks"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_ofd_is_refused_with_a_sentence(case: str) -> None:
    content, sentence = BROKEN[case]
    with pytest.raises(UnreadableFile, match=sentence):
        draw_snapshot(content)


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped(ofd_entries() | {"Doc_0/Pages/Page_0/Content.xml": page(TEXT) + " " * 30_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(UnreadableFile, match="may be a ZIP bomb"):
        draw_snapshot(bomb)


def test_many_small_bombs_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_UNPACKED", 1_000)
    with pytest.raises(UnreadableFile, match="may be a ZIP bomb"):
        draw_snapshot(ofd(TEXT * 10))


def test_a_page_full_of_objects_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST_ELEMENTS", 30)
    assert draw_snapshot(ofd(TEXT * 9))
    with pytest.raises(UnreadableFile, match="more than 30 elements"):
        draw_snapshot(ofd(TEXT * 10))


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
