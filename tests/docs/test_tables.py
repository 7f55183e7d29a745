"""The tables of docs/ are what they describe."""

import csv
from pathlib import Path

import pytest

from doc_pages import ROOT
from docs import make_tables
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import POLICIES
from fapiao.rules.book import rulebook
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from launcher import main as line

DOCS = ROOT / "docs"


def first_column(text: str) -> list[str]:
    """The first cells of a table's rows, without their marks."""
    return [row.split("|")[1].strip(" `") for row in text.splitlines()[2:] if row.startswith("|")]


def test_no_table_is_out_of_date():
    stale = [page.name for page in make_tables.stale()]
    assert stale == [], "run .venv/bin/python docs/make_tables.py"


def test_every_table_stands_on_a_page():
    text = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    assert [name for name in make_tables.TABLES if f"<!-- table: {name} -->" not in text] == []


def test_a_table_that_was_changed_by_hand_is_found(tmp_path: Path):
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    page = tmp_path / "commands.md"
    page.write_text(text.replace("./fapiao demo", "./fapiao dance"), encoding="utf-8")
    assert make_tables.stale(tmp_path) == {page: text}


def test_the_tables_of_a_page_in_the_folder_zh_are_chinese(tmp_path: Path):
    page = tmp_path / "zh" / "fields.md"
    page.parent.mkdir()
    page.write_text("<!-- table: backwards -->\n<!-- end -->\n", encoding="utf-8")
    (text,) = make_tables.stale(tmp_path).values()
    assert "| 列 | 全票池现值 | 不予更新的新值 |" in text
    assert first_column(text.partition("-->\n\n")[2]) == first_column(make_tables.backwards())


def test_the_commands_are_those_of_the_command_line():
    assert first_column(make_tables.commands()) == [f"./fapiao {name}" for name in line.COMMANDS]


def test_the_dags_are_those_of_every_channel_with_a_hook_and_those_with_a_file_of_their_own():
    expected = [job.dag_id for job in rulebook().jobs(channels=tuple(DOWNLOAD_CHANNELS))]
    written = sorted(page.stem for page in (ROOT / "dags").glob("*.py") if page.stem != "channel_calendar")
    assert first_column(make_tables.dags()) == [*expected, *written]
    assert "sweep_results" in written


def test_name_and_crons_of_every_dag_are_those_that_airflow_has():
    with (ROOT / "tests" / "dags" / "dags.csv").open(encoding="utf-8") as lines:
        expected = {line["dag_id"]: line for line in csv.DictReader(lines)}
    for row in make_tables.dags().splitlines()[2:]:
        dag_id, name, _, crons = (cell.strip(" `") for cell in row.split("|")[1:5])
        fires = expected[dag_id]["crons"] or "a person fills in its form"
        assert (name, crons.replace("`, `", " | ")) == (expected[dag_id]["name"], fires)


def test_every_column_of_the_pool_stands_in_the_table():
    assert first_column(make_tables.columns()) == [column.name for column in load_fields().columns]


@pytest.mark.parametrize("policy", POLICIES)
def test_every_merge_policy_is_explained(policy):
    text = (DOCS / "fields.md").read_text(encoding="utf-8").partition("## Steps backwards")[0]
    assert f"| `{policy}` |" in text


def test_every_code_has_its_label_on_the_page():
    text = (DOCS / "statuses.md").read_text(encoding="utf-8")
    assert [code for code in rulebook().codes if f"| `{code.code}` | {code.label} |" not in text] == []
