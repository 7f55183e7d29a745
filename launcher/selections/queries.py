"""`./fapiao select` beyond submissions: logs, retries, results now, logins, the tax period and the statistics table."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psycopg.rows import dict_row

from fapiao.closed_lists import code_of
from fapiao.identity import spelled
from fapiao.queries import query
from fapiao.selection.chosen import SelectionRequest
from fapiao.selection.records import LedgerEntry
from fapiao.selection.rendering import business, sheet_rows, sheet_text
from fapiao.texts.catalogue import sentence
from hooks.enterprise.permissions import allowed_organisations
from launcher.actor import actor_of
from launcher.people_table import show_rows
from launcher.pool import reading_session
from launcher.screen import print_rows, print_table, screen_width, tell
from launcher.selections.session import looking_session_for, session_for
from launcher.selections.submit import print_outcome
from launcher.task_commands import show as show_done
from operators.selections.permissions import check_document, check_taxpayers
from operators.selections.preview import accounts, log_in, preview
from operators.selections.statistics import change_period, statistics, tax_period
from operators.selections.submit import latest, retry
from operators.selections.worker import poll_now

LOG = ("batch_no", "operation_label", "taxpayer_no", "taxpayer_name", "channel_label", "account", "status_label",
       "document_count", "succeeded_count", "failed_count", "tax_period", "created_by", "created_at",
       "error_message")  # fmt: skip
LEDGER = ("document_key", "operation_label", "state_label", "task_status_label", "status_before_label",
          "status_after_label", "reason_label", "result_code", "result_text", "tax_period", "batch_no",
          "created_at")  # fmt: skip
PERIOD = ("taxpayer_no", "tax_period", "deadline", "table_state")
_PERIOD_OF_JSON = ("税号", "税款所属期", "申报截止", "统计表")
"""The keys that programs read."""


def show_log(arguments: argparse.Namespace) -> int:
    """税局用票操作日志, or with --ledger 税局用票台账, newest first."""
    columns, name = (LEDGER, "ledger") if arguments.ledger else (LOG, "log")
    with reading_session(row_factory=dict_row) as connection:
        allowed = allowed_organisations(connection, actor_of(arguments), "view")
        values = {
            "batches": arguments.batches or None,
            "taxpayer": arguments.taxpayer,
            "document_key": arguments.number and spelled(arguments.number),
            "status": arguments.status and code_of("selection_task_status", arguments.status),
            "allowed": allowed,
            "limit": arguments.limit,
        }
        rows = connection.execute(query("selection_log", name), values).fetchall()
    _print(f"selection_{name}", columns, rows, arguments)
    return 0


def _print(
    table: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], arguments: argparse.Namespace
) -> None:
    if arguments.json:
        print_rows(columns, rows, as_json=True)
    else:
        show_rows(table, columns, rows, nothing=sentence("select_command.nothing_logged"))


def show_latest(arguments: argparse.Namespace) -> int:
    """The newest task of a document and its result. Raises BadInput where it has none (R217)."""
    with looking_session_for(arguments) as session:
        found: LedgerEntry = latest(session, arguments.number, arguments.taxpayer)
        check_document(session, actor_of(arguments), "view", found.document_key, found.taxpayer_no)
    _print("selection_ledger", LEDGER, [asdict(found)], arguments)
    if found.hint:
        tell(sentence("select_command.fetch_hint", hint=found.hint, batch=found.batch_no), as_json=arguments.json)
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
    values = (arguments.taxpayer, found.period, found.deadline, state)
    if arguments.json:
        print_rows(PERIOD, [dict(zip(_PERIOD_OF_JSON, values, strict=True))], as_json=True)
    else:
        show_rows("selection_period", PERIOD, [dict(zip(PERIOD, values, strict=True))], nothing="")
    return 0


def show_statistics(arguments: argparse.Namespace) -> int:
    """4.07: state and counts of the table, by invoice type."""
    with session_for(arguments) as session:
        check_taxpayers(session, actor_of(arguments), "view", [arguments.taxpayer])
        found = statistics(session, arguments.taxpayer)
        state = session.rules.states.get(found.state, found.state)
    if arguments.json:
        whole = {"taxpayer_no": arguments.taxpayer, "tax_period": found.period, "table_state": state}
        print(json.dumps(whole | {"rows": [*found.rows]}, ensure_ascii=False, default=str))
        return 0
    values = {"taxpayer": arguments.taxpayer, "period": found.period, "state": state}
    print(sentence("select_command.table_state", **values))
    if not found.rows:
        print(sentence("select_command.no_statistics"))
    else:
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
    if arguments.json:
        print_rows((), [*sheet_rows(lines), *map(asdict, choices)], as_json=True)
    else:
        print(sheet_text(lines, screen_width()))
        for one in choices:
            said = "select_command.default_account" if one.is_default else "select_command.account"
            print(sentence(said, account=one.account, business=business(one.account_type)))
    return 0 if all(line.online for line in lines) else 1
