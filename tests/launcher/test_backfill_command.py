"""`./fapiao backfill`: the plan first, then import tasks that can be listed, stopped, resumed and retried."""

import io
import json

import psycopg
import pytest
from psycopg.rows import dict_row

from history_forms import BOTH, GROUP, LEQI
from launcher.connections import BUREAU_VARIABLES, POOL_VARIABLE
from launcher.main import main

DAY = ["--date", "2026-11-21"]
FORM = ["backfill", "--taxpayers", f"{LEQI},{BOTH}", "--months", "2026-08..2026-10", "--types", "81", *DAY]


@pytest.fixture
def pool(monkeypatch, pool_url, fapiao_home, tmp_path):
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name in BUREAU_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "group.yaml").write_text(GROUP, encoding="utf-8")
    assert main(["taxpayers", "load", str(tmp_path / "group.yaml")]) == 0
    with psycopg.connect(pool_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def said(capsys, *words):
    """What a command prints; it must succeed."""
    capsys.readouterr()
    assert main(list(words)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def planned(capsys):
    """Two import tasks that wait; their numbers in the order of the list."""
    said(capsys, *FORM, "--later", "--as", "ming")
    return [json.loads(line)["batch_no"] for line in said(capsys, "backfill", "list", "--json").splitlines()]


def count(pool, what="sync.task"):
    return pool.execute(f"SELECT count(*) AS n FROM {what}").fetchone()["n"]


@pytest.mark.req("R238", "R270")
@pytest.mark.usefixtures("chinese")
def test_a_dry_run_prints_every_subtask_and_its_cost_and_does_nothing(pool, capsys):
    printed = said(capsys, *FORM, "--dry-run")
    assert "申请 6 次，1 天（2026-11-21：6 次）" in printed
    assert printed.count("2026-08-01") == 2
    assert (count(pool), count(pool, "sync.batch")) == (0, 0)


def test_the_same_as_json(pool, capsys):
    told = json.loads(said(capsys, *FORM, "--dry-run", "--json"))
    assert (told["summary"]["requests"], len(told["subtasks"])) == (6, 6)


@pytest.mark.req("R269", "R271")
def test_a_refusal_is_every_sentence_and_1(pool, capsys):
    assert main(["backfill", "--taxpayers", "X", "--years", "1999", "--types", "bill"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert count(pool) == 0


def test_without_a_bureau_nothing_is_begun_that_nobody_would_work(pool, capsys):
    assert main([*FORM, "--go"]) == 1
    assert "There is no bureau" in capsys.readouterr().err
    assert count(pool) == 0


def test_a_terminal_is_asked_and_no_is_no(pool, capsys, monkeypatch):
    terminal = io.StringIO("n\n")
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", terminal)
    said(capsys, *FORM, "--later")
    assert count(pool) == 0


@pytest.mark.req("R241", "R242", "R254", "G14", "A-39")
@pytest.mark.usefixtures("chinese")
def test_two_tax_numbers_are_two_import_tasks_with_numbers_of_their_own(pool, capsys):
    numbers = planned(capsys)
    assert len(set(numbers)) == 2
    assert all(len(number) == 23 and number[:17].isdigit() for number in numbers)
    listed = said(capsys, "backfill", "list")
    assert listed.count("待同步") == 2
    assert "ming" in listed
    assert "没有需要申请的" in said(capsys, *FORM, "--later")


@pytest.mark.req("R272", "R273")
@pytest.mark.usefixtures("chinese")
def test_show_lists_months_and_the_rows_behind_them(pool, capsys):
    number = planned(capsys)[0]
    shown = said(capsys, "backfill", "show", number)
    assert [month in shown for month in ("2026-08-01", "2026-09-01", "2026-10-01")] == [True] * 3
    assert shown.count("未处理") == 3
    assert main(["backfill", "show", "20260101000000000ABCDEF"]) == 1


@pytest.mark.req("R256")
def test_stop_ends_the_waiting_rows_of_what_was_selected_and_resume_takes_it_back(pool, capsys):
    first, second = planned(capsys)
    assert main(["backfill", "stop", first]) == 1
    assert "请填写作废原因。" in capsys.readouterr().err
    assert said(capsys, "backfill", "stop", first, "--reason", "误操作").count("终止") == 3
    states = pool.execute("SELECT batch_no, status, terminated FROM fapiao.history_batch").fetchall()
    assert {row["batch_no"]: (row["status"], row["terminated"]) for row in states} == {
        first: ("failed", 3),
        second: ("waiting", 0),
    }
    assert main(["backfill", "stop", first, "--reason", "again"]) == 1
    assert len(said(capsys, "backfill", "resume", first).split()) == 3
    assert main(["backfill", "resume", first]) == 1


@pytest.mark.req("R257")
def test_retry_repeats_only_what_failed_and_could_still_be_given(pool, capsys):
    number = planned(capsys)[0]
    assert main(["backfill", "retry", number]) == 1
    pool.execute(
        "UPDATE sync.task SET status = 'apply_failed', finished_at = now(), error_message = 'x',"
        " error_code = CASE WHEN window_start = '2026-08-01' THEN 'NOT_OBTAINABLE' ELSE 'LEQI_99' END"
        " WHERE history_batch_no = %s AND window_start < '2026-10-01'",
        [number],
    )
    fresh = said(capsys, "backfill", "retry", number, *DAY).splitlines()[0]
    (row,) = pool.execute("SELECT * FROM sync.task WHERE retry_of IS NOT NULL").fetchall()
    assert (row["batch_no"], str(row["window_start"]), row["history_batch_no"]) == (fresh, "2026-09-01", number)
    (month,) = pool.execute(
        "SELECT status FROM fapiao.history_subtask WHERE history_batch_no = %s AND issue_month = '2026-09-01'", [number]
    ).fetchall()
    assert month["status"] == "waiting"


@pytest.mark.req("R269")
def test_who_has_no_right_may_neither_plan_nor_stop(pool, capsys):
    number = planned(capsys)[0]
    pool.execute(
        "INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES ('hong', '*', 'auditor', 'test')"
    )
    assert main([*FORM, "--dry-run", "--as", "hong"]) == 1
    assert capsys.readouterr().err.count("您没有该操作的权限。") == 2
    for words in (["stop", number, "--reason", "x"], ["retry", number], ["resume", number]):
        assert main(["backfill", *words, "--as", "hong"]) == 1
    assert count(pool, "sync.task WHERE void_state IS NULL") == 6
    assert len(said(capsys, "backfill", "list", "--json", "--as", "hong").splitlines()) == 2
    assert said(capsys, "backfill", "list", "--json", "--as", "nobody") == ""


@pytest.mark.req("R258", "R278", "R279", "A-13", "A-14")
def test_the_monthly_update_is_private_by_default_and_one_row_by_either_entrance(pool, capsys):
    from operators.history.auto_update import switch

    switch(pool, "hong", ["L"], ["details"])
    shown = said(capsys, "backfill", "auto", "--org", "L", "--enable", "details,usage", "--json", "--as", "ming")
    rows = [json.loads(line) for line in shown.splitlines()]
    assert [(row["org_code"], row["data_type"], row["entrance"], row["changed_by"]) for row in rows] == [
        ("L", "details", "history_page", "ming"),
        ("L", "usage", "automation", "ming"),
    ]
    said(capsys, "backfill", "auto", "--org", "L", "--disable", "usage")
    said(capsys, "params", "set", "auto_update_scope", "auto_update_scope", "global")
    rows = [json.loads(line) for line in said(capsys, "backfill", "auto", "--enable", "usage", "--json").splitlines()]
    assert {(row["org_code"], row["data_type"]): row["enabled"] for row in rows} == {
        ("*", "usage"): True,
        ("L", "details"): True,
        ("L", "usage"): False,
    }


@pytest.mark.req("R258", "R279")
@pytest.mark.usefixtures("chinese")
def test_the_monthly_updates_are_shown_in_the_products_words(pool, capsys):
    said(capsys, "backfill", "auto", "--scope", "global", "--enable", "usage", "--as", "ming")
    *_, line = said(capsys, "backfill", "auto", "--scope", "global", "--disable", "usage", "--as", "hong").splitlines()
    assert line.split() == ["*", "全局共享", "发票用途状态", "否", "自动化设置", "ming", "hong"]


@pytest.mark.usefixtures("chinese")
def test_a_stopped_subtask_is_shown_by_the_word_for_it(pool, capsys):
    number, _ = planned(capsys)
    said(capsys, "backfill", "stop", number, "--reason", "测试", "--as", "ming")
    shown = said(capsys, "backfill", "show", number)
    assert "终止" in shown
    assert "terminated" not in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--enable", "details"], "name the organisation"),
        (["--org", "NONE", "--enable", "details"], "NONE is unknown"),
        (["--org", "L", "--enable", "files"], "'files' is no data type"),
        (["--org", "L", "--enable", ","], "choose details"),
    ],
)
def test_a_monthly_update_that_means_nothing_is_refused(pool, capsys, words, sentence):
    assert main(["backfill", "auto", *words]) == 1
    assert sentence in capsys.readouterr().err
