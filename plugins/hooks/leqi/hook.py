"""乐企: the bureau's own channel, spoken as protocols §5 and §10.3 print it."""

import uuid
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from fapiao.boundary import boundary
from fapiao.channels.leqi import questions
from fapiao.channels.leqi.pages import EMPTY_RESULT, package_page, risk_page
from fapiao.channels.leqi.services import USAGE, Service
from fapiao.channels.stated import ticket_of
from fapiao.downloads.protocol import USAGE_JOBS, Applied, Login, Package, PartCursor, PollResult, Readiness, Request
from fapiao.errors import AnswerLost, Refused, TryLater
from fapiao.identifiers import one_spelling
from fapiao.rules.book import RuleBook, rulebook
from fapiao.shown import shown
from fapiao.texts.said import said
from hooks.bureau.hook import BureauHook
from hooks.bureau.http import one_at_a_time
from hooks.bureau.identity import BureauIdentity
from hooks.bureau.session import BureauReply, advised_by
from hooks.leqi.check import check_leqi
from hooks.leqi.session import LeqiSession

_DONE_RESULT, _FAILED_RESULT = "1", "3"
_RESULTS = (_DONE_RESULT, EMPTY_RESULT, _FAILED_RESULT)
_NOTHING = "04"


class LeqiHook(BureauHook):
    """Apply, poll and fetch over one Airflow connection `leqi` (design §5): host, login, password, extra."""

    conn_name_attr = "leqi_conn_id"
    default_conn_name = "leqi"
    conn_type = "leqi"
    hook_name = "乐企"
    check = check_leqi

    def __init__(
        self,
        leqi_conn_id: str = default_conn_name,
        *,
        rules: RuleBook | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        super().__init__(leqi_conn_id)
        self._rules = rules or rulebook()
        self._new_id = new_id
        self._session = LeqiSession(self._known, rules=self._rules)

    @property
    def concurrency(self) -> int:
        """How many rows may be handled side by side."""
        return self._session.concurrency

    @property
    def identity(self) -> BureauIdentity:
        """Who answers."""
        return self._session.identity

    def close(self) -> None:
        """Closes the kept connections."""
        self._session.close()

    def login(self, taxpayer_no: str) -> Login:  # noqa: ARG002 nobody logs in to 乐企
        """乐企 knows no login: always online."""
        return Login("online")

    def apply(self, request: Request) -> Applied:
        """申请: the bureau's ticket, or our own number for what it answers at once.

        Raises QuotaSpent, Refused, TryLater (provably not accepted) or AnswerLost (unknown).
        """
        asked = questions.application(request)
        parts = questions.questions(request)
        if asked is None:
            return Applied(self._new_id(), parts, 0.0)
        reply = self._ask(request, *asked)
        self._session.require_accepted(reply, self._session.outcome(reply))
        ticket = ticket_of(reply.data.get("lsh") or reply.data.get("pclsh"))
        if ticket is None:
            raise AnswerLost("LEQI_NO_TICKET")
        return Applied(ticket, parts, self._session.poll_delay(self._rules.first_poll_seconds("leqi")))

    def poll(self, request: Request, request_no: str, place: PartCursor) -> PollResult:
        """How far a question is; the first package comes along when it is ready. Raises Refused or TryLater."""
        if request.job in USAGE_JOBS:
            return PollResult(Readiness.READY, page=self._usage(request, place))
        reply = self._read(request, request_no, place)
        outcome = self._session.outcome(reply)
        if outcome.kind == "processing":
            return PollResult(
                Readiness.PROCESSING,
                reply.text,
                outcome.code,
                wait_seconds=self._session.poll_delay(outcome.wait_seconds),
            )
        if self._says_nothing(request, reply):
            page = self._page(request, place, reply)
            if page.row_count == 0:
                return PollResult(Readiness.EMPTY, reply.text, answer=reply.raw)
            return PollResult(Readiness.READY, reply.text, page=page)
        self._session.require_accepted(reply, outcome)
        if self._result(reply) == _FAILED_RESULT:
            return PollResult(Readiness.FAILED, reply.text, "LEQI_TASK_FAILED", answer=reply.raw)
        return PollResult(Readiness.READY, page=self._page(request, place, reply))

    def fetch(self, request: Request, request_no: str, place: PartCursor) -> Package:
        """The package after `place.stored`. Raises Refused or TryLater; a series that stops answering is a refusal."""
        reply = self._read(request, request_no, place)
        outcome = self._session.outcome(reply)
        if outcome.kind == "processing":
            wait = self._session.poll_delay(outcome.wait_seconds)
            raise TryLater(outcome.code, f"{reply.code} {reply.text}".strip(), advised_by(outcome), wait, reply.answer)
        self._session.require_accepted(reply, outcome)
        if self._result(reply) == _FAILED_RESULT:
            raise Refused("LEQI_TASK_FAILED", reply.text, answer=reply.raw)
        return self._page(request, place, reply)

    def _result(self, reply: BureauReply) -> str:
        """处理结果; one that is not stated says nothing against the rows. Raises TryLater for another than there is."""
        text = str(reply.data.get("cljg") or _DONE_RESULT)
        if text not in _RESULTS:
            raise self._unreadable(reply, f"cljg is {shown(text, 40)}: 1, 2 or 3 is expected")
        return text

    @staticmethod
    def _says_nothing(request: Request, reply: BureauReply) -> bool:
        """Ticketed services say 处理结果 2; increments and risk say 04 (unknown ticket elsewhere)."""
        if str(reply.data.get("cljg", "")) == EMPTY_RESULT:
            return True
        at_once = request.download_type in ("input_incremental", "input_status")
        return at_once and reply.kind == "returncode" and reply.code == _NOTHING

    def _page(self, request: Request, place: PartCursor, reply: BureauReply) -> Package:
        read = risk_page if request.download_type == "input_status" else package_page
        with one_at_a_time, boundary(lambda broken: self._unreadable(reply, str(broken))):
            return read(request, place, reply.data, reply.raw)

    def _unreadable(self, reply: BureauReply, why: str) -> TryLater:
        unreadable = said("errors.unreadable", why=why)
        return TryLater("LEQI_PACKAGE", unreadable, wait_seconds=self._session.poll_delay(60), answer=reply.raw)

    def _usage(self, request: Request, place: PartCursor) -> Package:
        """L7 answers one invoice a call: a batch is asked side by side and kept as one reply."""
        with ThreadPoolExecutor(self.concurrency) as pool:
            answers = list(pool.map(lambda invoice: self._one_usage(request, invoice), place.argument["invoices"]))
        body = b"[" + b",".join(answers) + b"]"
        return Package(body, len(answers), 1, None, last=True, observed_at=request.observed_at)

    def _one_usage(self, request: Request, invoice: dict[str, Any]) -> bytes:
        """The answer as it came; one that knows no such invoice names what was asked."""
        reply = self._session.ask_safely_repeatable(lambda: self._ask(request, USAGE, questions.usage_body(invoice)))
        outcome = self._session.outcome(reply)
        if outcome.kind != "accepted" and reply.kind == "returncode" and reply.code == _NOTHING:
            return msgspec.json.encode({"returncode": reply.code, "returnmsg": reply.text, "asked": invoice})
        return _about(invoice, self._session.require_accepted(reply, outcome))

    def _read(self, request: Request, request_no: str, place: PartCursor) -> BureauReply:
        return self._session.ask_safely_repeatable(
            lambda: self._ask(request, *questions.question(request, request_no, place))
        )

    def _ask(self, request: Request, service: Service, body: dict[str, Any]) -> BureauReply:
        return self._session.call(service, request.leqi_id, body)


def _about(invoice: dict[str, Any], reply: BureauReply) -> bytes:
    """An answer as it came, or what makes it none where it is about another invoice than the one asked for (A-51)."""
    body = questions.usage_body(invoice)
    (asked, code), (answered, answered_code) = _numbers(body), _numbers(reply.data)
    if answered and answered.endswith(asked) and answered_code in ("", code):
        return reply.raw.removeprefix(BOM_UTF8)
    why = f"asked about {code}{asked}, told about {answered_code}{answered}" if answered else "no fphm"
    return msgspec.json.encode({"returnmsg": why, "asked": invoice, "answer": dict(reply.data)})


def _numbers(text: Mapping[str, Any]) -> tuple[str, str]:
    """发票号码 and 发票代码, "" for what is not said."""
    number, code = (one_spelling(str(text.get(name) or "")) for name in ("fphm", "fpdm"))
    return number, code
