"""What a command takes of a form: flags by the field's name, places, switches, the day, and the question before."""

import argparse
import sys
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from fapiao.forms.fields import FormField, Option
from launcher.main import main
from launcher.options import add_day, add_options, command_run, confirmed, day_of

FORM = (
    FormField(
        "keys", "texts", option=Option("keys", "form_options.selection_documents", "placeholders.number", repeated=True)
    ),
    FormField(
        "taxpayers",
        "texts",
        option=Option("--taxpayer", "form_options.selection_taxpayer", "placeholders.number", repeated=True),
    ),
    FormField(
        "direction", "text", option=Option("--direction", "form_options.import_direction", choices=("进项", "销项"))
    ),
    FormField("replay", "flag", "重新识别", option=Option("--replay", "form_options.import_replay")),
    FormField("page_only", "text", "仅页面"),
)


def parsed(*words: str) -> argparse.Namespace:
    """The words as the command reads them."""
    parser = argparse.ArgumentParser()
    add_options(parser, FORM)
    add_day(parser)
    return parser.parse_args(words)


def test_every_value_stands_under_the_name_of_its_field() -> None:
    found = vars(parsed("1", "2", "--taxpayer", "A", "--taxpayer", "B", "--direction", "进项", "--replay"))
    assert found == {
        "keys": ["1", "2"], "taxpayers": ["A", "B"], "direction": "进项", "replay": True, "date": None,
    }  # fmt: skip


@pytest.mark.parametrize("words", [[], ["1", "--direction", "x"], ["1", "--date", "today"]])
def test_what_the_command_does_not_take_ends_it(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(*words)
    assert "error:" in capsys.readouterr().err


def test_the_day_is_the_named_one_else_todays_in_shanghai() -> None:
    late = datetime(2027, 3, 9, 20, tzinfo=UTC)
    named, unnamed = parsed("1", "--date", "2027-01-31"), parsed("1")
    assert day_of(named) == date(2027, 1, 31)
    assert command_run(named, "selection", late).explicit
    run = command_run(unnamed, "selection", late)
    assert (run.dag_id, run.run_id, run.day, run.tick, run.explicit) == (
        "selection", "command__2027-03-09T20:00:00+00:00", date(2027, 3, 10), "2027-03-10", False,
    )  # fmt: skip


@pytest.mark.parametrize(("typed", "goes_on"), [("y", True), ("是", True), ("n", False), ("", False)])
def test_a_terminal_is_asked(
    typed: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = StringIO(f"{typed}\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    assert confirmed("确认申请以上子任务？") is goes_on
    assert capsys.readouterr().out == "确认申请以上子任务？[y/N] "


def test_a_script_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(""))
    assert confirmed("确认申请以上子任务？")


@pytest.mark.finding("F58")
@pytest.mark.parametrize(
    "line", ["log --from", "log --created-to", "select list --from", "schemes load x --date", "demo --date"]
)
@pytest.mark.parametrize(("language", "said"), [("zh", "“10.3.”不是日期；请写成 2026-01-05"), ("en", "'10.3.' is not a day: write it like 2026-01-05")])  # fmt: skip
def test_an_option_that_takes_a_day_says_how_it_is_written(
    line: str, language: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAPIAO_LANG", language)
    with pytest.raises(SystemExit) as refused:
        main([*line.split(), "10.3."])
    assert refused.value.code == 2
    assert said in capsys.readouterr().err
