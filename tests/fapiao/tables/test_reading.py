"""What kind of file it is, its content says; what cannot be read is refused with a sentence."""

from pathlib import Path

import pytest

from enterprise_files import workbook
from fapiao.errors import BadInput
from fapiao.tables.reading import read_tables
from old_excel import old_workbook

CSV = "taxpayer_no,name\n91110000101623741K,甲公司\n"


def names(path: Path) -> list[str]:
    return [str(line.cells["name"].value) for table in read_tables(path) for line in table.lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_may_be_written_in_any_encoding_that_excel_writes(tmp_path, encoding):
    file = tmp_path / "group.csv"
    file.write_bytes(CSV.encode(encoding))
    assert names(file) == ["甲公司"]
    assert read_tables(file)[0].columns == ("taxpayer_no", "name")


@pytest.mark.parametrize("suffix", ["yaml", "csv", "xls", "txt"])
def test_the_name_of_a_file_does_not_matter(tmp_path, suffix):
    file = tmp_path / f"group.{suffix}"
    file.write_text("# 集团\ntaxpayers:\n  - {name: 甲公司}\n", encoding="utf-8")
    assert names(file) == ["甲公司"]
    workbook(tmp_path / "real.xlsx", taxpayers=[["name"], ["乙公司"]]).replace(file)
    assert names(file) == ["乙公司"]
    file.write_bytes(old_workbook("taxpayers", [["name"], ["丙公司"]]))
    assert names(file) == ["丙公司"]


@pytest.mark.parametrize(
    "text",
    [
        "- name: 甲公司\n",
        "---\n- name: 甲公司\n",
        "\n# x\n\n-\n  name: 甲公司\n",
        '[{"name": "甲公司"}]',
        "schemes :\n- name: 甲公司",
    ],
)
def test_yaml_is_recognised_however_it_begins(tmp_path, text):
    (tmp_path / "x").write_text(text, encoding="utf-8")
    assert names(tmp_path / "x") == ["甲公司"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.csv is empty"),
        (b"\xef\xbb\xbf \n", "x.csv is empty"),
        (b"<html><table><tr><td>name</td></tr></table>", "x.csv is a web page"),
        (b"%PDF-1.7\n\x00\xff\xfe\x80\x81", "x.csv is neither text"),
        (b"PK\x03\x04 and then nothing", "x.csv：工作簿损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "x.csv：工作簿损坏"),
        (b'name\n"\xe7\x94\xb2', "x.csv, line 2: unexpected end of data; check the quotes there"),
        (b"taxpayers:\n  a: b: c", "x.csv, line 2: not valid YAML"),
        (b"- [1, 2", "x.csv, line "),
        (b"taxpayers: nobody", "x.csv, line 1: taxpayers must be a list of records"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_name_and_the_reason(tmp_path, content, sentence):
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    try:
        problems = [problem for table in read_tables(file) for problem in table.problems]
    except BadInput as refused:
        problems = refused.problems
    assert len(problems) == 1
    assert problems[0].startswith(sentence)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path, name):
    with pytest.raises(BadInput, match="cannot be read"):
        read_tables(tmp_path / name)
