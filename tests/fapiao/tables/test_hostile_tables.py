"""A table that is deeper, wider, longer or larger than any of ours is refused at once, with a sentence."""

from time import process_time

import pytest

from fapiao.errors import BadInput
from fapiao.tables.reading import read_tables, tables_of

pytestmark = pytest.mark.finding("F75")
LAUGHS = b"a: &a0 [x]\n" + b"".join(
    b"b%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 30)
)
WIDE = ",".join(f"c{number}" for number in range(10_000)).encode()
REFUSED = {
    "nothing but a separator": (b",", "has no heading line"),
    "60,000 lists in one another": (b"[" * 60_000, "lists and records more than 20 deep"),
    "60,000 lists below a name": (b"a: " + b"[" * 60_000 + b"]" * 60_000, "more than 20 deep"),
    "60,000 records in one another": (b"{a: " * 60_000, "more than 20 deep"),
    "60,000 dashes": (b"- " * 60_000, "more than 20 deep"),
    "aliases that laugh": (LAUGHS, "more than 500000 values and names"),
    "120,000 aliases": (
        b"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: [" + b",".join([b"*a"] * 120_000) + b"]\n",
        "more than 500000",
    ),
    "an alias of itself": (b"- &a [*a]", "nothing is called &a"),
    "an alias of nothing": (b"- *a", "nothing is called &a"),
    "a section twice": (b"taxpayers: []\ntaxpayers: []\n", "the section taxpayers stands here for the second time"),
    "a list for a section's name": (b"---\n? [a]\n: []\n", "a section must have a text"),
    "a list for a column": (b"- {[a]: b}", "a column must have a text"),
    "two documents": (b"- a: 1\n---\n- a: 2\n", "a second document begins here"),
    "half a character": (b'- a: "\\ud800"', "not valid YAML"),
    "600,000 values": (b"- {a: 1}\n" * 300_000, "more than 500000 values"),
    "10,000 columns": (WIDE + b"\n" + WIDE, "more than 256 columns"),
    "10,000 records of other columns": (b"[" + b",".join(b"{c%d: 1}" % n for n in range(10_000)) + b"]", "256 columns"),
    "a NUL": (b"a,b\n\0,1\n", "neither text"),
    "a quote that nobody closes": (b'a,b\n"x,1\n' + b"y,2\n" * 100_000, "check the quotes there"),
    "a cell of ten million characters": (b"a\n" + b"x" * 10_000_000, "check the quotes there"),
    "15 million separators": (b"a,b\n" + b"," * 15_000_000, "more than 1000000 cells"),
    "20 MB of text": (b"a,b\n" + b"1,2\n" * 5_000_000, "larger than 16 MB of text"),
    "a million records of another width": (b"a,b\n" + b"1\n" * 1_000_000, "only the first 1000 problems are told"),
    "UTF-16 that is cut": ("a,b\n1,2".encode("utf-16")[:-1], "neither text"),
    "no text in any encoding": (b"a,b\n\xff\xff,1\n", "neither text"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_of_ours_is_refused_at_once(case: str) -> None:
    content, sentence = REFUSED[case]
    begun = process_time()
    with pytest.raises(BadInput, match=sentence) as refused:
        tables_of("x.csv", content)
    assert process_time() - begun < 10
    assert "\n" not in refused.value.problems[0]
    assert all(problem.startswith("x.csv") for problem in refused.value.problems[:1000])


@pytest.mark.parametrize("blank", [b"\n" * 50_000, b" " * 50_000 + b"\n", b" \n" * 30_000, b"#" * 900_000 + b"\n"])
def test_blank_lines_and_comments_are_passed_over_once(blank: bytes) -> None:
    begun = process_time()
    (table,) = tables_of("x.csv", blank + b"- a: 1\n")
    assert [line.cells["a"].value for line in table.lines] == ["1"]
    assert process_time() - begun < 5


@pytest.mark.parametrize("text", ['- a: "x\\0y"', '- a: [b, "\\0"]'])
def test_a_sign_that_no_text_has_is_complained_about_with_its_place(text: str) -> None:
    (table,) = tables_of("x.yaml", text.encode())
    assert table.problems == [
        "x.yaml, line 1, a: a NUL character, or half a character, stands in this cell; type it again"
    ]


def test_an_alias_is_read_as_what_it_stands_for() -> None:
    (table,) = tables_of("x.yaml", b"- {a: &all [1, 2], b: &one x}\n- {a: *all, b: *one}\n")
    assert [{name: cell.value for name, cell in line.cells.items()} for line in table.lines] == [
        {"a": ("1", "2"), "b": "x"}
    ] * 2


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16", "gbk", "utf-8-sig"])
def test_a_text_is_read_in_the_encoding_that_it_is_in(codec: str) -> None:
    (table,) = tables_of("x.csv", "name,b\n甲公司,1\n".encode(codec))
    assert table.lines[0].cells["name"].value == "甲公司"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device"])
def test_only_a_regular_file_is_opened(tmp_path, kind: str) -> None:
    import os

    place = tmp_path / "x.csv"
    (tmp_path / "real.csv").write_text("name\n甲\n", encoding="utf-8")
    if kind == "link":
        place.symlink_to(tmp_path / "real.csv")
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/dev/zero")
    with pytest.raises(BadInput, match="cannot be read"):
        read_tables(place)
