"""Which table is which: by its name, else by its columns; what a command does not load it says."""

from pathlib import Path

import pytest

from enterprise_files import DAY, ETAX, GROUP, SCHEME, WORDS, group, schemes, taxpayers, workbook
from fapiao.enterprise.loading import Loaded, load_schemes, load_taxpayers
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput
from fapiao.tables.reading import read_tables

TAXPAYERS = [["taxpayer_no", "name", "channel", "company_type"], [ETAX, "乙公司", "etax", "小规模纳税人"]]
ACCOUNTS = [["taxpayer_no", "account", "is_default"], [ETAX, "13800000000", True]]
SCHEMES = [
    ["name", "taxpayers", "download_types", "invoice_types", "start_date", "frequency"],
    ["华北", ETAX, "进项-全量、销项-全量", "all", "2026-01-01", 8],
]


def load(*files: Path) -> Loaded:
    return load_taxpayers(Enterprise(), [read_tables(file) for file in files], WORDS, False)


def csv(path: Path, rows: list[list[object]]) -> Path:
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    return path


def tallies(loaded: Loaded) -> dict[str, int]:
    return {tally.kind: tally.new for tally in loaded.tallies if tally.new}


def test_sheets_are_known_by_name_and_others_are_nobodys_business(tmp_path):
    file = workbook(tmp_path / "a.xlsx", Notes=[["x"]], Accounts=ACCOUNTS, taxpayers=TAXPAYERS, schemes=SCHEMES)
    loaded = load(file)
    assert tallies(loaded) == {"taxpayers": 1, "accounts": 1}
    assert loaded.warnings == ["a.xlsx, sheet schemes: schemes are left out here; load them with ./fapiao schemes load"]
    (tally,) = load_schemes(loaded.enterprise, [read_tables(file)], WORDS, DAY).tallies
    assert tally.new == 1


def test_without_such_names_the_first_sheet_counts_and_its_columns_say_what_it_is(tmp_path):
    assert tallies(load(workbook(tmp_path / "a.xlsx", 表1=TAXPAYERS, 表2=[["x"], ["y"]]))) == {"taxpayers": 1}


def test_csv_files_are_known_by_their_columns_in_any_order(tmp_path):
    files = [csv(tmp_path / "b.csv", ACCOUNTS), csv(tmp_path / "a.csv", TAXPAYERS)]
    assert tallies(load(*files)) == {"taxpayers": 1, "accounts": 1}


def test_two_columns_are_enough_to_know_a_table(tmp_path):
    names = csv(tmp_path / "names.csv", [["taxpayer_no", "name"], [ETAX, "新名字"]])
    loaded = load_taxpayers(group(), [read_tables(names)], WORDS, False)
    assert loaded.enterprise.taxpayers[ETAX].name == "新名字"


def test_a_file_of_another_kind_is_refused_with_the_right_command(tmp_path):
    with pytest.raises(BadInput, match=r"^s.csv holds schemes: load them with ./fapiao schemes load$"):
        load(csv(tmp_path / "s.csv", SCHEMES))
    with pytest.raises(BadInput, match=r"^basics.yaml holds taxpayers: load them with ./fapiao taxpayers load$"):
        schemes(GROUP)
    with pytest.raises(BadInput, match=r"^basics.yaml holds schemes"):
        taxpayers(SCHEME)


def test_a_table_without_any_known_heading_is_refused_with_the_headings_there_are(tmp_path):
    with pytest.raises(BadInput, match="no heading is known; the columns are, of taxpayers: taxpayer_no, name"):
        load(csv(tmp_path / "x.csv", [["号"], ["1"]]))


def test_a_value_under_a_column_without_heading_is_not_lost_silently(tmp_path):
    rows = [[*TAXPAYERS[0], ""], [*TAXPAYERS[1], "x"]]
    with pytest.raises(BadInput, match=r"^a.csv, line 2, : a value stands under a column without a heading$"):
        load(csv(tmp_path / "a.csv", rows))


def test_a_value_never_appears_where_a_column_is_unknown(tmp_path):
    with pytest.raises(BadInput) as refused:
        load(csv(tmp_path / "a.csv", [[*ACCOUNTS[0], "password"], [ETAX, "a", "true", "geheim"]]))
    assert "password: this column is unknown" in str(refused.value)
    assert "geheim" not in str(refused.value)
