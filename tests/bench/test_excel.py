"""The excel section does the work it names: the same rows in every file, every document in the pool."""

from pathlib import Path

import psycopg
import pytest
from openpyxl import load_workbook

from bench import excel, excel_import
from bench.filled_pool import fill
from bench.setting import Setting

TINY = 30


@pytest.fixture
def setting(owner_url: str) -> Setting:
    return Setting(owner_url, rows=TINY, pool=TINY, rounds=1)


def test_our_export_and_openpyxl_write_the_same_27_columns(setting: Setting, tmp_path: Path):
    ours, theirs = tmp_path / "ours.xlsx", tmp_path / "theirs.xlsx"
    with psycopg.connect(setting.url) as connection:
        fill(connection, TINY, TINY)
        rows = excel._rows(connection)
    headings = [column.heading for column in excel._plan().columns]
    excel._export(setting.url, ours)
    excel._openpyxl(theirs, headings, rows)
    found = [list(load_workbook(file).worksheets[0].values) for file in (ours, theirs)]
    assert found[0] == found[1]
    assert (len(found[0]), len(headings)) == (TINY + 1, 27)
    assert all(all(value is not None for value in column) for column in zip(*found[0], strict=True))


def test_every_line_of_the_export_is_held_against_its_goal(setting: Setting):
    rows = dict(excel.export(setting))
    assert [name.split(",")[0] for name in rows] == [
        "bare writer (rustpy-xlsxwriter)", "our export", "openpyxl write_only", "memory of the export",
    ]  # fmt: skip
    assert "goal ≤ 1.5 ×" in rows["our export"]
    assert "goal ≥ 8 ×" in rows["openpyxl write_only"]


def test_both_kinds_of_file_come_into_the_pool_whole(setting: Setting):
    rows = dict(excel_import.imports(setting))
    assert sum("goal ≤ 2 ×" in figures for figures in rows.values()) == 2
    assert sum("goal ≥ 5 ×" in figures for figures in rows.values()) == 2
    assert sum("the bare read" in figures for figures in rows.values()) == 2
    with psycopg.connect(setting.url) as connection:
        types = connection.execute("SELECT invoice_type, count(*) FROM pool.document GROUP BY 1 ORDER BY 1").fetchall()
    of_a_file = {"01": int(TINY * excel_import.OLD_SHARE) // 3, "81": TINY // 3}
    assert types == [(type_, 2 * number) for type_, number in of_a_file.items()], "one is timed, one is weighed"


def test_the_peers_read_every_row_that_the_files_have(setting: Setting, tmp_path: Path):
    file = excel_import._new_file(tmp_path, TINY)
    written = sum(sheet.max_row for sheet in load_workbook(file))
    sheets = len(load_workbook(file).sheetnames)
    assert excel_import.bare_copy(setting.url, file) == written
    # pandas takes the first row of every sheet for the headings
    assert excel_import.with_pandas(setting.url, file, "openpyxl") == written - sheets
