"""The first steps of history_sync and history_auto_update: a form or the settings become task rows, or a dry run."""

from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from fapiao.errors import BadInput
from fapiao.forms.reading import Filled, given
from fapiao.history.form import HISTORY, REQUEST
from fapiao.history.plan import HistoryPlan, lines, summary, text
from fapiao.rules.book import rulebook
from hooks.pool.connection import PoolHook
from operators.downloads.operators import ApplyOperator
from operators.history.auto_update import organisations_of, switch, update_last_month
from operators.history.planning import create, preview
from operators.project_operator import ProjectOperator
from operators.refusal import refusal
from operators.run_context import conf, run_day, who

CHANNELS = ("leqi", "etax")
"""下载通道: 乐企 · rpa (R251)."""
SHOWN = 100
"""Subtasks that the XCom page lists; the log has them all."""


class HistoryPlanOperator(ProjectOperator):
    """Plan: the form of 历史发票数据同步, checked by the function that the command uses; a dry run by default.

    What it returns is the XCom `return_value`, which Airflow's page shows: the cost, the 导入批次号, every subtask.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Plans, or shows what would be planned. A refused form fails at once, with every sentence."""
        filled, form = conf(context, HISTORY), given(REQUEST, context["params"])
        if filled["batches"]:
            return {"batches": [*filled["batches"]]}
        run, actor = run_day(context), who(context)
        with PoolHook().connect(actor) as connection:
            try:
                if filled["auto_update"]:
                    outcome = self._auto_update(connection, actor, filled)
                    if not (filled["years"] or filled["months"]):
                        return outcome
                if filled["dry_run"]:
                    return self._outcome(preview(connection, actor, form, run.day), [])
                made = create(connection, run, actor, form)
            except BadInput as refused:
                raise refusal(context, rulebook().as_told(str(refused))) from None  # all that a person needs
        return self._outcome(made.plan, made.batches)

    def _auto_update(self, connection: Any, actor: str, filled: Filled) -> dict[str, Any]:
        """【自动更新】 for the organisations of the tax numbers; a dry run takes it back (R258, R280)."""
        dry_run = filled["dry_run"]
        with connection.transaction(force_rollback=dry_run):
            organisations = organisations_of(connection, filled["taxpayers"])
            settings = switch(connection, actor, organisations, filled["auto_update"])
        outcome = [f"{one['org_code']} {one['data_type_label']}" for one in settings if one["enabled"]]
        self.log.info("%s每月五号自动更新：%s", "预览（不提交）：" if dry_run else "", "，".join(outcome))
        return {"auto_update": outcome, "batches": []}

    def _outcome(self, plan: HistoryPlan, batches: list[str]) -> dict[str, Any]:
        book = rulebook()
        self.log.info("%s\n%s", f"导入批次号 {', '.join(batches)}" if batches else "预览（不提交）", text(plan, book))
        return {"summary": summary(plan, book), "batches": batches, "subtasks": lines(plan, book)[:SHOWN]}


class HistoryApplyOperator(ApplyOperator):
    """Apply, unless the form asked for a dry run."""

    def execute(self, context: Any) -> dict[str, Any]:
        """As every apply; a dry run skips it and what follows."""
        filled = conf(context, HISTORY)
        if filled["dry_run"] and not filled["batches"]:
            raise AirflowSkipException("预览（不提交）：没有生成任务，不申请也不取回结果")
        return super().execute(context)


class HistoryAutoUpdateOperator(ProjectOperator):
    """Plan: the month before for every organisation that switched its 自动更新 on."""

    def execute(self, context: Any) -> list[dict[str, Any]]:
        """Plans details and usage; returns what each came to."""
        run, book, actor = run_day(context), rulebook(), who(context)
        with PoolHook().connect(actor) as connection:
            made = update_last_month(connection, run, actor)
        for one in made:
            self.log.info("%s", text(one.plan, book))
        if not made:
            self.log.info("没有组织开启自动更新，或上月数据已经完整。")
        return [{"summary": summary(one.plan, book), "batches": one.batches} for one in made]
