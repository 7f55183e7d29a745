"""The first step of key_element_sync: the form that a person filled in becomes task rows, or a list of refusals."""

from typing import Any

from fapiao.errors import BadInput
from fapiao.forms.reading import given
from fapiao.key_elements.fields import REQUEST
from fapiao.rules.book import rulebook
from hooks.pool.connection import PoolHook
from operators.key_elements.planning import create
from operators.project_operator import ProjectOperator
from operators.refusal import refusal
from operators.run_context import run_day, who

CHANNELS = ("etax", "soft_certificate")
"""通道 whose bureau side lists 发票勾选确认 (R030)."""


class KeyElementPlanOperator(ProjectOperator):
    """Plan: one organisation's header collections, checked by the very function that the command uses."""

    def execute(self, context: Any) -> list[str]:
        """The batch numbers of the rows. A refused form fails at once, with every sentence, and plans nothing."""
        run, actor, form = run_day(context), who(context), given(REQUEST, context["params"])
        with PoolHook().connect(actor) as connection:
            try:
                batches = create(connection, run, form, "interactive", actor)
            except BadInput as refused:
                raise refusal(context, rulebook().as_told(str(refused))) from refused
        self.log.info("生成 %d 条任务：%s", len(batches), "、".join(batches))
        return batches
