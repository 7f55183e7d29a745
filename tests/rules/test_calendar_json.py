"""`./fapiao calendar --json` says, over whole years, what answers/ says, in the form that others rely on."""

import csv
import json
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from fapiao.calendar.occurrences import occurrences
from fapiao.rules.book import rulebook
from launcher.main import main
from temporary_postgres import ROOT

ANSWERS = ROOT / "tests" / "rules" / "answers"
PROMISED = [
    *("at", "channel", "job", "dag_id", "direction", "download_type", "sync_type", "document"),
    *("window_start", "window_end", "window_basis", "rule", "source", "suppressed"),
]
"""design §5, in its order"""
SWITCH = "rim_download.open_replenish_last_month"
REASONS = {"empty window": "empty window", f"switched off: parameter {SWITCH}": SWITCH}
COMPARED = ("job", "direction", "document", "download_type", "sync_type", "window_start", "window_end", "window_basis")

Line = tuple[str, ...]
Ask = Callable[..., list[dict[str, object]]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs the command in this process and reads its lines."""

    def run(*words: str) -> list[dict[str, object]]:
        code = main(["calendar", *words, "--json"])
        said = capsys.readouterr()
        assert (code, said.err) == (0, "")
        return [json.loads(line) for line in said.out.splitlines()]

    return run


def told(objects: Iterable[dict[str, object]]) -> Counter[Line]:
    """What the command said, without hours: how often each line fires on its day."""
    return Counter(
        (
            str(one["at"])[:10],
            *(str(one[name] or "") for name in COMPARED),
            next((short for long, short in REASONS.items() if str(one["suppressed"]).startswith(long)), ""),
            "yes" if one["only_if_missing"] else "no",
        )
        for one in objects
    )


def expected(file: Path) -> Counter[Line]:
    """The answer file in the same form."""
    names = ("date", *COMPARED, "suppressed", "only_if_missing")
    with file.open(encoding="utf-8", newline="") as lines:
        return Counter({tuple(row[name] for name in names): int(row["times"]) for row in csv.DictReader(lines)})


def between(lines: Counter[Line], first: str, last: str) -> Counter[Line]:
    return Counter({line: times for line, times in lines.items() if first <= line[0] <= last})


CHANNELS = ("leqi", "etax", "soft_certificate", "tax_disk", "aisino")


@pytest.mark.req("R099", "R100", "R101", "R102", "R109", "R111", "R114", "A-05", "A-06", "A-27", "A-38")
@pytest.mark.req("R044", "R045", "R080", "R082", "R083", "R086", "R088", "R091", "R092", "R097", "R115", "R116")
@pytest.mark.req("R118", "R119", "R123", "R124", "R125", "A-23", "A-26")
@pytest.mark.parametrize("year", ["2027", "2028"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_over_two_whole_years_one_of_them_a_leap_year(ask, channel, year):
    """Whole years, so that a day on which nothing may fire is compared as well."""
    first, last = f"{year}-01-01", f"{year}-12-31"
    found = told(ask("--channel", channel, "--from", first, "--to", last))
    assert found == between(expected(ANSWERS / f"{channel}_2027_2028.csv"), first, last)


@pytest.mark.req("R124", "A-26", "A-05")
def test_there_are_days_on_which_a_channel_asks_for_no_documents(ask):
    """税盘 never asks for anything but statuses on the 3rd; 航信 knows no day without a window."""
    third = ask("--channel", "tax_disk", "--from", "2027-05-03", "--to", "2027-05-03")
    assert [one["job"] for one in third] == ["status_update"]
    assert not any(
        one["suppressed"] for one in ask("--channel", "aisino", "--from", "2027-05-01", "--to", "2028-05-01")
    )


def test_the_command_line_says_the_same_as_the_function_behind_it(fapiao_home):
    """One run as a user runs it: another process, no database, nothing left behind."""
    words = ["calendar", "--from", "2028-02-01", "--to", "2028-03-31", "--channel", "leqi", "--json"]
    ran = subprocess.run([sys.executable, ROOT / "launcher", *words], check=True, capture_output=True, text=True)
    found = told(json.loads(line) for line in ran.stdout.splitlines())
    assert found == between(expected(ANSWERS / "leqi_2027_2028.csv"), "2028-02-01", "2028-03-31")
    assert list(fapiao_home.iterdir()) == []


def test_the_answer_files_are_what_their_script_writes():
    """And the script knows nothing of ours: it imports the standard library only."""
    script = runpy.run_path(str(ANSWERS / "make_answers.py"))
    assert sorted(script["FILES"]) == sorted(file.name for file in ANSWERS.glob("*.csv"))
    for name, channel in script["FILES"].items():
        with (ANSWERS / name).open(encoding="utf-8", newline="") as lines:
            assert list(csv.DictReader(lines)) == list(script["answers"](channel))
    source = (ANSWERS / "make_answers.py").read_text(encoding="utf-8")
    imported = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported == {"csv", "calendar", "collections.abc", "datetime", "pathlib"}


def test_every_object_has_the_promised_keys_first_and_in_their_order(ask):
    objects = ask("--from", "2027-01-01", "--to", "2027-01-31")
    assert all(list(one)[: len(PROMISED)] == PROMISED for one in objects)
    assert {one["channel"] for one in objects} == {"leqi", "etax", "soft_certificate", "tax_disk", "aisino"}
    assert all(one["dag_id"] == f"{one['channel']}__{one['job']}" for one in objects)
    assert all(str(one["at"]).endswith(":00+08:00") for one in objects)
    assert [one["at"] for one in objects] == sorted(str(one["at"]) for one in objects)


@pytest.mark.req("R108")
def test_the_hour_of_the_increment_is_a_line_of_the_rules_file(spoil):
    """S1 announces 10:00 instead of the early hours; that day nobody touches any code."""
    moved = rulebook(spoil("calendar.yaml", '"30 8 * * *"', '"0 10 * * *"'))
    for rules, hour in ((rulebook(), "08:30"), (moved, "10:00")):
        found = occurrences(rules, date(2027, 1, 5), channel="leqi", job="incremental")
        assert {f"{one.at:%H:%M}" for one in found} == {hour}


@pytest.mark.req("R087", "R100")
@pytest.mark.parametrize("channel", ["leqi", "etax"])
def test_the_tenth_is_planned_once_its_parameter_is_set(ask, channel):
    tenth = ("--from", "2027-03-10", "--to", "2027-03-10", "--channel", channel)
    for value, planned in (("1", True), ("0", False)):
        found = [one for one in ask(*tenth, "--param", f"{SWITCH}={value}") if one["job"] == "compensation"]
        assert found
        assert all((one["suppressed"] is None) is planned for one in found)


@pytest.mark.req("A-06", "R123")
def test_another_frequency_moves_the_running_month_of_leqi_and_soft_certificate_only(ask):
    days = {}
    for one in ask("--from", "2028-02-01", "--to", "2028-02-29", "--frequency", "5;10;15;21;-1"):
        if one["job"] == "current_month":
            days.setdefault(one["channel"], set()).add(int(str(one["at"])[8:10]))
    assert days["leqi"] == days["soft_certificate"] == {5, 10, 15, 21, 28}
    assert days["etax"] == days["tax_disk"] == {1, 4, 7, 10, 13, 16, 19, 22, 25, 28}
    assert days["aisino"] == set(range(1, 30))
