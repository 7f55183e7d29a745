"""`./fapiao select select` and its kin: the sheet first, then the submission, its progress, and what became of it."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict

from fapiao.bounds import bound
from fapiao.forms.reading import given
from fapiao.rules.book import rulebook
from fapiao.selection.chosen import SelectionRequest
from fapiao.selection.form import REQUEST, SHEET, SelectionForm, read_form
from fapiao.selection.records import LOCAL
from fapiao.selection.rendering import progress_line, refusal_lines, requests_text, sheet_rows, sheet_text
from fapiao.selection.submission import Submitted
from fapiao.texts.catalogue import sentence
from hooks.enterprise.permissions import allowed_organisations
from launcher.actor import actor_of
from launcher.options import add_options, confirmed
from launcher.screen import screen_width, tell
from launcher.selections.session import session_for
from operators.leased_queue.loop import MOST_IDLE_ROUNDS, SHORT_WAIT_SECONDS
from operators.selections.preview import preview
from operators.selections.requests import request_of_form
from operators.selections.session import SelectionSession
from operators.selections.submit import progress, submit
from operators.selections.worker import open_channels, recheck_and_select

POLL_SECONDS = 2.0


def add_sheet(parser: argparse.ArgumentParser) -> None:
    """What is done with the sheet before the submission, and with the answer."""
    add_options(parser, SHEET)
    going = parser.add_mutually_exclusive_group()
    going.add_argument("--dry-run", action="store_true", help=sentence("select_command.dry_run"))
    going.add_argument("--go", action="store_true", help=sentence("select_command.go"))
    add_waiting(parser)


def add_waiting(parser: argparse.ArgumentParser) -> None:
    """How long the command stays with the tasks it made."""
    waiting = parser.add_mutually_exclusive_group()
    waiting.add_argument("--later", action="store_true", help=sentence("select_command.later"))
    waiting.add_argument("--wait", action="store_true", help=sentence("select_command.wait"))


def act(arguments: argparse.Namespace) -> int:
    """One operation of the form; 1 where a document was refused or a task failed. Raises BadInput."""
    with session_for(arguments) as session:
        form = read_form(given(REQUEST, vars(arguments)))
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
        if arguments.dry_run or not (arguments.go or confirmed(sentence("select_command.ask"))):
            return 0
    without = form.without if form else ()
    made = submit(session, request, actor_of(arguments), without=without, accounts=accounts)
    return print_outcome(session, arguments, made)


def print_outcome(session: SelectionSession, arguments: argparse.Namespace, made: Submitted) -> int:
    """What was refused, the numbers, the work, and how every task stands then."""
    for line in refusal_lines(made.refused):
        print(line, file=sys.stderr)
    if made.parent_batch_no is None:
        print(sentence("select_command.not_submitted"), file=sys.stderr)
        return 1
    tell(sentence("select_command.submitted", batch=made.parent_batch_no), as_json=arguments.json)
    if not getattr(arguments, "later", False):
        follow(session, made.parent_batch_no, wait=getattr(arguments, "wait", False))
    ended = progress(session, made.parent_batch_no)
    if arguments.json:
        print(json.dumps(asdict(ended), ensure_ascii=False, default=str))
    else:
        print(requests_text(ended, screen_width()))
    if not ended.finished:
        tell(sentence("select_command.unfinished"), as_json=arguments.json)
    return 1 if made.refused or ended.statuses.get("failed") else 0


def follow(session: SelectionSession, parent: str, *, wait: bool) -> None:
    """Works what is due; with `wait` until nothing is left to wait for, saying how far it is (R152).

    What only a person can set going is not waited for, nor what is due again and again and cannot be taken.
    """
    printed, idle, end = "", 0, time.monotonic() + bound("patience_hours").value * 3600
    while True:
        idle = 0 if _one_round(session) else idle + 1
        now = progress(session, parent)
        line = progress_line(now, rulebook().codes_of("selection_task_status"))
        if line != printed:
            print(line, file=sys.stderr, flush=True)
            printed = line
        if now.finished or not wait:
            return
        if why := _no_use_to_wait(session, parent, idle, end):
            print(why, file=sys.stderr)
            return
        time.sleep(POLL_SECONDS)


def _one_round(session: SelectionSession) -> int:
    """How many requests a login set going or were handled, on the channels that can be asked from here."""
    channels = [one for one in open_channels(session) if one in session.bureaus]
    return sum(sum(recheck_and_select(session, channel)) for channel in channels)


def _no_use_to_wait(session: SelectionSession, parent: str, idle: int, end: float) -> str:
    """Why the command ends although requests are open; empty while one of them may still move by itself."""
    with session.transaction() as tables:
        _, seconds = tables.queue.next_due([*session.bureaus], parent)
    if seconds is None:
        return sentence("select_command.set_aside")
    if seconds <= SHORT_WAIT_SECONDS and idle >= MOST_IDLE_ROUNDS:
        return sentence("select_command.due_again")
    return bound("patience_hours").said() if time.monotonic() > end else ""


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
