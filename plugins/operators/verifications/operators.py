"""The Airflow operator of 查验: a worker per line to the gateway."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from airflow.sdk import BaseOperator

from fapiao.tasks import RunDay
from fapiao.verification import VerifyCall, verification_rules
from hooks.gateway.verifier import open_verifier
from hooks.pool.connection import PoolHook
from hooks.queues.verifications import VerificationTable
from operators.leased_queue.session import releasing
from operators.run_context import clock, owner_of, run_day, who
from operators.verifications.worker import VerificationSession, verify_due


class VerifyOperator(BaseOperator):
    """Verify: a worker per line to the gateway, each with a connection of its own, until nothing is due."""

    def execute(self, context: Any) -> int:
        """How many verifications were handled."""
        run, hook = run_day(context), PoolHook()
        actor = who(context)
        with hook.connect(actor) as front, front.transaction():
            if not VerificationTable(front).anything_due(run.quota_day(clock())):
                return 0
        with open_verifier() as (ask, lines), ThreadPoolExecutor(lines) as pool:
            owners = [f"{owner_of(context, run)}/{line}" for line in range(lines)]
            return sum(pool.map(lambda owner: _work(hook, actor, ask, run, owner), owners))


def _work(hook: PoolHook, actor: str, ask: VerifyCall, run: RunDay, owner: str) -> int:
    with (
        hook.connect(actor) as connection,
        releasing(VerificationSession(connection, run, owner, clock, ask, verification_rules())) as session,
    ):
        return verify_due(session)
