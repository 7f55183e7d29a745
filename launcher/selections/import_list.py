"""`./fapiao select import FILE…`: 引入清单勾选, every row checked first, the good ones onto the sheet (S2)."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fapiao.selection.list_rows import unread_columns
from fapiao.selection.list_verdicts import ListVerdict, list_requests
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.rows import note_export
from hooks.selection_lists.list_import import validate_list, write_result
from launcher.actor import actor_of
from launcher.enterprise_files import read_files
from launcher.guarded_output import print_line
from launcher.selections.session import session_for
from launcher.selections.submit import add_sheet, go

MOST_SHOWN = 20
"""So many bad rows are told one by one; the workbook of --result has them all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The lists, where their result goes, and the sheet."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="filled from ./fapiao template selection")
    parser.add_argument("--result", type=Path, metavar="OUT.xlsx", help="查看引入结果: write what became of every row")
    add_sheet(parser)


def act(arguments: argparse.Namespace) -> int:
    """1 where a row was not taken or a task failed. Raises BadInput where a file is no list; then nothing is done."""
    with session_for(arguments) as session:
        allowed = allowed_organisations(session.connection, actor_of(arguments), "select")
        with session.transaction() as work:
            lists = read_files(arguments.files)
            verdicts = validate_list(work.connection, lists, allowed)
        for sentence in unread_columns(lists):
            print_line(f"提示：{sentence}")
        failed = [one for one in verdicts if not one.passed]
        _print(verdicts, failed)
        if arguments.result:
            rows = write_result(arguments.result, verdicts)
            what = {"view": "selection_list_result"}
            note_export(session.connection, actor_of(arguments), rows, what, arguments.result)
            print(f"{arguments.result}：{rows} 行")
        codes = [1] if failed else []
        for number, request in enumerate(list_requests(verdicts), 1):
            run = replace(session.run, run_id=f"{session.run.run_id}__{number}")
            codes.append(go(replace(session, run=run), arguments, request))
    return max(codes, default=0)


def _print(verdicts: Sequence[ListVerdict], failed: Sequence[ListVerdict]) -> None:
    for one in failed[:MOST_SHOWN]:
        print_line(f"{one.row.where}：{'；'.join(problem.text for problem in one.problems)}")
    if len(failed) > MOST_SHOWN:
        print(f"……另有 {len(failed) - MOST_SHOWN} 行未通过校验，见 --result 的结果文件。")
    print(f"引入 {len(verdicts)} 行：校验通过 {len(verdicts) - len(failed)}，处理失败 {len(failed)}。")
