"""What people do with tasks (S4 §3.3): 获取异步结果, 手工重试, 作废任务, 终止; for pages and commands alike.

Every function is all or nothing over its selection, in one transaction of the given connection: rights first, by
核算组织 and then by role (R150), then what each task allows. Every problem is said at once in a BadInput; every action
leaves an event with its actor.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row, tuple_row
from psycopg.types.json import Jsonb

from fapiao.errors import BadInput
from fapiao.permissions.rules import OVER_TASKS, permission_rules
from fapiao.permissions.task_actions import (
    MOST_VOIDED,
    ActionOutcome,
    Objection,
    SelectedTask,
    poll_objections,
    retry_objections,
    standing,
    terminate_objections,
    void_objections,
)
from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from hooks.enterprise.parameters import read_parameter
from hooks.enterprise.permissions import permissions_of
from hooks.pool.sessions import acting
from hooks.queues.imports import hand_files_on

Connection = psycopg.Connection[Any]
Objections = Callable[[SelectedTask, RuleBook, datetime], Iterator[Objection]]
HIDE_PARAMETER = ("base_service", "hide_forbidden_buttons")
"""隐藏无权按钮"""


@dataclass(frozen=True, slots=True)
class Button:
    """An action as a page shows it; `refusals` are the sentences to say when it is pressed without a right."""

    action: str
    label: str
    refusals: tuple[str, ...]


def poll_now(
    connection: Connection, actor: str, batches: Sequence[str], *, rules: RuleBook | None = None
) -> list[ActionOutcome]:
    """获取异步结果: makes the tasks due now. The answer is 任务处理中, also after a lost login (R291, R319)."""
    book = rules or rulebook()
    with _acting(connection, actor, "poll", batches, poll_objections, book) as tasks:
        connection.execute(query("actions", "make_due"), {"tasks": [task.task_id for task in tasks]})
    return [ActionOutcome(task.batch_no, book.message("task_processing", "interactive")) for task in tasks]


def retry(
    connection: Connection,
    actor: str,
    batches: Sequence[str],
    *,
    now: datetime | None = None,
    rules: RuleBook | None = None,
) -> list[ActionOutcome]:
    """手工重试: a new task for each failed one, for the next run or sweep (R320–R322); a file is read again."""
    book = rules or rulebook()
    with _acting(connection, actor, "retry", batches, retry_objections, book, now) as tasks:
        chosen = [task.task_id for task in tasks]
        try:
            with connection.transaction():
                fresh = repeat(connection, actor, [{"task_id": task_id} for task_id in chosen])
        except psycopg.errors.UniqueViolation as planned_meanwhile:
            raise BadInput([book.message("under_way", "retry")]) from planned_meanwhile
        connection.execute(query("actions", "note_request"), {"tasks": chosen})
    return [ActionOutcome(task.batch_no, _label("retry"), new_batch_no=fresh[task.task_id]) for task in tasks]


def repeat(connection: Connection, actor: str, chosen: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """A new task for each chosen one (task_id, and not_before_day where it has to wait), by the old one's id.

    An import's has its files. The caller owns the transaction. Raises psycopg.errors.UniqueViolation where one was
    planned meanwhile.
    """
    values = {"chosen": Jsonb([dict(one) for one in chosen]), "actor": actor}
    with connection.cursor(row_factory=tuple_row) as cursor:
        fresh: dict[int, str] = dict(cursor.execute(query("actions", "retry"), values).fetchall())
    hand_files_on(connection, fresh.values())
    return fresh


def void(
    connection: Connection, actor: str, batches: Sequence[str], reason: str, *, rules: RuleBook | None = None
) -> list[ActionOutcome]:
    """作废任务: at most 500 tasks in 下载处理中 (R323, R324). More are refused as a whole (G17)."""
    book = rules or rulebook()
    if len(set(batches)) > MOST_VOIDED:
        raise BadInput([f"{book.message('void_limit', 'interactive')}（{len(set(batches))}）"])
    return _ended(connection, actor, batches, reason, "voided", book)


def terminate(
    connection: Connection, actor: str, batches: Sequence[str], reason: str, *, rules: RuleBook | None = None
) -> list[ActionOutcome]:
    """终止 the tasks of a history sync: waiting ones too, under its own name and without the limit of one selection."""
    return _ended(connection, actor, batches, reason, "terminated", rules or rulebook())


def _ended(
    connection: Connection, actor: str, batches: Sequence[str], reason: str, state: str, book: RuleBook
) -> list[ActionOutcome]:
    """A worker that holds a row loses it; a slot that may have been spent stays counted (A-03)."""
    if not reason.strip():
        raise BadInput([book.message("void_reason", "interactive")])
    enforced = [f"{channel}/{counter}" for (channel, counter), one in book.quotas.items() if one.bureau_enforced]
    objections = void_objections if state == "voided" else terminate_objections
    with _acting(connection, actor, "void", batches, objections, book) as tasks:
        chosen = {"tasks": [task.task_id for task in tasks]}
        connection.execute(
            query("actions", "void"), chosen | {"state": state, "actor": actor, "reason": reason.strip()}
        )
        connection.execute(query("actions", "settle_slots"), chosen | {"enforced": enforced})
        with connection.cursor(row_factory=dict_row) as cursor:
            slots = {row.pop("task_id"): row for row in cursor.execute(query("actions", "quota_effect"), chosen)}
    label = book.codes_of("void_state")[state]
    return [ActionOutcome(task.batch_no, label, quota=slots[task.task_id]) for task in tasks]


def dags_of(connection: Connection, batches: Sequence[str]) -> dict[str, str]:
    """The DAG that goes on with each open task: sweep_results with a download, import_bureau_file with a file."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute(query("actions", "dags_of"), {"batches": list(batches)}).fetchall())


def answers(connection: Connection, batches: Sequence[str], *, rules: RuleBook | None = None) -> list[ActionOutcome]:
    """How the tasks stand after a poll: 任务处理中, the status reached, or what the bureau says now (R291)."""
    book = rules or rulebook()
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("actions", "answers"), {"batches": list(batches)}).fetchall()
    return [ActionOutcome(row["batch_no"], _answer(row, book)) for row in rows]


def _answer(row: dict[str, Any], book: RuleBook) -> str:
    if row["void_state"]:
        return str(row["void_state_label"])
    open_ = row["status"] in book.statuses_for("poll")
    return standing(row, book.message("task_processing", "interactive") if open_ else None)


def visible_actions(connection: Connection, actor: str, batches: Sequence[str]) -> list[Button]:
    """The buttons over a selection of tasks (R326)."""
    return buttons(connection, actor, {task.org_code for task in _selected(connection, batches)})


def buttons(
    connection: Connection, actor: str, organisations: Collection[str | None], actions: Sequence[str] = OVER_TASKS
) -> list[Button]:
    """Actions over rows of these 核算组织; one without a right is hidden or says so: 隐藏无权按钮 (R223, R326).

    勾选 (`select`) stands for every button of the selection page that changes anything.
    """
    book, permissions = rulebook(), permissions_of(connection, actor)
    hidden = read_parameter(connection, *HIDE_PARAMETER) == "1"
    found = []
    for action in actions:
        keys = sorted({key for one in organisations if (key := permissions.objection(action, one))})
        if not (keys and hidden):
            found.append(Button(action, _label(action), tuple(book.message(key, "interactive") for key in keys)))
    return found


@contextmanager
def _acting(
    connection: Connection,
    actor: str,
    action: str,
    batches: Sequence[str],
    objections: Objections,
    book: RuleBook,
    now: datetime | None = None,
) -> Iterator[list[SelectedTask]]:
    """The selected tasks, locked and allowed; saved with what the block does. Raises BadInput with every problem."""
    with acting(connection, actor, _label(action)):
        if action == "retry":
            connection.execute(query("plan", "lock_of"), {"batches": list(batches)})
        connection.execute(query("actions", "lock"), {"batches": list(batches)})
        tasks = _selected(connection, batches)
        problems = _unknown(batches, tasks, book)
        permissions = permissions_of(connection, actor)
        for task in tasks:
            forbidden = permissions.objection(action, task.org_code)
            found = [(forbidden, "interactive")] if forbidden else objections(task, book, now or datetime.now(UTC))
            problems += [f"{task.batch_no}: {book.message(*one)}" for one in found]
        if problems:
            raise BadInput(problems)
        yield tasks


def _selected(connection: Connection, batches: Sequence[str]) -> list[SelectedTask]:
    with connection.cursor(row_factory=class_row(SelectedTask)) as cursor:
        return cursor.execute(query("actions", "selected"), {"batches": list(batches)}).fetchall()


def _unknown(batches: Sequence[str], tasks: Sequence[SelectedTask], book: RuleBook) -> list[str]:
    if not batches:
        return [book.message("no_selection", "interactive")]
    known = {task.batch_no for task in tasks}
    missing = [batch for batch in dict.fromkeys(batches) if batch not in known]
    return [f"{batch}: {book.message('task_unknown', 'interactive')}" for batch in missing]


def _label(action: str) -> str:
    return permission_rules().actions[action]
