"""Every option that takes a code takes its label, in every width; what is no word of it is refused with a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from group_rows import A, taxpayer
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from task_rows import put

pytestmark = pytest.mark.finding("F62")
DAYS = ("calendar", "--from", "2027-03-10", "--to", "2027-03-10", "--json")
TENTH = "rim_download.open_replenish_last_month"


def _calendar(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main([*DAYS, *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("word", ["乐企", "乐企直连", "LEQI", " ｌｅｑｉ "])
def test_the_calendar_of_a_channel_by_its_label(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _calendar(capsys, "--channel", word) == _calendar(capsys, "--channel", "leqi") != _calendar(capsys)


@pytest.mark.parametrize("yes", ["1", "true", "是", "开", "ON", "１"])
@pytest.mark.parametrize("no", ["0", "false", "否", "关"])
def test_a_switch_of_the_calendar_is_on_or_off_in_any_word(
    yes: str, no: str, capsys: pytest.CaptureFixture[str]
) -> None:
    on, off = (_calendar(capsys, "--param", f"{TENTH}={word}", "--channel", "leqi") for word in (yes, no))
    assert [one["suppressed"] for one in on if one["job"] == "compensation"] == [None] * 4
    assert all(one["suppressed"] for one in off if one["job"] == "compensation")


def test_a_word_that_is_neither_yes_nor_no_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DAYS, "--param", f"{TENTH}=perhaps"]) == 1
    assert "rim_download open_replenish_last_month is yes or no" in capsys.readouterr().err


def test_the_days_of_a_frequency_may_stand_in_any_width(capsys: pytest.CaptureFixture[str]) -> None:
    written = _calendar(capsys, "--frequency", "５；１０、１５，２０ ； ２６")
    assert written == _calendar(capsys, "--frequency", "5;10;15;20;26")


def test_days_are_read_as_people_write_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "--from", "２０２７年３月１０日", "--to", "2027/3/10", "--json", "--channel", "乐企"]) == 0
    assert capsys.readouterr().out.count("\n") == len(_calendar(capsys, "--channel", "leqi"))


@pytest.fixture
def pool_of_one(pool_url: str, pool: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    taxpayer(pool, A)
    put(pool, "succeeded", batch_no="one", taxpayer_no=A, channel="leqi", invoice_type="81", direction="input",
        download_type="input_full")  # fmt: skip
    pool.commit()
    return pool


@pytest.mark.parametrize(
    "words",
    [("--channel", "乐企"), ("--direction", " 进项"), ("--status", "成功"), ("--invoice-type", "数电专票"),
     ("--invoice-type", "８１"), ("--taxpayer", A.lower()), ("--taxpayer", "".join(chr(ord(s) + 0xFEE0) for s in A)),
     ("--download-type", "进项－全量"), ("--from", "2020年1月1日")],
)  # fmt: skip
def test_the_log_is_filtered_by_labels_and_numbers_in_any_spelling(
    words: tuple[str, str], pool_of_one: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["log", "--json", *words]) == 0
    assert [json.loads(line)["batch_no"] for line in capsys.readouterr().out.splitlines()] == ["one"]


@pytest.mark.parametrize(("word", "kept"), [("true", "1"), ("是", "1"), ("关", "0"), ("１", "1")])
def test_a_switch_is_kept_as_one_or_zero_however_it_is_typed(
    word: str, kept: str, pool_of_one: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["params", "set", *TENTH.split("."), word]) == 0
    capsys.readouterr()
    assert main(["params", "get", *TENTH.split(".")]) == 0
    assert capsys.readouterr().out == f"{kept}\n"


def test_a_switch_takes_no_other_word(pool_of_one: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params", "set", *TENTH.split("."), "maybe"]) == 1
    assert "is yes or no" in capsys.readouterr().err
    assert main(["params", "set", "fapiao", "leqi_quota_reserve", "true"]) == 1
    assert "is a whole number like 1" in capsys.readouterr().err
