"""What the demo shows of its day: a short summary first, then table by table, then how to look further."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.outcomes import BY_RULE
from fapiao.queries import query
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.codes import message_told
from fapiao.texts.left_out import reason_told
from hooks.pool.sessions import open_session
from launcher.commands.run import FAILED
from launcher.dag_runs import DagRun
from launcher.guarded_output import print_line
from launcher.home import home
from launcher.log_filter import NO_FILTER
from launcher.screen import print_rows, print_title

Connection = psycopg.Connection[dict[str, Any]]
Ended = tuple[DagRun, datetime]
"""A run, and when it began: a sweep works the rows of every DAG, and those before it are not its own."""
RUNS = {
    "dag_id": "rehearsal.dag", "tasks": "rehearsal.run_tasks", "bad": "rehearsal.bad",
    "inserted": "rehearsal.inserted", "updated": "rehearsal.updated", "left_out": "rehearsal.left_out",
}  # fmt: skip
"""Every table here fits 80 cells: headings are short, and names of companies and reasons go on below."""
COUNTED = ("inserted", "updated")
WELL = ("succeeded", "no_data")
SECTIONS: tuple[tuple[str, str, int | None, dict[str, str]], ...] = (
    (
        "rehearsal.with_data", "with_data", 12,
        {"batch_no": "rehearsal.batch", "taxpayer_name": "rehearsal.company",
         "download_type_label": "rehearsal.what", "invoice_types": "rehearsal.type", "days": "rehearsal.days",
         "downloaded_count": "rehearsal.rows", "inserted_count": "rehearsal.inserted",
         "updated_count": "rehearsal.updated_short"},
    ),
    (
        "rehearsal.left_out_on", "left_out_on", None,
        {"dag_id": "rehearsal.dag", "rows": "rehearsal.rows", "reason": "rehearsal.why"},
    ),
    (
        "rehearsal.voided", "voided", 12,
        {"batch_no": "rehearsal.batch", "taxpayer_name": "rehearsal.company", "invoice_types": "rehearsal.type",
         "window_start": "rehearsal.window_from", "window_end": "rehearsal.window_to",
         "void_reason": "rehearsal.why"},
    ),
    (
        "rehearsal.quota_board", "quota_board", 12,
        {"taxpayer_no": "rehearsal.company", "direction": "rehearsal.way", "invoice_type": "rehearsal.type",
         "issue_month": "rehearsal.month", "used_today": "rehearsal.today", "daily_limit": "rehearsal.most",
         "used_this_month": "rehearsal.used_this_month", "monthly_limit": "rehearsal.most"},
    ),
    (
        "rehearsal.changes", "changes", 12,
        {"document_key": "rehearsal.document", "column_name": "rehearsal.field", "old_value": "rehearsal.before",
         "new_value": "rehearsal.after"},
    ),
)  # fmt: skip
"""Title, statement of log.sql, at most so many rows, columns with their headings; texts are of the catalogue."""
FURTHER = (
    ("./fapiao log --counts", "rehearsal.further_counts"),
    ("./fapiao log --skipped", "rehearsal.further_skipped"),
    ("./fapiao log --batch BATCH_NO --events", "rehearsal.further_events"),
    ("./fapiao calendar --from {day} --to {day} --channel leqi --explain", "rehearsal.further_calendar"),
    ("./fapiao db url", "rehearsal.further_url"),
    ("./fapiao up", "rehearsal.further_up"),
)


def show(url: str, day: date, ended: Sequence[Ended]) -> list[str]:
    """The summary; then the runs, the sync log, what was left out or voided and why, the quota board, changes.

    Returns the DAGs whose run failed, or rows of it.
    """
    with open_session(url, row_factory=dict_row) as connection:
        runs, reasons = _runs(connection, ended)
        red = {one.dag_id for one, _ in ended if one.state != "success"}
        bad = [run["dag_id"] for run in runs if run["failed"] or run["dag_id"] in red]
        print(_verdict(day, len(ended), bad, sum(run["bad"] for run in runs)))
        _summarise(connection)
        print_title(sentence("rehearsal.runs"))
        print_rows(_headed(RUNS), runs, indent="  ")
        for reason in reasons:
            print_line(f"  {reason}")
        for title, statement, limit, columns in SECTIONS:
            values = {**NO_FILTER, "limit": limit, "day": day, "organisations": None}
            rows = [_told(row) for row in connection.execute(query("log", statement), values)]
            print_title(sentence(title))
            print_rows(_headed(columns), rows, indent="  ")
            if limit is not None and len(rows) == limit:
                print("  " + sentence("rehearsal.the_first", limit=limit))
    return bad


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose reason is in the language that is spoken."""
    return row | {"reason": reason_told(row["reason_code"], row["reason"])} if "reason_code" in row else row


def _headed(columns: Mapping[str, str]) -> dict[str, str]:
    """The columns with their headings in the language that is spoken."""
    return {name: sentence(heading) for name, heading in columns.items()}


def _verdict(day: date, runs: int, bad: Sequence[str], without: int) -> str:
    """A task that a rule forbids, or that waits, has no result and is no fault."""
    if bad:
        return sentence("rehearsal.not_well", day=day, runs=runs, names=listed(bad))
    return sentence("rehearsal.well_so_far" if without else "rehearsal.all_well", day=day, runs=runs, tasks=without)


def _summarise(connection: Connection) -> None:
    rows = connection.execute(query("log", "by_status")).fetchall()
    counts = [sentence("rehearsal.count", label=row["label"], tasks=row["tasks"]) for row in rows]
    print(sentence("rehearsal.tasks", counts=listed(counts)) if counts else sentence("rehearsal.no_tasks"))
    print(sentence("rehearsal.held", **(connection.execute(query("log", "pool_size")).fetchone() or {})))


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
        reasons += [_reason(one, row) for row in told]
    return found, reasons


def _reason(run: DagRun, row: Mapping[str, Any]) -> str:
    code = row["error_code"]
    reason = message_told(code, row["message"])
    return sentence("rehearsal.bad_rows", dag_id=run.dag_id, tasks=row["tasks"], code=code, reason=reason)


def print_further(day: date) -> None:
    """How to look further."""
    print_title(sentence("rehearsal.further"))
    for command, answer in FURTHER:
        print(f"  {command.format(day=day)}\n      {sentence(answer)}")
    print(sentence("rehearsal.everything_in", folder=home()))
