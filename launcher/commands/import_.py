"""`./fapiao import FILE…`: files of the tax bureau into the pool, checked first, with a verdict on every row."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from fapiao.errors import BadInput
from fapiao.forms.reading import given
from fapiao.imports.requests import REPLAY, REQUEST, import_request
from fapiao.tasks import RunDay
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.rows import note_export
from hooks.exports.workbooks import check_place, write_table
from hooks.files.store import file_store
from hooks.queues.imports import (
    DAG_ID,
    VERDICT_HEADINGS,
    Imports,
    failed_row_count,
    failed_rows,
    quarantined_rows,
    verdict_count,
    verdict_rows,
)
from launcher.actor import actor_of, add_actor
from launcher.guarded_output import print_line
from launcher.options import add_day, add_options, command_run
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows
from operators.imports.tasks import Created, ImportSession, create, replay, work
from operators.leased_queue.session import releasing
from operators.run_context import clock

OUTCOME = ("batch_no", "taxpayer_no", "direction", "status_label", "downloaded_count", "inserted_count",
           "updated_count", "unchanged_count", "ignored_count", "failed_count", "error_message")  # fmt: skip
WAITING = ("taxpayer_no", "direction", "file_name", "sheet", "row_no", "reason", "quarantined_at")
MOST_SHOWN = 20
"""Rows and sentences that are told one by one; the workbook of --verdicts has them all."""
UNDONE = ("succeeded", "no_data")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files, whose they are where they do not say, and what to do besides."""
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="as the bureau handed it out, up to 100 MiB"
    )
    add_options(parser, REQUEST)
    parser.add_argument("--password-env", metavar="VAR", help="the variable that holds the password of a ZIP")
    parser.add_argument("--dry-run", action="store_true", help="read and check, store nothing in the pool")
    parser.add_argument("--verdicts", type=Path, metavar="OUT.xlsx", help="write what became of every row")
    parser.add_argument("--quarantine", action="store_true", help="show the rows that wait for a rule")
    add_options(parser, (REPLAY,))
    add_day(parser)
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when every row came in; 1 where a task or a row failed.

    Raises BadInput with every problem, and Unusable where --verdicts cannot be written; then nothing is imported.
    """
    actor = actor_of(arguments)
    if arguments.quarantine:
        with reading_session() as connection:
            return _show_waiting(connection, allowed_organisations(connection, actor, "view"))
    run_day, request = command_run(arguments, DAG_ID), None
    if not arguments.replay:
        request = import_request("command", arguments.files, **given(REQUEST, vars(arguments)))
    if arguments.verdicts:
        check_place(arguments.verdicts)
    with pool_session(actor) as connection:
        if request is None:
            created = replay(connection, run_day, actor)
        else:
            password, dry = _password(arguments.password_env), arguments.dry_run
            created = create(connection, file_store(), run_day, request, actor, password=password, dry_run=dry)
        failed = _say_checked(created, dry_run=arguments.dry_run, scheme=arguments.scheme)
        if not arguments.dry_run:
            failed = _work(connection, arguments, run_day, created)
        return min(failed + len(created.refused), 1)


def _work(connection: psycopg.Connection[Any], arguments: argparse.Namespace, run_day: RunDay, created: Created) -> int:
    session = ImportSession(connection, run_day, f"command/{os.getpid()}", clock, file_store())
    with releasing(session):
        work(session, created)
    with connection.transaction():
        rows = Imports(connection).outcome(created.batches)
    if rows:
        print_rows(OUTCOME, rows)
    if rows and all(row["downloaded_count"] == row["unchanged_count"] + row["ignored_count"] for row in rows):
        print("没有变化：这些票据已经在全票池里。")
    if arguments.verdicts:
        _write_verdicts(connection, arguments.verdicts, created.batches, actor_of(arguments))
    failed = sum(row["failed_count"] for row in rows)
    _say_failed(connection, created.batches)
    doubts = [sentence for row in rows for sentence in row["warnings"]]
    for sentence in doubts[:MOST_SHOWN]:
        print_line(f"提示：{sentence}")
    if len(doubts) > MOST_SHOWN:
        print(f"提示共 {len(doubts)} 条，以上是前 {MOST_SHOWN} 条；./fapiao log --json 有全部。")
    return 0 if not failed and all(row["status"] in UNDONE for row in rows) else 1


def _say_failed(connection: psycopg.Connection[Any], batches: Sequence[str]) -> None:
    """The rows that did not come in, whether asked for or not."""
    shown = failed_rows(connection, batches, MOST_SHOWN)
    for file, sheet, row_no, sentence in shown:
        print_line(f"  {file}，工作表“{sheet}”，第 {row_no} 行：{sentence}")
    if failed := failed_row_count(connection, batches):
        more = f"，以上是前 {MOST_SHOWN} 行" if failed > len(shown) else ""
        print(f"未导入 {failed} 行{more}；--verdicts OUT.xlsx 写出全部结果。")


def _say_checked(created: Created, *, dry_run: bool, scheme: str | None) -> int:
    """Returns how many rows would not come in."""
    for name, batch_no in created.already.items():
        print_line(f"{name}：此前已导入（批次 {batch_no}），没有变化。")
    for sentence in created.refused:
        print_line(f"没有导入 {sentence}")
    failed = 0
    for one in created.checked if dry_run else ():
        documents = one.documents.whole() if one.documents else []
        shown = one.documents.verdicts if one.documents else []
        direction = {"input": "进项", "output": "销项"}[one.owner.direction]
        into = f"（方案 {scheme}）" if scheme else ""
        print_line(f"{one.owner.taxpayer_no} {direction}{into}：{len(documents)} 份票据，{len(shown)} 行不导入。")
        for row in [row for row in shown if row.fate != "skipped"]:
            print_line(f"  工作表“{row.place.sheet}”，第 {row.place.row_no} 行：{row.sentence}")
            failed += 1
        for sentence in one.documents.doubts() if one.documents else []:
            print_line(f"  提示：{sentence}")
    if dry_run:
        print(
            f"预览（不提交）：没有写入全票池；{failed} 行不会导入。" if failed else "预览（不提交）：没有写入全票池。"
        )
    return failed


def _show_waiting(connection: psycopg.Connection[Any], organisations: Sequence[str] | None) -> int:
    rows = quarantined_rows(connection, organisations)
    if rows:
        print_rows(WAITING, rows)
    else:
        print("没有待识别的行。")
    return 0


def _write_verdicts(connection: psycopg.Connection[Any], file: Path, batches: Sequence[str], actor: str) -> None:
    found, total = verdict_rows(connection, batches), verdict_count(connection, batches)
    rows = write_table(file, "导入结果", VERDICT_HEADINGS, found, total)
    note_export(connection, actor, rows, {"view": "import_verdicts", "batches": list(batches)}, file)
    print(f"{file}：{rows} 行")


def _password(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise BadInput([f"the environment variable {variable} is empty: set it to the password of the ZIP"])
    return os.environ[variable]
