"""`./fapiao log` shows the sync log by every filter of the manual, and changes nothing."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook
from psycopg.types.json import Jsonb

from fapiao.errors import TryLater
from fapiao.texts.catalogue import sentence_in
from group_rows import A, B, scheduled, scheme, taxpayer
from hooks.queues.tasks import TaskTable
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from operators.downloads.plan import plan_day
from pool_rows import KEY, digital, merge
from task_rows import DAY, batch, put, take

NUMBER = "20270610090000123ABCDEF"
JUNE = date(2027, 6, 1)
SOON = "2027-06-10 21:40:00+08"
VOIDED = {"void_state": "voided", "voided_by": "a person", "void_reason": "twice", "voided_at": SOON}


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


@pytest.mark.req("R302", "R303", "R307", "R315", "R327")
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
@pytest.mark.usefixtures("chinese")
def test_people_see_labels_counts_and_why_it_failed(log: Any, rows: None) -> None:
    code, lines, _ = log()
    assert code == 0
    assert next(line for line in lines if NUMBER in line).split()[6:9] == ["成功", "2", "2"]
    assert "failed：其他错误；处理建议：ask the bureau" in lines


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
    sheet = load_workbook(file)["数据同步日志"]
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == EVERY
    assert [cell.value for cell in sheet[1]][:3] == ["批次号", "计划批次号", "企业税号"]


def test_events_need_a_batch(log: Any) -> None:
    assert log("--events") == (
        1,
        [],
        "--events needs --batch, the number of a task or a planning; ./fapiao log shows them\n",
    )


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
    assert (left["taxpayer_no"], left["reason_code"]) == (A, "outside_scheme")
    assert left["reason"] == sentence_in("zh", "left_out.outside_scheme")
    assert log("--skipped", "--taxpayer", B)[1] == [
        "Nothing matches --taxpayer. Leave out a filter: ./fapiao log --skipped"
    ]


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


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ([], "没有符合条件的任务"),
        (["--skipped"], "没有未申请的下载"),
        (["--quota"], "还没有占用申请次数"),
        (["--counts"], "没有符合条件的任务"),
        (["--batches"], "没有符合条件的计划批次"),
        (["--events", "--batch", "B"], "没有该批次号的任务"),
        (["--administration"], "还没有管理记录"),
        (["--exports"], "还没有人导出"),
    ],
)
@pytest.mark.usefixtures("chinese")
def test_an_empty_table_says_so_and_what_to_do_next(log: Any, view: list[str], said: str) -> None:
    code, (line,), complaint = log(*view)
    assert (code, complaint) == (0, "")
    assert line.startswith(said)
    assert "./fapiao " in line


def test_two_views_at_once_are_not_understood(log: Any) -> None:
    with pytest.raises(SystemExit) as refused:
        log("--quota", "--counts")
    assert refused.value.code == 2


@pytest.mark.req("A-07", "R294", "R297", "R302", "R309")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--status", "成功"], {NUMBER}),
        (["--status", "下载失败"], {"failed"}),
        (["--status", "进销项下载处理中"], {"down"}),
        (["--status", "下载处理中"], {"down"}),
        (["--status", "数据不全"], {"half"}),
        (["--status", "进销项数据不全"], {"half"}),
        (["--channel", "电子税局"], {"open"}),
        (["--direction", "进项"], {"failed"}),
        (["--download-type", "进项-全量"], {"failed"}),
        (["--sync-type", "历史月进销项下载"], {"failed"}),
        (["--document", "海关缴款书"], {"failed"}),
        (["--invoice-type", "纸质专用发票"], {"open"}),
        (["--name", "丙公"], {"half"}),
        (["--org", "ORG7"], {"half"}),
        (["--parent", "PARENT"], {"failed"}),
        (["--parent", "failed"], {"follow-up"}),
        (["--created-from", "2026-01-02", "--created-to", "2026-01-02"], {"down"}),
        (["--created-to", "2026-01-01"], set()),
        (["--voided"], {"void"}),
        (["--no-voided", "--org", "ORG7"], {"half"}),
        (["--module", "F18010"], {"void"}),
        (["--batch", "open", "--batch", "PARENT"], {"open", "failed"}),
    ],
)
def test_a_filter_takes_the_words_people_see(
    log: Any, pool: psycopg.Connection, rows: None, words: list[object], expected: set[str]
) -> None:
    void = {"void_state": "voided", "voided_by": "li", "voided_at": DAY, "void_reason": "why"}
    put(pool, "downloading", batch_no="down", invoice_type="02", created_at="2026-01-02 00:00+08")
    put(pool, "incomplete", batch_no="half", invoice_type="03", org_code="ORG7", taxpayer_name="甲乙丙公司")
    put(pool, "downloading", batch_no="void", invoice_type="04", job="key_element_sync", **void)
    (cause,) = pool.execute("SELECT task_id FROM sync.task WHERE batch_no = 'failed'").fetchall()
    put(pool, "no_data", batch_no="follow-up", invoice_type="05", parent_task_id=cause[0])
    if "--voided" not in words and "--module" not in words and not {"half"} & expected:
        words = [*words, "--no-voided"]
    assert found(log(*words, "--json")) == expected


def test_every_word_that_is_not_known_is_said_at_once(log: Any) -> None:
    code, lines, complaint = log("--status", "好", "--channel", "fax", "--invoice-type", "信")
    assert (code, lines) == (1, [])
    assert [line.split()[0] + " " + line.split()[1] for line in complaint.splitlines()] == [
        "channel 'fax'", "status '好'", "invoice type",
    ]  # fmt: skip


def test_counts_are_those_of_the_filter(log: Any, rows: None) -> None:
    counted = [json.loads(line) for line in log("--counts", "--taxpayer", A, "--json")[1]]
    assert {row["status"]: row["tasks"] for row in counted} == {"succeeded": 1, "pending": 1}


@pytest.mark.req("R007", "R058", "R292")
def test_a_task_shows_its_module_and_its_labels(log: Any, pool: psycopg.Connection) -> None:
    put(pool, batch_no="scheme")
    put(pool, batch_no="elements", job="key_element_sync", invoice_type="82")
    put(pool, batch_no="other", job="import_bureau_file", invoice_type="01")
    found_rows = {row["batch_no"]: row for row in map(json.loads, log("--json")[1])}
    assert {name: row["module_code"] for name, row in found_rows.items()} == {
        "scheme": "F18011", "elements": "F18010", "other": "F18012",
    }  # fmt: skip
    labels = ("channel_label", "direction_label", "download_type_label", "sync_type_label", "document_label")
    assert [found_rows["scheme"][name] for name in labels] == ["乐企", "销项", "销项-全量", "当前月进销项下载", "发票"]


@pytest.mark.req("R318")
def test_a_planning_leads_to_its_tasks_their_replies_and_their_invoices(log: Any, pool: psycopg.Connection) -> None:
    task = put(pool, "succeeded", batch_no="B1", direction="input", download_type="input_full", request_no="R1")
    question = {"page": 1, "access_token": "s3cret"}
    pool.execute(
        "INSERT INTO sync.part (task_id, part_no, argument, done) VALUES (%s, 1, %s, true)", [task, Jsonb(question)]
    )
    body = b'{"fphm": "27442000000000000001", "password": "s3cret"}'
    (reply,) = pool.execute(
        "INSERT INTO sync.reply (task_id, generation, part_no, package_no, row_count, observed_at, body)"
        " VALUES (%s, 1, 1, 1, 2, now(), %s) RETURNING reply_id",
        [task, body],
    ).fetchall()
    merge(pool, "digital", [digital(), digital(fphm="")], batch_no="B1")

    (planning,) = (json.loads(line) for line in log("--batches", "--json")[1])
    assert (planning["batch_no"], planning["tasks"], planning["open"]) == ("P", 1, 0)
    assert found(log("--batch", planning["batch_no"], "--json")) == {"B1"}
    (attempt,) = (json.loads(line) for line in log("--batch", "B1", "--attempts", "--json")[1])
    assert (attempt["request_no"], attempt["row_count"], attempt["bytes"]) == ("R1", 2, len(body))
    assert attempt["sha256"] == hashlib.sha256(body).hexdigest()
    assert attempt["asked"]["window_start"] == "2027-06-01"
    assert attempt["asked"]["question"] == {"page": 1, "access_token": "***"}
    assert log("--reply", reply[0])[1] == ['{"fphm": "27442000000000000001", "password": "***"}']
    brought = [json.loads(line) for line in log("--batch", "B1", "--invoices", "--json")[1]]
    assert [(one["document_key"], one["amount"], bool(one["failed"])) for one in brought] == [
        (KEY, "100.00", False), (None, None, True),
    ]  # fmt: skip


def test_a_reply_that_is_not_there_is_said(log: Any) -> None:
    assert log("--reply", 7) == (1, [], "there is no reply 7: --attempts lists the replies of a task\n")


@pytest.mark.parametrize("view", ["attempts", "invoices"])
def test_a_drill_down_needs_a_batch(log: Any, view: str) -> None:
    assert log(f"--{view}") == (
        1,
        [],
        f"--{view} needs --batch, the number of a task or a planning; ./fapiao log shows them\n",
    )


@pytest.mark.req("R317", "R325")
def test_the_export_of_a_selection_keeps_long_numbers_and_runs_no_formula(
    log: Any, pool: psycopg.Connection, rows: None, tmp_path: Path
) -> None:
    put(pool, batch_no="formula", taxpayer_name='=HYPERLINK("x")', invoice_type="03")
    file = tmp_path / "log.xlsx"
    log("--batch", NUMBER, "--batch", "formula", "--xlsx", file, "--as", "li")
    sheet = load_workbook(file)["数据同步日志"]
    cells = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert set(cells) == {NUMBER, "formula"}
    assert (cells[NUMBER][0].data_type, cells["formula"][3].data_type) == ("s", "s")
    assert pool.execute("SELECT actor, rows, filter -> 'batches' FROM sync.log_export").fetchall() == [
        ("li", 2, [NUMBER, "formula"])
    ]


def test_an_export_is_on_record_for_good(log: Any, owner: psycopg.Connection, tmp_path: Path) -> None:
    log("--xlsx", tmp_path / "log.xlsx", "--as", "li")
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        owner.execute("DELETE FROM sync.log_export")


def test_what_a_task_did_not_bring_stands_beside_what_it_brought(log: Any, pool: psycopg.Connection) -> None:
    put(pool, "succeeded", batch_no="B", downloaded_count=14, inserted_count=8, ignored_count=1, failed_count=5)
    heading, _, line = log("--batch", "B")[1]
    shown = dict(zip(heading.split(), line.split(), strict=False))
    names = ("downloaded_count", "inserted_count", "updated_count", "unchanged_count", "ignored_count", "failed_count")
    assert [shown[name] for name in names] == ["14", "8", "0", "0", "1", "5"]
    (counted,) = map(json.loads, log("--counts", "--json")[1])
    assert [counted[name] for name in ("downloaded", "succeeded", "ignored", "failed")] == [14, 8, 1, 5]


def test_a_row_that_only_a_person_can_make_due_is_shown_like_any_other(log: Any, pool: psycopg.Connection) -> None:
    put(pool, "downloading", batch_no="aside", not_before="infinity", error_code="SET_ASIDE", error_message="x")
    assert log()[0] == 0
    assert found(log("--json")) == {"aside"}


@pytest.mark.finding("F22", "F91")
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"not_before": SOON}, SOON[:19]),
        ({"status": "pending", "not_before": SOON, "not_before_day": date(2027, 6, 11)}, "2027-06-11"),
        ({"status": "pending", "not_before": SOON, "not_before_day": date(2027, 6, 9)}, SOON[:19]),
        ({"not_before": "infinity", "error_code": "SET_ASIDE", "error_message": "x"}, "搁置"),
        ({"not_before": SOON, **VOIDED}, "—"),
        ({"status": "download_failed", "not_before": SOON, "error_code": "LEQI_99", "error_message": "x"}, "—"),
    ],
)
@pytest.mark.usefixtures("chinese")
def test_a_row_says_when_it_has_its_next_turn(log: Any, pool: psycopg.Connection, columns: dict[str, Any], said: str) -> None:  # fmt: skip
    put(pool, **{"status": "downloading", "batch_no": "waits", **columns})
    heading, _, line, *_ = log()[1]
    assert heading.split()[-2:] == ["下次处理时间", "作废状态"]
    assert line.rsplit("  ", 1)[0].rstrip().endswith(f"  {said}")
