"""The generator of bureau files: same seed, same bytes; invented companies whose numbers check."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from stdnum.cn import uscc

from simulator.bureau_files.__main__ import main
from simulator.bureau_files.catalogue import samples

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_the_command_writes_every_layout_in_both_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path / "made"), "--seed", "7"]) == 0
    written = sorted((tmp_path / "made").iterdir())
    assert len(written) == 2 * len(list(samples(7))) == len(capsys.readouterr().out.splitlines())
    for file in written:
        assert file.read_bytes().startswith(OLE if file.suffix.lower() == ".xls" else b"PK")


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["--out", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith("The files cannot be written: ")


@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(suffix: str) -> None:
    first, again, other = (next(samples(seed)).content(suffix) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_every_company_is_invented_and_its_check_character_holds() -> None:
    parties = {party for one in samples(1) for document in one.documents for party in (document.seller, document.buyer)}
    assert all("示例" in party.name or "Example" in party.name for party in parties)
    assert all(uscc.is_valid(party.number) for party in parties if len(party.number) == 18)


def test_the_newer_exports_announce_a_dimension_of_one_cell() -> None:
    content = next(samples(1)).content(".xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b'<dimension ref="A1"' in package.read("xl/worksheets/sheet1.xml")
    page = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    assert page.max_row == 1
