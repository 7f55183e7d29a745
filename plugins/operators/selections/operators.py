"""The steps of the DAGs selection and auto_selection: a form, a list or the rules become requests, then their end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException

from fapiao.bounds import bound
from fapiao.errors import BadInput
from fapiao.forms.reading import given
from fapiao.outcomes import Outcome
from fapiao.rules.book import rulebook
from fapiao.selection.chosen import SelectionRequest
from fapiao.selection.form import REQUEST, SELECTION, SelectionForm, read_form
from fapiao.selection.list_verdicts import ListVerdict, list_requests
from fapiao.selection.rendering import progress_line, refusal_lines, requests_text, sheet_rows, sheet_text
from fapiao.selection.rules import CHANNELS
from fapiao.selection.submission import Submitted
from fapiao.tables.reading import tables_of
from fapiao.tasks import RunDay
from fapiao.whole_file import read_whole
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.rows import note_export
from hooks.files.inbox import inbox, inside, lay_beside
from hooks.pool.outcomes import of_submissions
from hooks.selection_lists.auto_rules import auto_requests
from hooks.selection_lists.list_import import validate_list, write_result
from operators.project_operator import PoolOperator
from operators.refusal import refusal
from operators.run_context import CALENDAR, FOREGROUND, PATIENCE, conf, owner_of, run_day, who
from operators.selections.open_session import open_selection_session, run_due_selections
from operators.selections.preview import preview
from operators.selections.requests import request_of_form
from operators.selections.session import SelectionSession
from operators.selections.submit import progress, retry, submit

LOOK_AGAIN_SECONDS = 60.0
"""Where every request waits for a login: the sweep looks at it, this run at what became of them."""
AUTO = "auto_selection"
"""Who acts where the rules do, and nobody pressed for it."""
SHOWN = 100
"""So many lines the XCom carries; the log has them all."""
LISTS = "selection"
"""The folder of the inbox in which lists lie, apart from what import_bureau_file takes."""


@dataclass(frozen=True, slots=True)
class AskedSelections:
    """What one run asks for, and the tax numbers and accounts of its sheet."""

    selection_requests: Sequence[SelectionRequest]
    form: SelectionForm | None = None


class SelectionFormOperator(PoolOperator):
    """Submit: the form of 海关缴款书不抵扣勾选 by the functions that the command uses; a dry run by default.

    What it returns is the XCom `return_value`, which Airflow's page shows: the sheet, then the submissions' numbers.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Shows the sheet, or submits. A refused form fails at once, with every sentence, and submits nothing."""
        run, filled = run_day(context), conf(context, SELECTION)
        with open_selection_session(who(context), run, owner_of(context, run)) as session:
            try:
                if filled["retry"]:
                    return self._outcome(context, [retry(session, filled["retry"], who(context))])
                asked = self._asked(session, context, filled["list_file"])
                if filled["dry_run"]:
                    return self._shown(session, asked)
                made = [self._submit(session, context, request, asked.form) for request in asked.selection_requests]
            except BadInput as refused:
                raise refusal(context, rulebook().as_told(str(refused))) from refused
        return self._outcome(context, made)

    def _asked(self, session: SelectionSession, context: Any, list_file: str | None) -> AskedSelections:
        with session.transaction() as tables:
            allowed = allowed_organisations(tables.connection, who(context), "select")
        if list_file:
            return AskedSelections(self._listed(session, who(context), list_file, allowed))
        form = read_form(given(REQUEST, context["params"]))
        with session.transaction() as tables:
            return AskedSelections([request_of_form(tables.connection, form, "interactive", allowed)], form)

    def _listed(
        self, session: SelectionSession, actor: str, name: str, allowed: Sequence[str] | None
    ) -> list[SelectionRequest]:
        """引入清单勾选: the requests of the good rows; beside the list lies its result."""
        folder = inbox()
        file = inside(folder / LISTS, name)
        content = read_whole(file, bound("list_mebibytes").value << 20, within=folder)
        with session.transaction() as tables:
            verdicts = validate_list(tables.connection, [tables_of(file.name, content)], allowed)
        result = file.with_name(f"{file.stem}-引入结果.xlsx")
        with TemporaryDirectory() as own:
            rows = write_result(written := Path(own) / result.name, verdicts)
            lay_beside(folder, result, written.read_bytes())
        note_export(session.connection, actor, rows, {"view": "selection_list_result", "file": name}, result)
        self.log.info("%s", _list_text(verdicts, result))
        return list_requests(verdicts)

    def _shown(self, session: SelectionSession, asked: AskedSelections) -> dict[str, Any]:
        accounts = asked.form.accounts if asked.form else None
        lines = [line for request in asked.selection_requests for line in preview(session, request, accounts)]
        self.log.info("预览（不提交）\n%s", sheet_text(lines))
        return {"submissions": [], "sheet": sheet_rows(lines)[:SHOWN]}

    def _submit(
        self, session: SelectionSession, context: Any, request: SelectionRequest, form: SelectionForm | None
    ) -> Submitted:
        """One request is one submission; a run made again finds it by its operation, whatever became of the others."""
        mine = replace(session, run=replace(session.run, run_id=f"{session.run.run_id}__{request.operation}"))
        without, accounts = (form.without, form.accounts) if form else ((), None)
        return submit(mine, request, who(context), without=without, accounts=accounts)

    def _outcome(self, context: Any, made: Sequence[Submitted]) -> dict[str, Any]:
        refused = [line for one in made for line in refusal_lines(one.refused)]
        submissions = [one.parent_batch_no for one in made if one.parent_batch_no]
        self.log.info("提交批次号：%s\n%s", "、".join(submissions) or "无", "\n".join(refused))
        if not submissions and refused:
            raise refusal(context, "\n".join(refused))
        return {"submissions": submissions, "refused": refused}


class AutoSelectionOperator(PoolOperator):
    """Request: what the enabled rules of 自动抵扣勾选配置 pick today, each rule a submission (R222)."""

    def execute(self, context: Any) -> dict[str, Any]:
        """Submits; skips what follows while every rule is off or picks nothing."""
        run = run_day(context)
        actor = AUTO if who(context) in (CALENDAR, FOREGROUND) else who(context)
        with open_selection_session(actor, run, owner_of(context, run)) as session:
            with session.transaction() as tables:
                selection_requests = auto_requests(tables.connection, run.day)
            made = [
                submit(replace(session, run=_run_of(run, request)), request, actor) for request in selection_requests
            ]
        submissions = [one.parent_batch_no for one in made if one.parent_batch_no]
        for line in [line for one in made for line in refusal_lines(one.refused)]:
            self.log.info("%s", line)
        if not submissions:
            raise AirflowSkipException("没有启用的规则，或今天没有挑到单据")
        return {"submissions": submissions}


class SelectionFollowOperator(PoolOperator):
    """Select: the requests of the submissions to their end; waiting holds no worker, a refusal makes the run red."""

    judges = True

    def __init__(self, *, submitted_by: str, patience: timedelta = PATIENCE, **settings: Any) -> None:
        super().__init__(**settings)
        self.submitted_by, self.patience = submitted_by, patience

    def execute(self, context: Any) -> Outcome:
        """Works what is due and says how far it is; the requests as they ended, their sentences as `lines`."""
        run = run_day(context)
        parents = context["ti"].xcom_pull(task_ids=self.submitted_by)["submissions"]
        if not parents:
            raise AirflowSkipException("预览（不提交）：没有提交")
        handled = run_due_selections(context, run)
        with open_selection_session(who(context), run, owner_of(context, run)) as session:
            found = [progress(session, parent) for parent in parents]
            with session.transaction() as tables:
                _, seconds = tables.queue.next_due(CHANNELS)
        labels = session.book.codes_of("selection_task_status")
        lines = [progress_line(one, labels) for one in found]
        self.log.info("%s", "\n".join([*lines, *map(requests_text, found)]))
        came = self.said(context, partial(of_submissions, batches=parents), handled)
        if not all(one.finished for one in found):
            self._wait(context, LOOK_AGAIN_SECONDS if seconds is None else seconds)
        return came | {"lines": lines[:SHOWN], "failed_rows": [*lines, *came["failed_rows"]][:SHOWN]}

    def _wait(self, context: Any, seconds: float) -> None:
        due = datetime.now(UTC) + timedelta(seconds=max(seconds, 1.0))
        if due > context["dag_run"].start_date + self.patience:
            self.log.warning("处理中的任务由 sweep_results 定时获取结果")
            return
        raise AirflowRescheduleException(due)


def _run_of(run: RunDay, request: SelectionRequest) -> RunDay:
    """A run made again picks what is left: a submission is known by its first document, not by its place in a list."""
    first = request.chosen[0]
    return replace(run, run_id=f"{run.run_id}__{first.taxpayer_no}_{first.document_key}")


def _list_text(verdicts: Sequence[ListVerdict], result: Path) -> str:
    failed = [one for one in verdicts if not one.passed]
    lines = [f"{one.row.where}：{'；'.join(problem.text for problem in one.problems)}" for one in failed]
    return "\n".join([*lines, f"引入 {len(verdicts)} 行，处理失败 {len(failed)} 行；引入结果：{result}"])
