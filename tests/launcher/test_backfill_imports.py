"""Files in `./fapiao backfill`, `log` and `retry`: one list with the downloads, and no channel."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bureau_workbooks import OWNER, company, export, header, line
from launcher.connections import LEQI_VARIABLE, POOL_VARIABLE
from launcher.main import main

pytestmark = pytest.mark.usefixtures("chinese")

SECOND = "27312000000000000002"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch, pool_url: str, tmp_path: Path) -> Iterator[psycopg.Connection[Any]]:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    for name in (LEQI_VARIABLE, "FAPIAO_FILES"):
        monkeypatch.delenv(name, raising=False)
    with psycopg.connect(pool_url, autocommit=True, row_factory=dict_row) as connection:
        company(connection)
        yield connection


def said(capsys: Capture, *words: str) -> str:
    """What a command prints; it must succeed."""
    capsys.readouterr()
    assert main(list(words)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def listed(capsys: Capture) -> list[dict[str, Any]]:
    """The list, as a program reads it."""
    return [json.loads(row) for row in said(capsys, "backfill", "list", "--json").splitlines()]


@pytest.mark.finding("F17")
@pytest.mark.req("R242", "R247", "R250", "R251", "R253", "R254", "R273")
def test_an_import_is_in_the_list_and_show_and_the_view_say_the_same_of_it(
    pool: psycopg.Connection[Any], tmp_path: Path, capsys: Capture
) -> None:
    file = export(tmp_path / "七月.xlsx", [header(), header(数电发票号码=SECOND, 金额="一百")], [line()])
    main(["import", "--date", "2027-02-10", str(file), "--as", "li"])
    (row,) = listed(capsys)
    assert (row["method_label"], row["channel"], row["channel_label"]) == ("导入电子税局文件", None, None)
    assert (row["status_label"], row["total_count"], row["succeeded_count"]) == ("部分执行成功", 2, 1)
    assert (row["failed_count"], row["created_by"], row["taxpayer_no"]) == (1, "li", OWNER)
    shown = said(capsys, "backfill", "show", row["batch_no"])
    assert all(word in shown for word in ("部分执行成功", "七月.xlsx", "失败份数", "销项"))
    views = ("history_task", "history_batch", "history_subtask")
    for view in views:
        assert pool.execute(f"SELECT status_label FROM fapiao.{view}").fetchall() == [{"status_label": "部分执行成功"}]


@pytest.mark.finding("F17")
@pytest.mark.req("R251", "R311")
def test_the_log_lists_an_import_and_not_under_a_channel(
    pool: psycopg.Connection[Any], tmp_path: Path, capsys: Capture
) -> None:
    said(capsys, "import", "--date", "2027-02-10", str(export(tmp_path, [header()])))
    for channel in ("乐企", "电子税局"):
        assert said(capsys, "log", "--channel", channel, "--json") == ""
    (row,) = [json.loads(line) for line in said(capsys, "log", "--sync-type", "手工导入", "--json").splitlines()]
    assert (row["channel"], row["channel_label"]) == (None, None)
    (asked,) = [
        json.loads(line)["asked"]
        for line in said(capsys, "log", "--batch", row["batch_no"], "--attempts", "--json").splitlines()
    ]
    assert asked["channel"] is None


@pytest.mark.finding("F17")
@pytest.mark.req("R257")
def test_retry_plans_a_new_reading_and_says_who_makes_it(
    pool: psycopg.Connection[Any], tmp_path: Path, capsys: Capture
) -> None:
    main(["import", "--date", "2027-02-10", str(export(tmp_path, [header(金额="一百")]))])
    (row,) = listed(capsys)
    assert row["status_label"] == "全部执行失败"
    assert main(["backfill", "retry", row["batch_no"]]) == 0
    assert "import_bureau_file 十分钟内处理" in capsys.readouterr().err
    (again,) = listed(capsys)
    assert (again["batch_no"], again["status_label"], again["subtasks"]) == (row["batch_no"], "待同步", 1)
    assert "终止" in said(capsys, "backfill", "stop", row["batch_no"], "--reason", "误导入")
    assert listed(capsys)[0]["status_label"] == "全部执行失败"
    assert len(said(capsys, "backfill", "resume", row["batch_no"]).split()) == 1
    assert listed(capsys)[0]["status_label"] == "待同步"


@pytest.mark.finding("F17")
@pytest.mark.req("R253", "R257", "R273")
def test_a_retry_that_waits_hides_nothing_of_what_the_first_reading_did(
    pool: psycopg.Connection[Any], tmp_path: Path, capsys: Capture
) -> None:
    broken = {"数电发票号码": SECOND, "金额": "一百"}
    file = export(tmp_path / "wrong.xlsx", [header(), header(**broken)], [line(), line(数电发票号码=SECOND)])
    assert main(["import", "--date", "2027-02-10", str(file)]) == 1
    assert "未导入 2 行；" in capsys.readouterr().out
    (before,) = listed(capsys)
    counts = {"total_count": 3, "succeeded_count": 1, "failed_count": 2}
    assert {name: before[name] for name in counts} == counts
    (again,) = said(capsys, "backfill", "retry", before["batch_no"]).split()

    task, kept, *attempts = shown(capsys, before["batch_no"])
    assert ({name: task[name] for name in counts}, task["status_label"], task["open"]) == (counts, "同步中", 1)
    assert (kept["name"], kept["rows"], kept["kept"], kept["rejected"]) == ("wrong.xlsx", 5, 2, 2)
    assert [
        (row["batch_no"], row["downloaded_count"], row["status"], row["retry_of_batch_no"]) for row in attempts
    ] == [
        (before["batch_no"], 3, "succeeded", None),
        (again, 0, "pending", before["batch_no"]),
    ]
    assert all(listed(capsys)[0][name] == counts[name] for name in counts)

    said(capsys, "backfill", "stop", before["batch_no"], "--reason", "误导入")
    task, *files_and_attempts = shown(capsys, before["batch_no"])
    assert ({name: task[name] for name in counts}, task["status_label"]) == (counts, "部分执行成功")
    assert [row.get("name", row.get("batch_no")) for row in files_and_attempts] == [
        "wrong.xlsx", before["batch_no"], again,
    ]  # fmt: skip


def shown(capsys: Capture, batch_no: str) -> list[dict[str, Any]]:
    """The import task, its files and its attempts, as a program reads them."""
    return [json.loads(row) for row in said(capsys, "backfill", "show", batch_no, "--json").splitlines()]
