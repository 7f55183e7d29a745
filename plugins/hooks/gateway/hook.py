"""What the four gateway channels share: the verbs of a bureau, one application a calendar month."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fapiao.channels.gateway import interfaces, questions
from fapiao.channels.gateway.interfaces import AsyncInterface
from fapiao.downloads.protocol import (
    USAGE_JOBS,
    Applied,
    Argument,
    Login,
    Package,
    PartCursor,
    PollResult,
    Readiness,
    Request,
)
from fapiao.errors import AnswerLost, TryLater
from fapiao.rules.book import RuleBook, rulebook
from fapiao.texts.said import said
from hooks.bureau.hook import BureauHook
from hooks.bureau.identity import BureauIdentity
from hooks.gateway.check import check_gateway
from hooks.gateway.session import GatewaySession


class Offer(NamedTuple):
    """How a channel answers a row: by which interfaces, in which parts (at least one), each applied for with what."""

    pair: AsyncInterface
    parts: Callable[[Request], Sequence[Argument]]
    application: Callable[[Request, Argument], dict[str, Any]]


class GatewayHook(BureauHook):
    """Apply, poll and fetch over one Airflow connection `bureau_gateway`; a channel says what it offers.

    A window over several months is several applications. The first is made by apply; each later one when its question
    is polled for the first time, and its taskNo is kept with the question before anything else is asked. So an answer
    that was lost costs one application too many at the worst, which the gateway does not count.
    """

    conn_name_attr = "gateway_conn_id"
    default_conn_name = "bureau_gateway"
    conn_type = "bureau_gateway"
    hook_name = "税局网关"
    check = check_gateway
    channel = ""

    def __init__(
        self, gateway_conn_id: str = default_conn_name, *, rules: RuleBook | None = None, **settings: Any
    ) -> None:
        super().__init__(gateway_conn_id)
        self._rules = rules or rulebook()
        self.session = GatewaySession(self._known, rules=self._rules, **settings)

    @property
    def concurrency(self) -> int:
        """How many rows may be handled side by side."""
        return self.session.concurrency

    @property
    def identity(self) -> BureauIdentity:
        """Who answers."""
        return self.session.identity

    def close(self) -> None:
        """Closes the kept connections."""
        self.session.close()

    def login(self, taxpayer_no: str) -> Login:  # noqa: ARG002 only 电子税局 has accounts
        """This channel works with a certificate or a device: always online."""
        return Login("online")

    def apply(self, request: Request) -> Applied:
        """申请 of the first question. Raises LoginLost, Refused, TryLater (not accepted) or AnswerLost (unknown)."""
        parts = self.offer(request).parts(request)
        number = self._apply(request, parts[0])
        return Applied(number, parts, self._first_poll())

    def poll(self, request: Request, request_no: str, place: PartCursor) -> PollResult:
        """How far a question is; applies for it first where it has no taskNo yet.

        Raises LoginLost, Refused or TryLater.
        """
        number = _task_no(request_no, place)
        if number is None:
            return self._apply_now(request, place)
        return self.session.poll(self.offer(request).pair, request.taxpayer_no, number, place, request.observed_at)

    def fetch(self, request: Request, request_no: str, place: PartCursor) -> Package:
        """The page after `place.stored`. Raises LoginLost, Refused or TryLater."""
        number = _task_no(request_no, place) or ""
        return self.session.fetch(self.offer(request).pair, request.taxpayer_no, number, place, request.observed_at)

    def offer(self, request: Request) -> Offer:
        """Full downloads (O6), a question a month. Raises Refused for what the channel does not offer."""
        if request.download_type in ("input_full", "output_full"):
            return Offer(interfaces.FULL, questions.months, questions.full)
        named = self._rules.codes_of("download_type").get(request.download_type, request.download_type)
        raise questions.not_obtainable(said("errors.usage") if request.job in USAGE_JOBS else named)

    def _apply(self, request: Request, argument: Argument) -> str:
        offer = self.offer(request)
        return self.session.apply(offer.pair, offer.application(request, argument))

    def _apply_now(self, request: Request, place: PartCursor) -> PollResult:
        try:
            number = self._apply(request, place.argument)
        except AnswerLost as lost:
            raise TryLater(lost.code, lost.said, said("advice.applied_again"), lost.wait_seconds) from lost
        argument = {**place.argument, "taskNo": number}
        return PollResult(Readiness.PROCESSING, wait_seconds=self._first_poll(), argument=argument)

    def _first_poll(self) -> float:
        return self.session.poll_delay(self._rules.first_poll_seconds(self.channel))


def _task_no(request_no: str, place: PartCursor) -> str | None:
    """The row's number is its first question's; the others carry their own."""
    found = place.argument.get("taskNo")
    return str(found) if found else request_no if place.part_no == 1 else None
