"""获取异步结果 in the foreground: polls exactly the tasks a person asks for, once, with the channel's own workers."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fapiao.tasks import Claim, RunDay
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from hooks.pool.connection import PoolHook
from hooks.queues.tasks import TaskTable
from operators.downloads.collect import collect_one
from operators.downloads.open_worker_pool import open_worker_pool
from operators.leased_queue.logins import recheck_logins
from operators.leased_queue.loop import take_turns
from operators.run_context import owner_of, who


def collect_asked(context: Mapping[str, Any], run: RunDay, batches: Sequence[str]) -> int:
    """One poll of each asked task; returns how many were handled. What another worker holds is left to it."""
    with PoolHook().connect(who(context)) as connection:
        queue, owner = TaskTable(connection), owner_of(context, run)
        claims = queue.claim_asked(batches, owner, tuple(DOWNLOAD_CHANNELS))
        by_channel: dict[str, list[Claim]] = {}
        for claim in claims:
            by_channel.setdefault(claim.channel, []).append(claim)
        try:
            take_turns(
                {f"channel {one}": partial(_collect, context, run, one, mine) for one, mine in by_channel.items()},
                "polled",
            )
        finally:
            with connection.transaction():
                queue.release(owner)
    return len(claims)


def _collect(context: Mapping[str, Any], run: RunDay, channel: str, claims: Sequence[Claim]) -> None:
    with open_worker_pool(context, run, channel, None) as workers:
        if workers:
            recheck_logins(workers.claiming_session, channel, at_once=True)
            workers.handle(collect_one, claims)
