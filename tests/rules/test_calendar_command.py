"""`./fapiao calendar` for people: a table, an explanation, and one sentence where a word is wrong."""

import pytest

from launcher.main import main
from temporary_postgres import ROOT

ONE_DAY = ("--from", "2027-03-10", "--to", "2027-03-10")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):
    """Runs the command; returns exit code, output and error."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["calendar", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_without_json_it_is_a_table(say):
    code, out, _ = say(*ONE_DAY, "--channel", "leqi")
    headings, rule, *rows = out.splitlines()
    assert code == 0
    assert headings.split()[:3] == ["at", "dag_id", "direction"]
    assert set(rule) == {"─", " "}
    assert any(row.startswith("2027-03-10 08:30  leqi__incremental") for row in rows)
    assert any("leqi__compensation" in row and "switched off" in row for row in rows)


def test_explained_it_quotes_rule_source_and_the_manuals_sentence(say):
    _, out, _ = say(*ONE_DAY, "--channel", "leqi", "--explain")
    (line,) = [line for line in out.splitlines() if "leqi__incremental input customs" in line]
    assert "planned; 2027-03-06 to 2027-03-09 by collection_date" in line
    assert "leqi-incremental" in line
    assert "S1 §3.3 乐企②" in line
    assert "每天凌晨下载前四天的发票" in line


def test_a_day_without_downloads_says_so(say):
    assert say(*ONE_DAY, "--channel", "aisino", "--job", "history_output")[1].strip() == "(nothing)"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "10 March", "--to", "2027-03-10"), "'10 March' is not a day: write it like 2026-01-05"),
        (("--from", "2027-02-29", "--to", "2027-03-10"), "'2027-02-29' is not a day: write it like 2026-01-05"),
        (("--from", "2027-03-10", "--to", "2027-03-09"), "2027-03-09"),
        (("--from", "1999-01-01", "--to", "2027-03-09"), "1999-01-01 is outside the calendar, which knows 2017-01-01"),
        (("--from", "2027-03-10", "--to", "2100-01-01"), "2100-01-01 is outside the calendar"),
        ((*ONE_DAY, "--channel", "lequ"), "channel 'lequ' is unknown; known are"),
        ((*ONE_DAY, "--frequency", "5;10;15;20;25;30"), "one to 5 days, not 6"),
        ((*ONE_DAY, "--frequency", "often"), "frequency 'often' is not a list of days"),
        ((*ONE_DAY, "--frequency", "5;32"), "5;32"),
        ((*ONE_DAY, "--param", "rim_download"), "--param 'rim_download' is not type.key=value"),
        ((*ONE_DAY, "--param", "rim_download.open_nothing=1"), "rim_download.open_nothing"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_nothing_is_printed(say, words, said):
    code, out, err = say(*words)
    assert (code, out) == (1, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_it_needs_neither_database_nor_airflow():
    """Read from its imports, followed through our own modules."""
    seen: set[str] = set()
    waiting = ["launcher/commands/calendar.py"]
    while waiting:
        name = waiting.pop()
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["from"], ["import"]) and words[1] not in seen:
                seen.add(words[1])
                home = {"fapiao": "plugins/"}.get(words[1].partition(".")[0], "")
                path = f"{home}{words[1].replace('.', '/')}.py"
                waiting += [path] if (ROOT / path).is_file() else []
    assert {"fapiao.calendar.occurrences", "fapiao.windows"} <= seen
    assert not {name.partition(".")[0] for name in seen} & {"airflow", "psycopg", "hooks", "operators", "httpx"}
