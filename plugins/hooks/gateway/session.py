"""The vendor gateway without channel knowledge: tokens, envelope, pairs, paging, error table (protocols §10)."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.channels.gateway import interfaces
from fapiao.channels.gateway.interfaces import AsyncInterface, Interface
from fapiao.channels.gateway.pages import read_page
from fapiao.channels.stated import ticket_of
from fapiao.downloads.protocol import Package, PartCursor, PollResult, Readiness
from fapiao.errors import AnswerLost, LoginLost, Refused, TryLater
from fapiao.rules.book import Outcome, RuleBook, rulebook
from fapiao.texts.said import said
from fapiao.verification import Question
from hooks.bureau.connection import BureauConnection, connection_of
from hooks.bureau.redaction import Secrets
from hooks.bureau.session import BureauReply, BureauSession, advised_by
from hooks.gateway.access_tokens import Tokens
from hooks.gateway.cipher import encoding
from hooks.gateway.http_client import GatewayHttp
from hooks.gateway.request_dedup import RequestDedup
from hooks.gateway.wire import GatewayWire


class GatewaySession(BureauSession):
    """One tenant of the gateway; the threads of a workers share it, its tokens and its connections."""

    channel = "gateway"
    errors = BureauSession.errors | {"login_lost": LoginLost, "processing": TryLater}

    def __init__(
        self,
        connection: str | BureauConnection = "bureau_gateway",
        *,
        rules: RuleBook | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        digits: Callable[[], int] = lambda: secrets.randbelow(1000),
    ) -> None:
        """Raises FapiaoError or Refused where the connection cannot be used."""
        known = connection_of(connection)
        extra = known.extra
        self._repeats = RequestDedup(now)
        key = str(extra.get("encoding_key") or "")
        hidden = Secrets(known.password, key, tell=known.tell)
        http = GatewayHttp(known, hidden)
        super().__init__(http, rules or rulebook())
        tokens = Tokens(http, known, hidden, now)
        sealing = encoding(str(extra.get("encoding") or "base64"), key)
        system = str(extra.get("businessSystemCode") or "")
        self._wire = GatewayWire(http, tokens, sealing, hidden, system, now, digits)

    def sign_in(self) -> None:
        """Gets an access token where there is none; it costs nothing. Raises CallerRefused or TryLater."""
        self._wire.sign_in()

    def ask(self, interface: Interface, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of an accepted call. Raises LoginLost, Refused, QuotaSpent, TryLater or AnswerLost."""
        return self.require_accepted(*self._outcome_of(interface, data)).data

    def read(self, interface: Interface, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """As `ask`, for what costs nothing: a lost answer is TryLater."""
        return self.require_accepted(*self.ask_safely_repeatable(lambda: self._outcome_of(interface, data))).data

    def apply(self, pair: AsyncInterface, data: Mapping[str, Any]) -> str:
        """The taskNo of an application; the same one within three minutes is made once. Raises as `ask`."""
        asked = pair.apply.code.encode() + msgspec.json.encode(data, order="sorted")
        return self._repeats.once(asked, lambda: self.submit(pair, data))

    def submit(self, pair: AsyncInterface, data: Mapping[str, Any]) -> str:
        """As `apply`, but never shared: the same order may be given twice, with another one in between."""
        number = ticket_of(self.ask(pair.apply, data).get("taskNo"))
        if number is None:
            raise AnswerLost("GATEWAY_NO_TASK", wait_seconds=self.poll_delay(180))
        return number

    def poll(
        self, pair: AsyncInterface, taxpayer_no: str, task_no: str, place: PartCursor, observed_at: datetime
    ) -> PollResult:
        """How far a task is; its first page comes along when it is ready. Raises LoginLost, Refused or TryLater."""
        reply, outcome = self._result(pair, taxpayer_no, task_no, place)
        if outcome.kind == "processing":
            wait = self.poll_delay(outcome.wait_seconds)
            return PollResult(Readiness.PROCESSING, reply.text, outcome.code, wait_seconds=wait)
        if outcome.kind == "failed":
            return PollResult(Readiness.FAILED, reply.text, outcome.code, advised_by(outcome), answer=reply.answer)
        page = self._page(pair, place, reply, outcome, observed_at)
        if page is None:
            return PollResult(Readiness.EMPTY, reply.text, answer=reply.raw)
        return PollResult(Readiness.READY, reply.text, page=page)

    def fetch(
        self, pair: AsyncInterface, taxpayer_no: str, task_no: str, place: PartCursor, observed_at: datetime
    ) -> Package:
        """The page after `place.stored`. Raises LoginLost, TryLater, or Refused where the series has no such page."""
        reply, outcome = self._result(pair, taxpayer_no, task_no, place)
        page = self._page(pair, place, reply, outcome, observed_at)
        if page is None:
            raise Refused("SERIES_CHANGED", said("errors.later_page_empty"))
        return page

    def tax_period(self, taxpayer_no: str) -> str:
        """O14: the current 税款所属期, YYYYMM; asked once in three minutes for all of a taxpayer. Raises as `read`."""
        asked = interfaces.TAX_PERIOD.code + taxpayer_no
        return self._repeats.once(asked.encode(), lambda: self._tax_period(taxpayer_no))

    def verify(self, question: Question) -> bytes:
        """O13 查验 of `{invoiceCode, invoiceNo, invoiceDate, checkCode, invoiceAmount}`: the invoice in O7's words.

        It comes as the bureau wrote it. Raises Refused VERIFY_NOT_FOUND or VERIFY_MISMATCH, QuotaSpent
        VERIFY_DAILY_LIMIT (five a day), or as `ask`.
        """
        return self.require_accepted(*self._outcome_of(interfaces.VERIFICATION, question)).raw

    def download(self, url: str, limit: int | None = None) -> bytes:
        """The bytes of a layout file, no more than the bound or `limit`; the caller checks size and hash.

        Raises TryLater, LoginLost, or Refused where this file cannot be had.
        """
        most = bound("layout_file_bytes")
        most = most if limit is None else msgspec.structs.replace(most, value=limit)
        try:
            return self.ask_safely_repeatable(lambda: self._wire.download(url, most))
        except Refused as no:
            if no.code in _OF_THE_FILE:
                raise
            raise TryLater(no.code, no.said, no.advised, no.wait_seconds, free=no.free) from no

    def _tax_period(self, taxpayer_no: str) -> str:
        data = self.read(interfaces.TAX_PERIOD, {"taxNo": taxpayer_no})
        period = str(data.get("taxPeriod") or str(data.get("skssq") or "")[:6])
        if not period:
            raise TryLater("GATEWAY_TAX_PERIOD", wait_seconds=self.poll_delay(60))
        return period

    def _result(
        self, pair: AsyncInterface, taxpayer_no: str, task_no: str, place: PartCursor
    ) -> tuple[BureauReply, Outcome]:
        page = {"pageNo": place.stored + 1, "pageSize": interfaces.PAGE_SIZE}
        query = {"taxNo": taxpayer_no, "taskNo": task_no, **pair.fixed, **page}
        return self.ask_safely_repeatable(lambda: self._outcome_of(pair.result, query))

    def _page(
        self, pair: AsyncInterface, place: PartCursor, reply: BureauReply, outcome: Outcome, observed_at: datetime
    ) -> Package | None:
        self.require_accepted(reply, outcome)
        with boundary(lambda broken: self._unreadable(str(broken), reply)):
            return read_page(pair.rows, reply.raw, place.stored + 1, observed_at)

    def _unreadable(self, why: str, reply: BureauReply) -> TryLater:
        unreadable = said("errors.unreadable", why=why)
        return TryLater("GATEWAY_PAGE", unreadable, wait_seconds=self.poll_delay(60), answer=reply.raw)

    def _outcome_of(self, interface: Interface, data: Mapping[str, Any]) -> tuple[BureauReply, Outcome]:
        """Answer and outcome; what may be tried once more (9301) is tried here, and its second answer counts."""
        reply = self._wire.call(interface, data)
        outcome = self.outcome(reply)
        if outcome.kind == "retry_once":
            reply = self._wire.call(interface, data)
            outcome = self.outcome(reply)
        return reply, outcome


_OF_THE_FILE = (
    "GATEWAY_FILE_HOST",
    "GATEWAY_FILE_SIZE",
    *(f"GATEWAY_HTTP_{status}" for status in (400, 404, 410, 414)),
    *(f"GATEWAY_HTTP_{status}" for status in range(300, 400)),
)
"""Refusals of one file, and not of the way to all of them."""
