"""`./fapiao select` beyond submissions: logs, retries, results now, logins, the tax period and the statistics table."""

import argparse
from dataclasses import asdict

from psycopg.rows import dict_row

from fapiao.identity import spelled
from fapiao.queries import query
from fapiao.rules.book import rulebook
from fapiao.selection.chosen import SelectionRequest
from fapiao.selection.records import LedgerEntry
from fapiao.selection.rendering import BUSINESS, sheet_text
from hooks.enterprise.permissions import allowed_organisations
from launcher.actor import actor_of
from launcher.pool import reading_session
from launcher.screen import print_rows, print_table, screen_width
from launcher.selections.session import looking_session_for, session_for
from launcher.selections.submit import print_outcome
from launcher.task_commands import show as show_done
from operators.selections.permissions import check_document, check_taxpayers
from operators.selections.preview import accounts, log_in, preview
from operators.selections.statistics import change_period, statistics, tax_period
from operators.selections.submit import latest, retry
from operators.selections.worker import poll_now

LOG = {
    "batch_no": "批次号", "operation_label": "操作", "taxpayer_no": "税号", "taxpayer_name": "企业名称",
    "channel_label": "通道", "account": "电子税局账号", "status_label": "状态", "document_count": "份数",
    "succeeded_count": "成功", "failed_count": "失败", "tax_period": "税款所属期", "created_by": "操作人",
    "created_at": "时间", "error_message": "原因",
}  # fmt: skip
LEDGER = {
    "document_key": "缴款书号码", "operation_label": "操作", "state_label": "结果", "task_status_label": "任务状态",
    "status_before_label": "操作前", "status_after_label": "操作后", "reason_label": "不抵扣原因",
    "result_code": "代码", "result_text": "说明", "tax_period": "税款所属期", "batch_no": "批次号",
    "created_at": "时间",
}  # fmt: skip


def show_log(arguments: argparse.Namespace) -> int:
    """税局用票操作日志, or with --ledger 税局用票台账, newest first."""
    columns, name = (LEDGER, "ledger") if arguments.ledger else (LOG, "log")
    with reading_session(row_factory=dict_row) as connection:
        allowed = allowed_organisations(connection, actor_of(arguments), "view")
        values = {
            "batches": arguments.batches or None,
            "taxpayer": arguments.taxpayer,
            "document_key": arguments.number and spelled(arguments.number),
            "status": arguments.status and rulebook().code("selection_task_status", arguments.status),
            "allowed": allowed,
            "limit": arguments.limit,
        }
        rows = connection.execute(query("selection_log", name), values).fetchall()
    print_rows(columns, rows, as_json=arguments.json)
    return 0


def show_latest(arguments: argparse.Namespace) -> int:
    """The newest task of a document and its result. Raises BadInput where it has none (R217)."""
    with looking_session_for(arguments) as session:
        found: LedgerEntry = latest(session, arguments.number, arguments.taxpayer)
        check_document(session, actor_of(arguments), "view", found.document_key, found.taxpayer_no)
    print_rows(LEDGER, [asdict(found)], as_json=arguments.json)
    if found.hint:
        print(f"{found.hint}：./fapiao select fetch {found.batch_no}")
    return 0


def fetch_now(arguments: argparse.Namespace) -> int:
    """获取异步请求结果."""
    with session_for(arguments) as session:
        found = poll_now(session, list(dict.fromkeys(arguments.batches)), actor_of(arguments))
    show_done(found, as_json=arguments.json)
    return 0


def retry_failed(arguments: argparse.Namespace) -> int:
    """重试 of 处理失败: new tasks, every check again."""
    with session_for(arguments) as session:
        made = retry(session, list(dict.fromkeys(arguments.batches)), actor_of(arguments))
        return print_outcome(session, arguments, made)


def show_period(arguments: argparse.Namespace) -> int:
    """4.04, or with --change 4.12."""
    with session_for(arguments) as session:
        check_taxpayers(session, actor_of(arguments), "select" if arguments.change else "view", [arguments.taxpayer])
        found = (
            change_period(session, arguments.taxpayer, arguments.change)
            if arguments.change
            else tax_period(session, arguments.taxpayer)
        )
        state = session.rules.states.get(found.statistics, found.statistics)
    shown = {"税号": arguments.taxpayer, "税款所属期": found.period, "申报截止": found.deadline, "统计表": state}
    print_rows({name: name for name in shown}, [shown], as_json=arguments.json)
    return 0


def show_statistics(arguments: argparse.Namespace) -> int:
    """4.07: state and counts of the table, by invoice type."""
    with session_for(arguments) as session:
        check_taxpayers(session, actor_of(arguments), "view", [arguments.taxpayer])
        found = statistics(session, arguments.taxpayer)
        state = session.rules.states.get(found.state, found.state)
    print(f"{arguments.taxpayer} 税款所属期 {found.period}，统计表：{state}")
    if found.rows:
        names = list(found.rows[0])
        print_table(names, [[row.get(name) for name in names] for row in found.rows])
    return 0


def show_login(arguments: argparse.Namespace) -> int:
    """登录: the account online, or the page on which a person logs in; and the accounts that 换账号 offers (R178)."""
    with session_for(arguments) as session:
        check_taxpayers(session, actor_of(arguments), "select", [arguments.taxpayer])
        lines = log_in(
            session,
            arguments.taxpayer,
            preview(session, SelectionRequest("not_deduct", "interactive", (), [arguments.taxpayer])),
        )
        choices = accounts(session, arguments.taxpayer)
    print(sheet_text(lines, screen_width()))
    for one in choices:
        print(f"可用账号 {one.account} {BUSINESS[one.account_type]}{'（默认）' if one.is_default else ''}")
    return 0 if all(line.online for line in lines) else 1
