"""`./fapiao log` shows the sync log by every filter of the manual, and changes nothing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from fapiao.errors import TryLater
from fapiao.rules import rulebook
from group_rows import A, B, scheduled, scheme, taxpayer
from hooks.tasks import TaskTable
from launcher.connections import POOL_VARIABLE
from launcher.line import main
from operators.plan import plan_day
from task_rows import DAY, batch, put, take

NUMBER = "20270610090000123ABCDEF"
JUNE = date(2027, 6, 1)


@pytest.fixture
def log(pool_url: str, pool: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # fmt: skip
    """Types `./fapiao log …`; gives back exit code, lines and complaint."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)

    def type_(*words: object) -> tuple[int, list[str], str]:
        pool.commit()
        capsys.readouterr()
        code = main(["log", *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return type_


@pytest.fixture
def rows(pool: psycopg.Connection) -> None:
    """Three rows that differ in everything."""
    batch(pool, "PARENT", "run-2")
    put(pool, "succeeded", batch_no=NUMBER, taxpayer_no=A, downloaded_count=2, inserted_count=2, amount_sum="12.30")
    put(
        pool, "download_failed", batch_no="failed", parent_batch_no="PARENT", taxpayer_no=B, direction="input",
        download_type="input_full", sync_type="history_month", document="customs", invoice_type="customs",
        window_start=date(2027, 5, 1), window_end=date(2027, 5, 31), dag_id="leqi__history_input",
        error_code="LEQI_99", error_message="其他错误", advice="ask the bureau",
    )  # fmt: skip
    put(pool, batch_no="open", taxpayer_no=A, channel="etax", dag_id="etax__current_month", invoice_type="01")


def found(answer: tuple[int, list[str], str]) -> set[str]:
    """The batch numbers of a JSON listing."""
    code, lines, complaint = answer
    assert (code, complaint) == (0, "")
    return {json.loads(line)["batch_no"] for line in lines}


EVERY = {NUMBER, "failed", "open"}


@pytest.mark.req("R302", "R303", "R307", "R315")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], EVERY),
        (["--batch", NUMBER], {NUMBER}),
        (["--batch", "PARENT"], {"failed"}),
        (["--taxpayer", A], {NUMBER, "open"}),
        (["--channel", "etax"], {"open"}),
        (["--direction", "input"], {"failed"}),
        (["--download-type", "input_full"], {"failed"}),
        (["--sync-type", "history_month"], {"failed"}),
        (["--document", "customs"], {"failed"}),
        (["--invoice-type", "81"], {NUMBER}),
        (["--status", "pending"], {"open"}),
        (["--dag", "leqi__history_input"], {"failed"}),
        (["--error", "LEQI_99"], {"failed"}),
        (["--from", JUNE], {NUMBER, "open"}),
        (["--to", "2027-05-31"], {"failed"}),
        (["--from", "2027-05-31", "--to", JUNE], EVERY),
        (["--taxpayer", A, "--status", "succeeded"], {NUMBER}),
        (["--taxpayer", "nobody"], set()),
    ],
)
def test_a_filter_leaves_the_rows_it_names(log: Any, rows: None, words: list[object], expected: set[str]) -> None:
    assert found(log(*words, "--json")) == expected


def test_the_limit_keeps_the_newest(log: Any, pool: psycopg.Connection) -> None:
    for minute in range(3):
        put(pool, batch_no=f"B{minute}", invoice_type=f"{minute}", created_at=f"2027-06-10 09:0{minute}+08")
    assert found(log("--limit", 2, "--json")) == {"B1", "B2"}


@pytest.mark.req("R301", "R304", "R306")
def test_people_see_labels_counts_and_why_it_failed(log: Any, rows: None) -> None:
    code, lines, _ = log()
    assert code == 0
    assert next(line for line in lines if NUMBER in line).split()[6:9] == ["成功", "2", "2"]
    assert "failed: 其他错误 — ask the bureau" in lines


def test_a_row_as_json_has_every_promised_column_and_exact_amounts(log: Any, rows: None) -> None:
    (line,) = log("--batch", NUMBER, "--json")[1]
    row = json.loads(line)
    assert list(row)[:3] == ["batch_no", "parent_batch_no", "taxpayer_no"]
    assert (row["amount_sum"], row["invoice_types"], row["status_label"]) == ("12.30", ["81"], "成功")


@pytest.mark.req("R317")
def test_the_export_holds_every_row_whatever_the_limit(log: Any, rows: None, tmp_path: Path) -> None:
    file = tmp_path / "log.xlsx"
    code, lines, _ = log("--limit", 1, "--xlsx", file)
    assert (code, lines) == (0, [f"3 rows written to {file}"])
    sheet = load_workbook(file)["fapiao"]
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == EVERY
    assert [cell.value for cell in sheet[1]][:3] == ["batch_no", "parent_batch_no", "taxpayer_no"]


def test_events_need_a_batch(log: Any) -> None:
    assert log("--events") == (1, [], "--events needs --batch: the events of which task?\n")


def test_the_events_of_a_task_say_what_who_and_why(log: Any, pool: psycopg.Connection) -> None:
    pool.execute("SELECT set_config('fapiao.actor', 'worker-7', false)")
    put(pool, batch_no=NUMBER)
    (claim,) = take(pool)
    TaskTable(pool).fail(claim, "apply_failed", TryLater("LEQI_09", "网络异常", "later"))
    events = [json.loads(line) for line in log("--batch", NUMBER, "--events", "--json")[1]]
    assert [(e["from_status"], e["to_status"], e["actor"], e["reason"]) for e in events] == [
        (None, "pending", "worker-7", "leqi-current-month"),
        ("pending", "apply_failed", "worker-7", "网络异常"),
    ]
    assert all(len(event["hash"]) == 64 for event in events)


def test_counts_say_how_many_tasks_stand_where(log: Any, rows: None) -> None:
    counted = {row["status"]: row for row in map(json.loads, log("--counts", "--json")[1])}
    assert {name: row["tasks"] for name, row in counted.items()} == {"succeeded": 1, "download_failed": 1, "pending": 1}
    assert (counted["succeeded"]["label"], counted["succeeded"]["downloaded"]) == ("成功", 2)


def test_what_was_left_out_is_listed_with_its_reason(log: Any, pool: psycopg.Connection) -> None:
    taxpayer(pool, A)
    scheme(pool, "81", start=JUNE)
    plan_day(pool, scheduled("history_output", date(2027, 6, 2)), "leqi", "history_output")
    (left,) = (json.loads(line) for line in log("--skipped", "--json")[1])
    assert (left["taxpayer_no"], left["reason_code"]) == (A, "before_start")
    assert left["reason"] == rulebook().message("skip_before_start", "scheduled")
    assert log("--skipped", "--taxpayer", B)[1] == ["(nothing)"]


@pytest.mark.req("R121")
def test_the_quota_board_shows_what_is_used_of_what(log: Any, pool: psycopg.Connection) -> None:
    task = put(pool, "succeeded", taxpayer_no=A)
    pool.execute("INSERT INTO sync.business_day (day) VALUES (%s)", [DAY])
    pool.execute(
        "INSERT INTO sync.quota_slot (taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day,"
        " state, task_id, settled_at) VALUES (%s, 'leqi', 'full', 'output', 'invoice', '81', %s, %s, 'consumed', %s, now())",
        [A, JUNE, DAY, task],
    )
    (line,) = (json.loads(line) for line in log("--quota", "--json")[1])
    assert [line[name] for name in ("used_today", "used_this_month", "daily_limit", "monthly_limit")] == [1, 1, 1, 5]


@pytest.mark.parametrize("view", [[], ["--skipped"], ["--quota"], ["--counts"]])
def test_an_empty_pool_says_so(log: Any, view: list[str]) -> None:
    assert log(*view) == (0, ["(nothing)"], "")


def test_two_views_at_once_are_not_understood(log: Any) -> None:
    with pytest.raises(SystemExit) as refused:
        log("--quota", "--counts")
    assert refused.value.code == 2
