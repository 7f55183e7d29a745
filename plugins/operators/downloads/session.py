"""What one worker of the downloads has before it, beside its place in the queue: the bureau, the rules, parameters."""

from dataclasses import dataclass

from fapiao.downloads.protocol import USAGE_JOBS, Request
from fapiao.enterprise.parameters import parameter
from fapiao.errors import FapiaoError
from fapiao.queries import query
from fapiao.rules.book import RuleBook
from fapiao.tasks import Claim
from hooks.channels.download_channel import DownloadChannel
from hooks.enterprise.parameters import Parameters
from hooks.queues.login_requests import LoginRequests
from hooks.queues.quota_ledger import QuotaLedger
from hooks.queues.tasks import TaskTable
from operators.leased_queue.logins import LoginSession, LoginTables


@dataclass(frozen=True, slots=True)
class SessionTables(LoginTables[TaskTable]):
    """The tables a transaction works on."""

    ledger: QuotaLedger


@dataclass(slots=True)
class WorkerSession(LoginSession[SessionTables]):
    """One worker's place at one bureau."""

    bureau: DownloadChannel
    rules: RuleBook
    parameters: Parameters

    def tables(self) -> SessionTables:
        """Tasks, quota ledger and login requests."""
        of = self.connection
        return SessionTables(of, TaskTable(of), LoginRequests(of), QuotaLedger(of))

    def login_channel(self, channel: str) -> DownloadChannel:  # noqa: ARG002 a session has one
        """The bureau."""
        return self.bureau

    def parameter(self, kind: str, key: str) -> str:
        """A parameter's value as it was when the session was opened."""
        return parameter(self.parameters, self.rules, kind, key)

    def request(self, claim: Claim) -> Request:
        """The claimed row as the bureau sees it, with the taxpayer's own 乐企 id where it has one."""
        fresh = claim.status == "pending"
        with self.transaction() as tables:
            row = tables.connection.execute(
                query("tasks", "bureau_identity"), {"taxpayer_no": claim.taxpayer_no}
            ).fetchone()
            asked = tables.queue.usage_questions(claim) if fresh and claim.job in USAGE_JOBS else []
        if row is None:
            raise FapiaoError(
                f"taxpayer {claim.taxpayer_no} of task {claim.batch_no} is no longer there: load it again"
            )
        return Request(
            task_id=claim.task_id,
            taxpayer_no=claim.taxpayer_no,
            leqi_id=row[0],
            direction=claim.direction,
            download_type=claim.download_type,
            job=claim.job,
            document=claim.document,
            invoice_type=claim.invoice_type,
            window_start=claim.window_start,
            window_end=claim.window_end,
            channel=claim.channel,
            argument=claim.argument,
            observed_at=claim.observed_at or self.run.instant(self.now()),
            questions=asked,
        )
