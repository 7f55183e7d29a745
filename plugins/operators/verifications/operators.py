"""The Airflow operator of 查验: a worker per line to the gateway."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from fapiao.verification import verification_rules
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from hooks.gateway.session import GatewaySession
from hooks.gateway.verifier import open_verifier
from hooks.pool.bureau_kind import admitted
from hooks.pool.connection import PoolHook
from hooks.pool.outcomes import of_verifications
from hooks.queues.verifications import VerificationTable
from operators.leased_queue.lazy_channels import LazyChannels
from operators.leased_queue.session import Connect, releasing
from operators.project_operator import PoolOperator
from operators.run_context import clock, owner_of, run_day, who
from operators.verifications.worker import VerificationSession, recheck_all_logins, verify_due

OpenSession = Callable[[str], VerificationSession]


class VerifyOperator(PoolOperator):
    """Verify: a worker per line to the gateway, each with a connection of its own, until nothing is due."""

    judges = True

    def execute(self, context: Any) -> dict[str, Any]:
        """What the verifications came to; those whose account has logged in by now are among them."""
        return self.said(context, of_verifications, self._handled(context))

    def _handled(self, context: Any) -> int:
        connect = partial(PoolHook().connect, who(context))
        with connect() as front, front.transaction():
            if not VerificationTable(front).anything_due(run_day(context).quota_day(clock())):
                return 0
        owner = owner_of(context, run_day(context))
        with _opening(context, connect) as (open_session, lines), ThreadPoolExecutor(lines) as pool:
            _recheck(open_session(owner))
            return sum(pool.map(lambda line: _work(open_session(f"{owner}/{line}")), range(lines)))


@contextmanager
def _opening(context: Mapping[str, Any], connect: Connect) -> Iterator[tuple[OpenSession, int]]:
    """What opens a worker's session by its name, and how many there may be."""
    with open_verifier(partial(admitted, connect, GatewaySession)) as (ask, lines), ExitStack() as stack:
        bureaus = LazyChannels(DOWNLOAD_CHANNELS, lambda name: admitted(connect, DOWNLOAD_CHANNELS[name]), stack)

        def open_session(owner: str) -> VerificationSession:
            run, rules = run_day(context), verification_rules()
            return VerificationSession(connect(), run, owner, clock, ask, rules, bureaus, connect=connect)

        yield open_session, lines


def _recheck(session: VerificationSession) -> None:
    with session.connection:
        recheck_all_logins(session)


def _work(session: VerificationSession) -> int:
    with session.connection, releasing(session):
        return verify_due(session)
