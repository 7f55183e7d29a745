"""What the demo shows of its day: a short summary first, then table by table, then how to look further."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.outcomes import BY_RULE
from fapiao.queries import query
from hooks.pool.sessions import open_session
from launcher.commands.run import FAILED
from launcher.dag_runs import DagRun
from launcher.guarded_output import print_line
from launcher.home import home
from launcher.screen import print_rows, print_title

Connection = psycopg.Connection[dict[str, Any]]
Ended = tuple[DagRun, datetime]
"""A run, and when it began: a sweep works the rows of every DAG, and those before it are not its own."""
RUNS = {
    "dag_id": "DAG", "tasks": "tasks", "bad": "not well", "inserted": "new", "updated": "changed",
    "left_out": "left out",
}  # fmt: skip
"""Every table here fits 80 cells: headings are short, and names of companies and reasons go on below."""
COUNTED = ("inserted", "updated")
WELL = ("succeeded", "no_data")
SECTIONS: tuple[tuple[str, str, int | None, dict[str, str]], ...] = (
    (
        "同步日志 · sync log (the newest rows that brought data)", "with_data", 12,
        {"batch_no": "batch", "taxpayer_name": "company", "download_type_label": "what", "invoice_types": "type",
         "days": "days", "downloaded_count": "rows", "inserted_count": "new", "updated_count": "upd"},
    ),
    (
        "未申请 · what the calendar named and nobody applied for, and why", "left_out_on", None,
        {"dag_id": "DAG", "rows": "rows", "reason": "why"},
    ),
    (
        "作废 · voided", "voided", 12,
        {"batch_no": "batch", "taxpayer_name": "company", "invoice_types": "type", "window_start": "from",
         "window_end": "to", "void_reason": "why"},
    ),
    (
        "申请次数 · quota board (used and allowed, today and in the month)", "quota_board", 12,
        {"taxpayer_no": "company", "direction": "way", "invoice_type": "type", "issue_month": "month",
         "used_today": "today", "daily_limit": "max", "used_this_month": "month", "monthly_limit": "max"},
    ),
    (
        "变更 · what changed in the pool", "changes", 12,
        {"document_key": "document", "column_name": "field", "old_value": "before", "new_value": "after"},
    ),
)  # fmt: skip
"""Title, statement of log.sql, at most so many rows, columns with their headings."""
FURTHER = (
    ("./fapiao log --counts", "how many tasks stand where"),
    ("./fapiao log --skipped", "what the calendar named and the plan left out, and why"),
    ("./fapiao log --batch BATCH_NO --events", "what happened to one task, by whom and why"),
    ("./fapiao calendar --from {day} --to {day} --channel leqi --explain", "what the calendar says of the day"),
    ("./fapiao db url", "the pool's URL for psql; see the views of schema fapiao"),
    ("./fapiao up", "the whole stack, scheduled"),
)


def show(url: str, day: date, ended: Sequence[Ended]) -> list[str]:
    """The summary; then the runs, the sync log, what was left out or voided and why, the quota board, changes.

    Returns the DAGs whose run failed, or rows of it.
    """
    with open_session(url, row_factory=dict_row) as connection:
        runs, reasons = _runs(connection, ended)
        red = {one.dag_id for one, _ in ended if one.state != "success"}
        bad = [run["dag_id"] for run in runs if run["failed"] or run["dag_id"] in red]
        _summarise(connection, f"{day}: {len(ended)} DAG runs", bad)
        print_title("运行 · runs")
        print_rows(RUNS, runs, indent="  ")
        for reason in reasons:
            print_line(f"  {reason}")
        for title, statement, limit, columns in SECTIONS:
            values = {"limit": limit, "day": day, "organisations": None}
            rows = connection.execute(query("log", statement), values).fetchall()
            print_title(title)
            print_rows(columns, rows, indent="  ")
            if limit is not None and len(rows) == limit:
                print(f"  (the first {limit}; the commands below show all of them)")
    return bad


def _summarise(connection: Connection, what: str, bad: Sequence[str]) -> None:
    print(f"{what}, {'not well: ' + ', '.join(bad) if bad else 'all well'}.")
    rows = connection.execute(query("log", "by_status")).fetchall()
    counts = [f"{row['tasks']} {row['label']}" for row in rows]
    print(f"任务 · tasks: {', '.join(counts) or 'none'}.")
    held = connection.execute(query("log", "pool_size")).fetchone() or {}
    print(
        f"全票池 · the pool holds {held['documents']} documents with {held['lines']} lines and "
        f"{held['files']} layout files."
    )


def _runs(connection: Connection, ended: Sequence[Ended]) -> tuple[list[dict[str, Any]], list[str]]:
    """A row for each run, and why rows of it did not end well."""
    found, reasons = [], []
    for one, since in ended:
        values = {"dag": one.dag_id, "run": one.run_id, "since": since}
        rows = connection.execute(query("log", "run_rows"), values).fetchall()
        skips = connection.execute(query("log", "run_skips"), values).fetchall()
        bad = [row for row in rows if row["status"] not in WELL]
        sums = {name: sum(row[name] for row in rows) for name in ("tasks", *COUNTED)}
        left_out = sum(row["rows"] for row in skips)
        failed = [row for row in bad if row["status"] in FAILED and row["error_code"] not in BY_RULE]
        known = {"dag_id": one.dag_id, "bad": sum(row["tasks"] for row in bad), "failed": len(failed)}
        found.append(known | sums | {"left_out": left_out})
        told = [row for row in bad if row["message"]]
        reasons += [f"{one.dag_id}, {row['tasks']} {row['error_code']}: {row['message']}" for row in told]
    return found, reasons


def print_further(day: date) -> None:
    """How to look further."""
    print_title("Look further")
    for command, answer in FURTHER:
        print(f"  {command.format(day=day)}\n      {answer}")
    print(f"Everything lives in {home()}; nothing keeps running.")
