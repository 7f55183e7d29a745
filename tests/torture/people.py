"""What people do meanwhile, each in a process of his own: he looks at the log, picks a row by chance and acts on it.

Each says what he did as `{"did": …}`, or with which sentence he was refused as `{"refused": …}`.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.receipts import Receipt
from fapiao.errors import BadInput
from fapiao.selection.form import REQUEST as SELECTION_REQUEST
from fapiao.verification import Received
from hooks.enterprise.basics import change
from hooks.enterprise.permissions import replace_grants
from hooks.enterprise.receipts import receive_documents
from hooks.files.store import file_store
from hooks.files.user_files import add_files, holder_of
from hooks.pool.connection import PoolHook
from operators.downloads import actions
from operators.history.operators import HistoryPlanOperator
from operators.imports.operators import ImportFilesOperator
from operators.key_elements.operators import KeyElementPlanOperator
from operators.selections.operators import SelectionFormOperator
from run_contexts import Order, context
from world_clock import WorldClock

Outcome = dict[str, Any]
_TASKS = {
    "void": "status IN ('pending', 'downloading', 'downloaded', 'incomplete', 'headers_only')",
    "terminate": "history_batch_no IS NOT NULL AND status IN ('pending', 'downloading', 'downloaded')",
    "poll": "status IN ('downloading', 'downloaded', 'incomplete') OR not_before = 'infinity'",
    "retry": "status IN ('apply_failed', 'download_failed')",
}
_PICK = "SELECT batch_no FROM sync.task WHERE ({0}) AND void_state IS NULL ORDER BY md5(batch_no || %(salt)s) LIMIT %(most)s"
_KEYS = """
SELECT document_key FROM pool.document WHERE document = 'customs' AND direction = 'input'
ORDER BY md5(document_key || %(salt)s) LIMIT 3
"""
_FAILED_SELECTIONS = "SELECT batch_no FROM sync.selection WHERE status = 'failed' ORDER BY selection_id DESC LIMIT 1"
_LAYOUTS = "SELECT document_key, taxpayer_no, direction FROM pool.document WHERE document = 'invoice' ORDER BY md5(document_key || %(salt)s) LIMIT 1"
_BLANK: dict[str, Any] = {
    "operation": "not_deduct", "document_keys": [], "taxpayers": [], "reason": None, "reason_text": None,
    "list_file": None, "without": [], "accounts": [], "retry": [], "dry_run": False,
}  # fmt: skip
_OUR_WORDS = tuple(field.name for field in SELECTION_REQUEST)


def _act(action: str) -> Callable[[WorldClock, Order], Outcome]:
    """作废, 终止, 获取异步结果 or 手工重试 of up to three tasks."""

    def act(clock: WorldClock, order: Order) -> Outcome:
        with closing(PoolHook().connect(order["by"])) as connection:
            batches = _picked(connection, _PICK.format(_TASKS[action]), order, most=1 + int(order["place"] * 3))
            if not batches:
                return {"did": None}
            _ACTIONS[action](connection, order, batches, clock)
            connection.commit()
        return {"did": action, "batches": batches}

    return act


_ACTIONS: dict[str, Callable[[Any, Order, list[str], WorldClock], object]] = {
    "void": lambda pool, order, batches, _: actions.void(pool, order["by"], batches, "不再需要"),
    "terminate": lambda pool, order, batches, _: actions.terminate(pool, order["by"], batches, "改期"),
    "poll": lambda pool, order, batches, _: actions.poll_now(pool, order["by"], batches),
    "retry": lambda pool, order, batches, clock: actions.retry(pool, order["by"], batches, now=clock.now()),
}


def _picked(connection: Any, statement: str, order: Order, **values: Any) -> list[str]:
    with connection.transaction():
        rows = connection.execute(statement, {"salt": str(order["place"]), **values}).fetchall()
    return [row[0] for row in rows]


def select(clock: WorldClock, order: Order) -> Outcome:
    """勾选, its withdrawal, 预勾选, or a retry of what failed, by the form."""
    with closing(PoolHook().connect(order["by"])) as connection:
        keys = _picked(connection, _KEYS, order)
        failed = _picked(connection, _FAILED_SELECTIONS, order) if order["place"] > 0.85 else []
    if not (keys or failed):
        return {"did": None}
    operation = ("not_deduct", "undo_not_deduct", "preselect", "undo_preselect")[int(order["place"] * 3.99)]
    form = _BLANK | {"operation": operation, "document_keys": keys, "reason": "3", "retry": failed}
    made = SelectionFormOperator(task_id="submit").execute(context(clock, order, "submit", **form))
    return {"did": operation, "submissions": made.get("submissions")}


def history(clock: WorldClock, order: Order) -> Outcome:
    """历史发票数据同步 of a past month of one company."""
    form = {
        "method": ["bureau_download"], "data_type": "details", "channel": order["channel"], "years": [],
        "taxpayers": [order["taxpayer"]], "months": [order["month"]], "invoice_types": [], "dry_run": False, "auto_update": [],
    }  # fmt: skip
    made = HistoryPlanOperator(task_id="plan").execute(context(clock, order, "plan", **form))
    return {"did": "history", "batches": made["batches"]}


def key_elements(clock: WorldClock, order: Order) -> Outcome:
    """进项发票关键要素同步 of an organisation's company."""
    form = {"org": order["org"], "taxpayer_no": order["taxpayer"], "document": "invoice"}
    made = KeyElementPlanOperator(task_id="plan").execute(context(clock, order, "plan", **form))
    return {"did": "key_elements", "batches": made}


def parameters(clock: WorldClock, order: Order) -> Outcome:
    """参数配置: the compensation is switched on or off."""

    def decide(before: Any) -> Loaded:
        key = ("rim_download", "open_replenish_last_month")
        return Loaded(replace(before, parameters={**before.parameters, key: str(int(order["place"] * 2))}), [], [])

    return _changed(decide, order, "parameters")


def schemes(clock: WorldClock, order: Order) -> Outcome:
    """下载方案: the days of one are others from now on."""

    def decide(before: Any) -> Loaded:
        name = sorted(before.schemes)[int(order["place"] * len(before.schemes))]
        days = tuple(sorted({1 + int(order["place"] * 100) % 27, 28, int(clock.now().day)}))
        return Loaded(
            replace(before, schemes={**before.schemes, name: replace(before.schemes[name], frequency=days)}), [], []
        )

    return _changed(decide, order, "schemes")


def _changed(decide: Callable[[Any], Loaded], order: Order, what: str) -> Outcome:
    with closing(PoolHook().connect(order["by"])) as connection:
        change(connection, decide, order["by"])
        connection.commit()
    return {"did": what}


def rights(clock: WorldClock, order: Order) -> Outcome:
    """权限 are loaded anew, one user more or less among them."""
    with closing(PoolHook().connect(order["by"])) as connection:
        replace_grants(connection, [tuple(one) for one in order["grants"]], order["by"])
        connection.commit()
    return {"did": "rights"}


def receive(clock: WorldClock, order: Order) -> Outcome:
    """业务系统收入: the business system hands documents in."""
    documents = [Receipt(f"row {place}", _received(one)) for place, one in enumerate(order["documents"], 1)]
    with closing(PoolHook().connect(order["by"])) as connection:
        connection.autocommit = True
        verdicts = [one.outcome for one in receive_documents(connection, documents, actor=order["by"])]
    return {"did": "receive", "verdicts": verdicts}


def _received(row: Mapping[str, Any]) -> Received:
    amounts = {name: Decimal(row[name]) for name in ("amount", "total_amount") if row.get(name)}
    return Received(**{**row, "issue_date": date.fromisoformat(row["issue_date"]), **amounts})


def upload(clock: WorldClock, order: Order) -> Outcome:
    """用户上传: a layout file of an invoice, whole or broken."""
    content = (
        b"%PDF-1.4\n" + str(order["place"]).encode() + b"\n%%EOF\n" if order["place"] < 0.7 else b"PK\x03\x04 broken"
    )
    with closing(PoolHook().connect(order["by"])) as connection:
        connection.autocommit = True
        found = connection.execute(_LAYOUTS, {"salt": str(order["place"])}).fetchall()
        if not found:
            return {"did": None}
        holder = holder_of(connection, *found[0])
        done = add_files(connection, file_store(), holder, {"file": content}, order["by"])
    return {"did": "upload", "outcomes": [one.outcome for one in done]}


def form_import(clock: WorldClock, order: Order) -> Outcome:
    """导入电子税局文件 by the form: one file of the inbox."""
    form = {
        "path": order["path"], "taxpayer_no": order["taxpayer"], "direction": None, "scheme": None, "data_type": None,
        "password_connection": None, "replay": False,
    }  # fmt: skip
    found = ImportFilesOperator(task_id="import_files").execute(context(clock, order, "import_files", **form))
    return {"did": "form_import", "outcomes": found["outcomes"]}


def politely(act: Callable[[WorldClock, Order], Outcome]) -> Callable[[WorldClock, Order], Outcome]:
    """A refusal is an outcome like another."""

    def acting(clock: WorldClock, order: Order) -> Outcome:
        try:
            return act(clock, order)
        except (BadInput, AirflowFailException) as refused:
            return {"refused": str(refused)}

    return acting


PEOPLE: dict[str, Callable[[WorldClock, Order], Outcome]] = {
    name: politely(act)
    for name, act in {
        **{action: _act(action) for action in _TASKS},
        "select": select, "history": history, "key_elements": key_elements, "parameters": parameters,
        "schemes": schemes, "rights": rights, "receive": receive, "upload": upload, "form_import": form_import,
    }.items()
}  # fmt: skip
