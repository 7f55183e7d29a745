"""`./fapiao select …`: 海关缴款书不抵扣勾选 (S2), from the list to the bureau's answer."""

import argparse
from collections.abc import Callable
from pathlib import Path

from fapiao.identifiers import one_spelling
from fapiao.selection.form import DOCUMENTS, REASON
from launcher.actor import add_actor
from launcher.options import add_day, add_options
from launcher.row_limit import add_row_limit
from launcher.selections import auto_rules, import_list, listing, queries, submit

OPERATIONS = {
    "select": ("not_deduct", "发票勾选: non-deductible, with a reason"),
    "withdraw": ("undo_not_deduct", "撤销勾选"),
    "preselect": ("preselect", "预勾选: in our pool alone"),
    "undo-preselect": ("undo_preselect", "撤销预勾选"),
}
ON_TABLE = {
    "make": ("make_statistics", "生成统计表: locks the period's selections"),
    "unmake": ("undo_statistics", "撤销统计表"),
    "confirm": ("confirm_statistics", "确认签名"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One subcommand per button of the page, and per log behind it."""
    actions = parser.add_subparsers(dest="action", required=True)
    _add_list(actions)
    for name, (operation, sentence) in OPERATIONS.items():
        one = _action(actions, name, sentence, submit.act, operation=operation)
        add_options(one, DOCUMENTS)
        if name in ("select", "preselect"):
            add_options(one, REASON)
        if name in ("select", "withdraw"):
            submit.add_sheet(one)
    for name, (operation, sentence) in ON_TABLE.items():
        one = _action(actions, name, sentence, submit.act, operation=operation)
        one.add_argument("taxpayers", nargs="+", type=one_spelling, metavar="TAXPAYER", help="税号")
        submit.add_sheet(one)
    import_list.add_arguments(
        _action(actions, "import", "引入清单勾选: lists filled from the template", import_list.act)
    )
    auto_rules.add_arguments(
        _action(actions, "auto", "自动抵扣勾选配置: rules that pick papers, and what they pick", auto_rules.act)
    )
    _add_questions(actions)
    _add_logs(actions)


def _add_list(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    shown = _action(actions, "list", "the papers that can be selected, newest first", listing.show)
    listing.add_filters(shown)
    add_row_limit(shown, 50)
    taken = _action(actions, "export", "导出发票: the whole filter as .xlsx", listing.export)
    listing.add_filters(taken)
    taken.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .xlsx file to write")


def _add_questions(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, sentence, handler in (
        ("login", "登录: is the account online, where to log in, which accounts there are", queries.show_login),
        ("statistics", "当期抵扣勾选统计: asked now", queries.show_statistics),
        ("period", "税款所属期, or its change by --change", queries.show_period),
    ):
        one = _action(actions, name, sentence, handler)
        one.add_argument("taxpayer", type=one_spelling, metavar="TAXPAYER", help="税号")
        if name == "period":
            one.add_argument("--change", metavar="YYYYMM", help="变更税款所属期")


def _add_logs(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    log = _action(actions, "log", "税局用票操作日志, or by --ledger 税局用票台账", queries.show_log)
    log.add_argument("batches", nargs="*", metavar="BATCH", help="批次号 of a task or of a submission")
    log.add_argument("--ledger", action="store_true", help="one row per paper and operation, before and after")
    log.add_argument("--status", help="未处理、处理中、处理成功、处理失败")
    add_row_limit(log, 50)
    latest = _action(actions, "show", "the newest task of a paper and its result", queries.show_latest)
    latest.add_argument("number", metavar="NUMBER", help="缴款书号码")
    for one in (log, latest):
        one.add_argument("--taxpayer", type=one_spelling, metavar="NUMBER", help="税号")
    log.add_argument("--number", metavar="NUMBER", help="缴款书号码")
    fetch = _action(actions, "fetch", "获取异步请求结果: ask the bureau now", queries.fetch_now)
    retry = _action(actions, "retry", "重试 of 处理失败: new tasks, every check again", queries.retry_failed)
    for one in (fetch, retry):
        one.add_argument("batches", nargs="+", metavar="BATCH", help="批次号")
    submit.add_waiting(retry)


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    sentence: str,
    handler: Callable[[argparse.Namespace], int],
    **fixed: str,
) -> argparse.ArgumentParser:
    one = actions.add_parser(name, help=sentence)
    add_actor(one)
    add_day(one)
    one.add_argument("--json", action="store_true", help="JSON instead of tables")
    one.set_defaults(handler=handler, **fixed)
    return one


def run(arguments: argparse.Namespace) -> int:
    """The subcommand's own answer. Raises BadInput with every problem at once, and nothing is done."""
    handler: Callable[[argparse.Namespace], int] = arguments.handler
    return handler(arguments)
