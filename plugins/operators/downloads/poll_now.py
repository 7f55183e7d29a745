"""获取异步结果 in the foreground: polls exactly the tasks a person asks for, once, with the channel's own workers."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from fapiao.tasks import RunDay
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from hooks.pool.connection import PoolHook
from hooks.queues.tasks import TaskTable
from operators.downloads.collect import collect_one
from operators.downloads.open_worker_pool import open_worker_pool
from operators.leased_queue.logins import recheck_logins
from operators.run_context import owner_of, who


def collect_asked(context: Mapping[str, Any], run: RunDay, batches: Sequence[str]) -> int:
    """One poll of each asked task; returns how many were handled. What another worker holds is left to it."""
    with PoolHook().connect(who(context)) as connection:
        claims = TaskTable(connection).claim_asked(batches, owner_of(context, run), tuple(DOWNLOAD_CHANNELS))
    by_channel = attrgetter("channel")
    for channel, mine in groupby(sorted(claims, key=by_channel), by_channel):
        with open_worker_pool(context, run, channel, None) as workers:
            if workers:
                recheck_logins(workers.claiming_session, channel, at_once=True)
                workers.handle(collect_one, list(mine))
    return len(claims)
