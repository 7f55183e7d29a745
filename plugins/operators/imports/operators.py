"""The step of import_bureau_file: a form's file, or whatever lies in the watched folder, into the pool."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException

from fapiao.boundary import boundary
from fapiao.enterprise.parameters import INBOX_OWNER
from fapiao.errors import BadInput, Unusable
from fapiao.forms.reading import given
from fapiao.imports.requests import IMPORT, REQUEST, ImportRequest, import_request
from fapiao.outcomes import Outcome, outcome, text
from fapiao.rules.book import rulebook
from fapiao.shown import visible
from fapiao.tasks import RunDay
from hooks.enterprise.parameters import read_parameter
from hooks.files.inbox import DONE, REFUSED, State, file_away, inbox, inside, strangers, waiting
from hooks.files.store import FileStore, file_store
from hooks.pool.connection import PoolHook
from hooks.pool.faults import Fault, fault_of
from hooks.queues.imports import Imports
from operators.imports.tasks import Connection, Created, ImportSession, create, replay, work
from operators.leased_queue.session import releasing
from operators.project_operator import PoolOperator
from operators.refusal import refusal
from operators.run_context import clock, conf, run_day, who

SHOWN = 50
"""So many tasks and files the XCom names; the log has them all."""
_NO_CHANGE = "文件此前已导入，没有变化。"
_IN_PART = "压缩包里的以下文件没有导入："
_NO_FILE = "不是普通文件（是链接、管道或设备），没有打开。"
_SHOWN = ("batch_no", "taxpayer_no", "direction", "status", "status_label", "downloaded_count", "inserted_count",
          "updated_count", "unchanged_count", "ignored_count", "failed_count", "error_message", "warnings")  # fmt: skip


class Imported(NamedTuple):
    """How tasks stand, and what is wrong with files of a ZIP that were not taken."""

    outcomes: list[Outcome]
    refused: Sequence[str] = ()


class TakenIn(NamedTuple):
    """Where a set of files goes and what is said of it; `state` is None where it stays."""

    state: State | None
    sentence: str
    outcomes: Sequence[Outcome] = ()


class ImportFilesOperator(PoolOperator):
    """A form names one file (R281); a scheduled run takes up what a crash left and empties the folder."""

    judges = True

    def execute(self, context: Any) -> Outcome:
        """What came of every task. A refused form fails at once, with every sentence, and stores nothing."""
        run, filled = run_day(context, many_a_day=True), conf(context, IMPORT)
        store, actor = file_store(), who(context)
        with PoolHook().connect(actor) as connection:
            try:
                if filled["path"]:
                    form = given(REQUEST, context["params"])
                    request = import_request("form", [inside(folder := inbox(), filled["path"])], within=folder, **form)
                    filled.refuse()
                    password = password_of(filled["password_connection"])
                    done = import_one(connection, store, run, request, actor, password)
                else:
                    filled.refuse()
                    batches = replay(connection, run, actor).batches if filled["replay"] else []
                    done = self._sweep(connection, store, run, actor, batches)
            except BadInput as refused:
                raise refusal(context, str(refused)) from None  # the sentences are all that a person needs
        for one in done.outcomes:
            self.log.info("%s", described(one))
        found = _came_to(done, strict=bool(filled["path"]))
        self.log.log(logging.WARNING if found["failed"] else logging.INFO, "%s", text(found))
        return found

    def _sweep(
        self, connection: Connection, store: FileStore, run: RunDay, actor: str, batches: Sequence[str]
    ) -> Imported:
        """Works what is planned, `batches` among it, then empties the folder in its owner's name, whoever looks."""
        _work(store, run, actor)
        folder, owner, found = inbox(), _inbox_owner(connection), outcomes(connection, batches)
        left = file_away(folder, strangers(folder, clock()), REFUSED, f"{_NO_FILE}\n导入人：{owner}")
        refused: list[str] = []
        for files in waiting(folder, clock()):
            taken = self._taken_in(store, run, folder, [file.path for file in files], owner)
            found += taken.outcomes
            refused += [taken.sentence] if taken.state is REFUSED else []
            left += file_away(folder, files, taken.state, taken.sentence) if taken.state else [taken.sentence]
        if left:
            raise Unusable("\n".join(left))
        return Imported(found, refused)

    def _taken_in(self, store: FileStore, run: RunDay, folder: Path, files: Sequence[Path], owner: str) -> TakenIn:
        """One set of files by itself: whatever is wrong with it, those behind it have their turn."""
        try:
            with boundary(self._unforeseen, psycopg.Error, AirflowException), PoolHook().connect(owner) as connection:
                done = import_one(connection, store, run, import_request("inbox", files, within=folder), owner)
        except BadInput as refused:
            self.log.warning("refused: %s", refused)
            return TakenIn(REFUSED, f"{refused}\n导入人：{owner}")
        except psycopg.Error as broken:
            return self._postponed(broken, owner)
        told = "\n".join(map(described, done.outcomes)) or _NO_CHANGE
        if done.refused:
            self.log.warning("refused in part: %s", "\n".join(done.refused))
            return TakenIn(REFUSED, "\n".join([told, _IN_PART, *done.refused]), done.outcomes)
        return TakenIn(DONE, told, done.outcomes)

    def _unforeseen(self, broken: BaseException) -> BadInput:
        self.log.error("refused, for a reason nobody foresaw", exc_info=broken)
        return BadInput([f"{rulebook().message('file_not_understood', 'import')}（{type(broken).__name__}）"])

    def _postponed(self, broken: psycopg.Error, owner: str) -> TakenIn:
        """What another time may go well leaves the files where they are. Raises what ends every file alike."""
        fault = fault_of(broken)
        if fault is Fault.DATABASE:
            raise broken
        if fault is Fault.ROW:
            return TakenIn(REFUSED, f"{self._unforeseen(broken)}\n导入人：{owner}")
        return TakenIn(None, f"left for the next time: {broken}")


def _came_to(done: Imported, *, strict: bool) -> Outcome:
    """As every task says it; a file that was not taken failed by name too, and of a form also what still waits."""
    rows = [_row(one) | {"failed": _has_failed(one, strict=strict)} for one in done.outcomes]
    found = outcome(len(rows), rows, [], look=[f"./fapiao log --batch {row['batch_no']}" for row in rows][:SHOWN])
    failed = [described(one) for one, row in zip(done.outcomes, rows, strict=True) if row["failed"]]
    return found | {
        "failed": len(failed) + len(done.refused),
        "failed_rows": [*failed, *done.refused][:SHOWN],
        "refused": [*done.refused][:SHOWN],
        "outcomes": [*done.outcomes][:SHOWN],
    }


def _has_failed(one: Outcome, *, strict: bool) -> bool:
    return one["status"] in ("apply_failed", "download_failed") or (
        strict and one["status"] not in ("succeeded", "no_data")
    )


def _row(one: Outcome) -> Outcome:
    counts = {name: one[f"{name}_count"] for name in ("downloaded", "inserted", "updated", "unchanged", "ignored")}
    return counts | {
        "batch_no": one["batch_no"],
        "status": one["status"],
        "label": one["status_label"],
        "code": "",
        "rows": 1,
        "refused": one["failed_count"],
        "by_rule": False,
    }


def _inbox_owner(connection: Connection) -> str:
    """Whose name stands for whoever lays files into the folder: the parameter fapiao/inbox_owner."""
    with connection.transaction():
        return read_parameter(connection, *INBOX_OWNER)


def password_of(connection_id: str | None) -> str | None:
    """The password of an Airflow connection, which Airflow keeps out of its logs. Raises BadInput without one."""
    if not connection_id:
        return None
    try:
        found = BaseHook.get_connection(connection_id).password
    except AirflowNotFoundException:
        raise BadInput([f"密码连接“{connection_id}”不存在：请管理员在 Airflow 的“连接”里新建。"]) from None
    if not found:
        raise BadInput([f"密码连接“{connection_id}”没有填写密码：请管理员在 Airflow 的“连接”里补上。"])
    return str(found)


def import_one(
    connection: Connection,
    store: FileStore,
    run: RunDay,
    request: ImportRequest,
    actor: str,
    password: str | None = None,
) -> Imported:
    """Creates the tasks of a request and works them; files that are imported already make none. Raises BadInput."""
    created = create(connection, store, run, request, actor, password=password)
    _work(store, run, actor, created)
    return Imported(outcomes(connection, created.batches), created.refused)


def _work(store: FileStore, run: RunDay, actor: str, created: Created | None = None) -> None:
    """Over a connection of its own, which a file may cost it."""
    connect = partial(PoolHook().connect, actor)
    with connect() as connection:
        session = ImportSession(connection, run, f"{run.dag_id}/{run.run_id}", clock, store, connect=connect)
        with releasing(session):
            work(session, created)


def outcomes(connection: Connection, batches: Sequence[str]) -> list[Outcome]:
    """How tasks stand, as plain values."""
    with connection.transaction():
        return [{name: row[name] for name in _SHOWN} for row in Imports(connection).outcome(batches)]


def described(outcome: Mapping[str, Any]) -> str:
    """One task in one sentence."""
    counts = "，".join(
        f"{label}{outcome[name]}"
        for name, label in (
            ("inserted_count", "新增"),
            ("updated_count", "更新"),
            ("unchanged_count", "无变化"),
            ("ignored_count", "跳过"),
            ("failed_count", "失败"),
        )
    )
    why = f"：{visible(outcome['error_message'])}" if outcome["error_message"] else ""
    direction = {"input": "进项", "output": "销项"}[outcome["direction"]]
    text = "\n提示：".join([f"{why}（{counts}）", *map(visible, outcome["warnings"][:20])])
    return f"{outcome['batch_no']} {outcome['taxpayer_no']} {direction} {outcome['status_label']}{text}"
