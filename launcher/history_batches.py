"""What `./fapiao backfill` does with import tasks that are there: list, show, stop, retry, resume, auto, missing."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg

from fapiao.errors import BadInput
from fapiao.forms.items import items
from fapiao.rules.book import rulebook
from hooks.enterprise.permissions import allowed_organisations
from hooks.pool.sessions import open_session
from hooks.queues.imports import files_of_import
from launcher.actor import actor_of
from launcher.options import day_of
from launcher.pool import pool_session, reading_session
from launcher.row_limit import add_row_limit
from launcher.screen import print_rows
from launcher.task_commands import say_who_works
from launcher.task_commands import show as show_done
from operators.history import auto_update as auto
from operators.history import batches

LIST = {
    "batch_no": "导入批次号", "taxpayer_name": "企业名称", "taxpayer_no": "税号", "direction_labels": "进销项",
    "invoice_types": "发票种类", "status_label": "执行状态", "method_label": "导入方式", "channel_label": "下载通道",
    "total_count": "总份数", "succeeded_count": "成功份数", "failed_count": "失败份数", "created_by": "创建人",
    "created_at": "创建时间", "org_name": "组织", "next_day": "下次申请日",
}  # fmt: skip
MONTHS = {
    "issue_month": "开票月份", "status_label": "执行状态", "tasks": "任务", "succeeded": "成功", "partial": "部分成功",
    "failed": "失败", "terminated": "终止", "total_count": "总份数", "succeeded_count": "成功份数",
    "failed_count": "失败份数", "next_day": "下次申请日",
}  # fmt: skip
ROWS = {
    "batch_no": "下载批次号", "issue_month": "开票月份", "invoice_type_label": "发票种类", "status_label": "状态",
    "void_state_label": "作废", "downloaded_count": "总份数", "succeeded_count": "成功份数", "failed_count": "失败份数",
    "not_before_day": "申请日", "error_message": "原因", "retry_of_batch_no": "重试的批次号",
}  # fmt: skip
FILES = {
    "name": "文件", "uploaded_as": "上传文件", "size": "字节", "rows": "行数", "kept": "已入池的行",
    "rejected": "失败的行", "quarantined": "待识别的行",
}  # fmt: skip
FILE_ROWS = {name: label for name, label in ROWS.items() if name not in ("issue_month", "not_before_day")}
AUTO = {
    "org_code": "组织", "whose": "组织名称", "data_type_label": "更新内容", "enabled": "启用", "entrance_label": "入口",
    "created_by": "创建人", "changed_by": "修改人",
}  # fmt: skip
MISSING = {
    "taxpayer_no": "销方税号", "document_key": "缺少的蓝票", "red_document_key": "红票", "issue_date": "红票开票日期",
    "total_amount": "红票金额",
}  # fmt: skip

Connection = psycopg.Connection[Any]
BY_FILE = "bureau_file"


def add_actions(parser: argparse.ArgumentParser) -> None:
    """The action and its import tasks; without one the form is meant."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=[*ACTIONS],
        help="what to do with import tasks that are there; missing: 红冲 originals that the pool lacks",
    )
    parser.add_argument("batches", nargs="*", metavar="BATCH", help="导入批次号")
    parser.add_argument("--reason", metavar="WHY", help="stop: 终止原因, kept with the tasks")
    add_row_limit(parser, 100, "list, missing: at most so many")
    parser.add_argument("--org", metavar="CODE", help="auto: whose, separated by commas")
    parser.add_argument("--scope", help="auto: private 本组织私有 (default) or global 全局共享")
    parser.add_argument("--enable", metavar="KIND", help="auto: details 发票明细, usage 用途状态, or both by comma")
    parser.add_argument("--disable", metavar="KIND", help="auto: switch off")


def act(arguments: argparse.Namespace) -> int:
    """Does one action. Raises BadInput with every problem at once."""
    session = reading_session if _only_looks(arguments) else pool_session
    with session(autocommit=True) as connection:
        ACTIONS[arguments.action](connection, arguments)
    return 0


def show_list(url: str, actor: str, numbers: Sequence[str]) -> None:
    """The import tasks of these numbers as a table."""
    with open_session(url) as connection:
        print_rows(LIST, batches.list_batches(connection, actor, numbers), as_json=False)


def _list(connection: Connection, arguments: argparse.Namespace) -> None:
    found = batches.list_batches(connection, actor_of(arguments), arguments.batches, arguments.limit)
    print_rows(LIST, found, as_json=arguments.json)


def _show(connection: Connection, arguments: argparse.Namespace) -> None:
    found = batches.list_batches(connection, actor_of(arguments), _named(arguments))
    if not found:
        raise BadInput([f"{', '.join(arguments.batches)}: there is no such import task, or you may not see it"])
    for one in found:
        print_rows(LIST, [one], as_json=arguments.json)
        by_file = one["method"] == BY_FILE
        detail = files_of_import if by_file else batches.subtasks
        print_rows(FILES if by_file else MONTHS, detail(connection, one["batch_no"]), as_json=arguments.json)
        print_rows(FILE_ROWS if by_file else ROWS, batches.rows(connection, one["batch_no"]), as_json=arguments.json)


def _stop(connection: Connection, arguments: argparse.Namespace) -> None:
    done = batches.stop(connection, actor_of(arguments), _named(arguments), arguments.reason or "")
    show_done(done, as_json=arguments.json)


def _retry(connection: Connection, arguments: argparse.Namespace) -> None:
    planned = batches.retry(connection, actor_of(arguments), _named(arguments), day_of(arguments))
    print("\n".join(planned))
    say_who_works(connection, planned)


def _resume(connection: Connection, arguments: argparse.Namespace) -> None:
    print("\n".join(batches.resume(connection, actor_of(arguments), _named(arguments))))


def _auto(connection: Connection, arguments: argparse.Namespace) -> None:
    """Shows the monthly updates; with --enable or --disable changes them first."""
    for chosen, enabled in ((arguments.enable, True), (arguments.disable, False)):
        if chosen is not None:
            auto.switch(
                connection,
                actor_of(arguments),
                items(arguments.org),
                _data_types(chosen),
                enabled=enabled,
                entrance="automation",
                scope=arguments.scope and rulebook().code("auto_update_scope", arguments.scope),
            )
    seen = allowed_organisations(connection, actor_of(arguments), "view")
    print_rows(AUTO, auto.settings(connection, seen), as_json=arguments.json)


def _data_types(text: str) -> list[str]:
    """Codes; a word that is none is left to the switch to refuse."""
    words = rulebook().words("history_data_type")
    return [words.find(one) or one for one in items(text)]


def _missing(connection: Connection, arguments: argparse.Namespace) -> None:
    print_rows(MISSING, batches.missing_blue(connection, actor_of(arguments), arguments.limit), as_json=arguments.json)


ACTIONS: Mapping[str, Callable[[Connection, argparse.Namespace], None]] = {
    "list": _list,
    "show": _show,
    "stop": _stop,
    "retry": _retry,
    "resume": _resume,
    "auto": _auto,
    "missing": _missing,
}


def _only_looks(arguments: argparse.Namespace) -> bool:
    """list, show and missing do; auto does unless it switches something."""
    switches = arguments.enable is not None or arguments.disable is not None
    return arguments.action in ("list", "show", "missing") or (arguments.action == "auto" and not switches)


def _named(arguments: argparse.Namespace) -> list[str]:
    return list(dict.fromkeys(arguments.batches))
