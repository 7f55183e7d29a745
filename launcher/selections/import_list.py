"""`./fapiao select import FILE…`: 引入清单勾选, every row checked first, the good ones onto the sheet (S2)."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fapiao.selection.list_rows import unread_columns
from fapiao.selection.list_verdicts import ListVerdict, list_requests
from fapiao.texts.catalogue import listed, sentence
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.rows import note_export
from hooks.selection_lists.list_import import validate_list, write_result
from launcher.actor import actor_of
from launcher.enterprise_files import read_files
from launcher.screen import tell
from launcher.selections.session import session_for
from launcher.selections.submit import add_sheet, go

MOST_SHOWN = 20
"""So many bad rows are told one by one; the workbook of --result has them all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The lists, where their result goes, and the sheet."""
    file, workbook = sentence("placeholders.file"), sentence("placeholders.workbook")
    parser.add_argument("files", nargs="+", type=Path, metavar=file, help=sentence("select_command.list_files"))
    parser.add_argument("--result", type=Path, metavar=workbook, help=sentence("select_command.result"))
    add_sheet(parser)


def act(arguments: argparse.Namespace) -> int:
    """1 where a row was not taken or a task failed. Raises BadInput where a file is no list; then nothing is done."""
    with session_for(arguments) as session:
        allowed = allowed_organisations(session.connection, actor_of(arguments), "select")
        with session.transaction() as work:
            lists = read_files(arguments.files)
            verdicts = validate_list(work.connection, lists, allowed)
        for text in unread_columns(lists):
            tell(sentence("select_command.note", text=text), as_json=arguments.json)
        failed = [one for one in verdicts if not one.passed]
        _print(verdicts, failed, as_json=arguments.json)
        if arguments.result:
            rows = write_result(arguments.result, verdicts)
            what = {"view": "selection_list_result"}
            note_export(session.connection, actor_of(arguments), rows, what, arguments.result)
            tell(sentence("select_command.written", file=arguments.result, rows=rows), as_json=arguments.json)
        codes = [1] if failed else []
        for number, request in enumerate(list_requests(verdicts), 1):
            run = replace(session.run, run_id=f"{session.run.run_id}__{number}")
            codes.append(go(replace(session, run=run), arguments, request))
    return max(codes, default=0)


def _print(verdicts: Sequence[ListVerdict], failed: Sequence[ListVerdict], *, as_json: bool) -> None:
    for one in failed[:MOST_SHOWN]:
        problems = listed(problem.text for problem in one.problems)
        tell(sentence("select_command.list_row", where=one.row.where, problems=problems), as_json=as_json)
    if len(failed) > MOST_SHOWN:
        tell(sentence("select_command.more_rows", count=len(failed) - MOST_SHOWN), as_json=as_json)
    counts = {"rows": len(verdicts), "passed": len(verdicts) - len(failed), "failed": len(failed)}
    tell(sentence("select_command.list_counts", **counts), as_json=as_json)
