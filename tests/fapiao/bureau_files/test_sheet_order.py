"""Documents are read before their lines wherever they stand, and while the sheets after them are still loading."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from python_calamine import CalamineSheet

from bureau_uploads import FULL, SAMPLES, WRITERS
from fapiao.bureau_files import loading
from fapiao.bureau_files.opening import open_upload
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.sheets import SheetPart
from simulator.bureau_files.sheets import Sheet

HEADERS, LINES = SAMPLES[FULL].sheets[:2]
STRANGE = Sheet("别的", [["甲", "乙", "丙"], ["1", "2", "3"]])


def parts(folder: Path, *sheets: Sheet, suffix: str = ".xlsx") -> Iterator[SheetPart]:
    """The parts of a workbook with these sheets."""
    file = folder / f"file{suffix}"
    file.write_bytes(WRITERS[suffix](list(sheets)))
    (one,) = open_upload(file.read_bytes(), name=file.name, limit=2**20)
    return one.read()


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("sheets", [(HEADERS, LINES), (LINES, HEADERS)])
def test_documents_come_before_their_lines(tmp_path: Path, suffix: str, sheets: tuple[Sheet, ...]) -> None:
    found = [(part.sheet, part.role, len(list(part.rows()))) for part in parts(tmp_path, *sheets, suffix=suffix)]
    assert found == [
        (HEADERS.name, "documents", len(HEADERS.rows) - 1),
        (LINES.name, "lines", len(LINES.rows) - 1),
    ]


def test_the_first_sheet_is_read_while_the_second_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads, was_read = loading._alone, Event()

    def alone(content: bytes, name: str) -> CalamineSheet:
        assert name == HEADERS.name or was_read.wait(30), "the second sheet was waited for"
        return loads(content, name)

    monkeypatch.setattr(loading, "_alone", alone)
    found = parts(tmp_path, HEADERS, LINES)
    assert len(list(next(found).rows())) == len(HEADERS.rows) - 1
    was_read.set()
    assert [part.sheet for part in found] == [LINES.name]


@pytest.mark.finding("F28")
def test_a_strange_sheet_is_left_out_and_one_that_comes_near_a_layout_refuses_the_file(tmp_path: Path) -> None:
    found = parts(tmp_path, HEADERS, STRANGE)
    assert list(next(found).rows())
    assert list(found) == []
    headings, first, *_ = LINES.rows
    near = Sheet("别的", [[heading for heading in headings if heading != "金额"], first])
    with pytest.raises(FileRefusal, match=r"file\.xlsx，工作表“别的”：与已知税局文件模板不符"):
        list(parts(tmp_path, HEADERS, near))


@pytest.mark.parametrize(("sheets", "verdict"), [((HEADERS,), "ok"), ((), "rejected")])
def test_what_a_line_repeats_of_a_stated_document_is_not_read_again(
    tmp_path: Path, sheets: tuple[Sheet, ...], verdict: str
) -> None:
    headings, first, *_ = LINES.rows
    spoilt = ["去年" if heading == "开票日期" else cell for heading, cell in zip(headings, first, strict=True)]
    *_, lines = [list(part.rows()) for part in parts(tmp_path, *sheets, Sheet(LINES.name, [headings, spoilt]))]
    assert [one.kind for one in lines] == [verdict]
    assert ("“去年”不是日期" in lines[0].sentence) == (verdict == "rejected")
