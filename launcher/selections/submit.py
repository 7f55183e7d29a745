"""`./fapiao select select` and its kin: the sheet first, then the submission, its progress, and what became of it."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict

from fapiao.rules.book import rulebook
from fapiao.selection.chosen import SelectionRequest
from fapiao.selection.form import SelectionForm, read_form
from fapiao.selection.records import LOCAL
from fapiao.selection.rendering import progress_line, refusal_lines, requests_text, sheet_rows, sheet_text
from fapiao.selection.submission import Submitted
from hooks.enterprise.permissions import allowed_organisations
from launcher.actor import actor_of
from launcher.screen import screen_width
from launcher.selections.session import session_for
from operators.selections.preview import preview
from operators.selections.requests import request_of_form
from operators.selections.session import SelectionSession
from operators.selections.submit import progress, submit
from operators.selections.worker import open_channels, recheck_and_select

POLL_SECONDS = 2.0


def add_documents(parser: argparse.ArgumentParser) -> None:
    """The documents and whose they are."""
    parser.add_argument("document_keys", nargs="+", metavar="NUMBER", help="缴款书号码")
    parser.add_argument("--taxpayer", dest="taxpayers", action="append", metavar="NUMBER", help="whose they are")


def add_reason(parser: argparse.ArgumentParser) -> None:
    """不抵扣原因."""
    parser.add_argument("--reason", metavar="REASON", help="不抵扣原因, 1 to 5 or its name; default: each paper's own")
    parser.add_argument("--reason-text", metavar="WORDS", help="what 其他 needs")


def add_sheet(parser: argparse.ArgumentParser) -> None:
    """What is done with the sheet before the submission, and with the answer."""
    parser.add_argument("--without", action="append", metavar="NUMBER", help="删除: submit nothing of this tax number")
    parser.add_argument(
        "--account", dest="accounts", action="append", metavar="NUMBER=ACCOUNT", help="换账号 for a tax number"
    )
    going = parser.add_mutually_exclusive_group()
    going.add_argument("--dry-run", action="store_true", help="show the sheet and stop")
    going.add_argument("--go", action="store_true", help="do not ask before submitting, also on a terminal")
    add_waiting(parser)


def add_waiting(parser: argparse.ArgumentParser) -> None:
    """How long the command stays with the tasks it made."""
    waiting = parser.add_mutually_exclusive_group()
    waiting.add_argument("--later", action="store_true", help="only make the tasks; the next sweep submits them")
    waiting.add_argument("--wait", action="store_true", help="stay until every task is settled")


def act(arguments: argparse.Namespace) -> int:
    """One operation of the form; 1 where a document was refused or a task failed. Raises BadInput."""
    with session_for(arguments) as session:
        form = read_form(session.book, session.rules, vars(arguments))
        allowed = allowed_organisations(session.connection, actor_of(arguments), "select")
        with session.transaction() as tables:
            request = request_of_form(tables.connection, form, "interactive", allowed)
        return go(session, arguments, request, form)


def go(
    session: SelectionSession,
    arguments: argparse.Namespace,
    request: SelectionRequest,
    form: SelectionForm | None = None,
) -> int:
    """The sheet, the question, the submission, the work."""
    accounts = form.accounts if form else None
    if request.operation not in LOCAL:
        _show_sheet(session, arguments, request, accounts)
        if arguments.dry_run or not (arguments.go or _confirmed()):
            return 0
    without = form.without if form else ()
    made = submit(session, request, actor_of(arguments), without=without, accounts=accounts)
    return print_outcome(session, arguments, made)


def print_outcome(session: SelectionSession, arguments: argparse.Namespace, made: Submitted) -> int:
    """What was refused, the numbers, the work, and how every task stands then."""
    for line in refusal_lines(made.refused):
        print(line, file=sys.stderr)
    if made.parent_batch_no is None:
        print("没有提交任何任务。", file=sys.stderr)
        return 1
    print(f"提交批次号：{made.parent_batch_no}")
    if not getattr(arguments, "later", False):
        follow(session, made.parent_batch_no, wait=getattr(arguments, "wait", False))
    ended = progress(session, made.parent_batch_no)
    if arguments.json:
        print(json.dumps(asdict(ended), ensure_ascii=False, default=str))
    else:
        print(requests_text(ended, screen_width()))
    if not ended.finished:
        print("处理中的任务由 sweep_results 定时获取结果；./fapiao select fetch 可立即获取。")
    return 1 if made.refused or ended.statuses.get("failed") else 0


def follow(session: SelectionSession, parent: str, *, wait: bool) -> None:
    """Works what is due; with `wait` until nothing is left to wait for, saying how far it is (R152)."""
    printed = ""
    while True:
        for channel in [one for one in open_channels(session) if one in session.bureaus]:
            recheck_and_select(session, channel)
        now = progress(session, parent)
        line = progress_line(now, rulebook().codes_of("selection_task_status"))
        if line != printed:
            print(line, file=sys.stderr, flush=True)
            printed = line
        if now.finished or not wait:
            return
        time.sleep(POLL_SECONDS)


def _show_sheet(
    session: SelectionSession,
    arguments: argparse.Namespace,
    request: SelectionRequest,
    accounts: Mapping[str, str] | None,
) -> None:
    lines = preview(session, request, accounts)
    if arguments.json:
        for row in sheet_rows(lines):
            print(json.dumps(row, ensure_ascii=False))
    else:
        print(sheet_text(lines, screen_width()))


def _confirmed() -> bool:
    """A terminal is asked; a script that did not say --dry-run means it."""
    if not sys.stdin.isatty():
        return True
    return input("提交税局通道处理? [y/N] ").strip().lower() in ("y", "yes", "是")
