"""YAML scalars are the texts that were written: no octal numbers, no dates, no rounded digits."""

import pytest

from fapiao.errors import BadInput
from fapiao.tables.yaml_lines import read_yaml


def values(text: str) -> dict[str, object]:
    (table,) = read_yaml("a.yaml", text)
    assert table.problems == []
    return {name: cell.value for name, cell in table.lines[0].cells.items()}


@pytest.mark.parametrize("written", ["0123", "911101066976941872", "1e5", "2026-01-05", "yes", "1_000", "0x1F"])
def test_a_plain_scalar_stays_as_it_is_written(written):
    assert values(f"- a: {written}") == {"a": written}


@pytest.mark.parametrize("written", ["", "~", "null", "''", '"  "'])
def test_nothing_is_empty(written):
    assert values(f"- a: {written}") == {"a": ""}


def test_a_quoted_null_is_a_word():
    assert values('- a: "null"') == {"a": "null"}


def test_a_list_is_its_texts_without_the_empty_ones():
    assert values("- a: [x, 01, null]") == {"a": ("x", "01")}


def test_every_cell_knows_its_own_line():
    (table,) = read_yaml("a.yaml", "taxpayers:\n  - name: 甲\n    channel:\n      leqi\n")
    (line,) = table.lines
    assert (line.where(), line.where("channel"), line.where("absent")) == (
        "a.yaml, line 2",
        "a.yaml, line 4, channel",
        "a.yaml, line 2, absent",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a: 1\n  a: 2", "a.yaml, line 2, a: this record has the column twice; keep one of them"),
        ("- a: {b: c}", "a.yaml, line 1, a: expected a value or a list of values"),
        ("- a: [[b]]", "a.yaml, line 1, a: expected a value or a list of values"),
        ("- a: 1\n- b", "a.yaml, line 2: expected a record of columns and values"),
    ],
)
def test_another_shape_is_complained_about_with_its_line(text, problem):
    (table,) = read_yaml("a.yaml", text)
    assert table.problems == [problem]


@pytest.mark.parametrize("text", ["just words", "# only a comment"])
def test_what_is_neither_a_list_nor_a_mapping_is_refused(text):
    with pytest.raises(BadInput, match=r"^a.yaml: expected a list of records"):
        read_yaml("a.yaml", text)


def test_an_empty_section_has_no_records():
    (table,) = read_yaml("a.yaml", "accounts:")
    assert (table.name, table.lines, table.problems) == ("accounts", [], [])


def test_a_python_object_is_not_made():
    assert values("- a: !!python/object/apply:os.getcwd []") == {"a": ()}
