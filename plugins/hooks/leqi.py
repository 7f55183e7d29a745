"""乐企: the bureau's own channel, spoken as protocols §5 and §10.3 print it."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from airflow.sdk import BaseHook

from fapiao.bureau import USAGE_JOBS, Applied, Login, Page, Place, Progress, Request, Stage
from fapiao.errors import AnswerLost, BureauError, QuotaSpent, Refused, TryLater
from fapiao.leqi import questions
from fapiao.leqi.pages import UnreadablePackage, package_page, risk_page
from fapiao.leqi.services import USAGE, Service
from fapiao.rules import Outcome, RuleBook, rulebook
from hooks.base_url import base_url
from hooks.leqi_wire import LeqiWire, Reply

_EMPTY_RESULT, _FAILED_RESULT = "2", "3"
_NOTHING = "04"
_ERRORS: dict[str, type[BureauError]] = {
    "quota": QuotaSpent,
    "retry": TryLater,
    "flow_control": TryLater,
}


class LeqiHook(BaseHook):
    """Apply, poll and fetch over one Airflow connection `leqi` (design §5): host, login, password, extra."""

    conn_name_attr = "leqi_conn_id"
    default_conn_name = "leqi"
    conn_type = "leqi"
    hook_name = "乐企"

    def __init__(
        self,
        leqi_conn_id: str = default_conn_name,
        *,
        rules: RuleBook | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        super().__init__()
        connection = self.get_connection(leqi_conn_id)
        extra = connection.extra_dejson
        self._rules = rules or rulebook()
        self._new_id = new_id
        self._default_user_id: str = str(extra.get("sydwptbh") or "")
        self._poll_seconds = float(extra["poll_seconds"]) if "poll_seconds" in extra else None
        self.concurrency = int(extra.get("concurrency", 8))
        self._wire = LeqiWire(
            base_url("leqi", connection.host, connection.schema, connection.port),
            connection.password or "",
            connection.login or "",
            encrypted=extra.get("encryption", "on") != "off",
            concurrency=self.concurrency,
            timeout_seconds=float(extra.get("timeout_seconds", 60)),
            retry_seconds=self._wait(60),
        )

    def close(self) -> None:
        """Closes the kept connections."""
        self._wire.close()

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
        outcome = self._outcome(reply)
        if outcome.kind != "accepted":
            raise self._error(outcome, reply)
        ticket = reply.data.get("lsh") or reply.data.get("pclsh")
        if not ticket:
            raise AnswerLost(
                "LEQI_NO_TICKET", "accepted without lsh or pclsh", "ask the bureau; the slot stays counted"
            )
        return Applied(str(ticket), parts, self._wait(self._rules.first_poll_seconds("leqi")))

    def poll(self, request: Request, request_no: str, place: Place) -> Progress:
        """How far a question is; the first package comes along when it is ready. Raises Refused or TryLater."""
        if request.job in USAGE_JOBS:
            return Progress(Stage.READY, page=self._usage(request, place))
        reply = self._read(request, request_no, place)
        outcome = self._outcome(reply)
        if outcome.kind == "processing":
            return Progress(Stage.PROCESSING, reply.text, outcome.code, wait_seconds=self._wait(outcome.wait_seconds))
        if self._says_nothing(request, reply):
            return Progress(Stage.EMPTY, reply.text)
        if outcome.kind != "accepted":
            raise self._error(outcome, reply)
        if str(reply.data.get("cljg", "")) == _FAILED_RESULT:
            return Progress(
                Stage.FAILED, reply.text or "处理结果 3：失败", "LEQI_TASK_FAILED", "the result is final; plan it again"
            )
        return Progress(Stage.READY, page=self._page(request, place, reply))

    def fetch(self, request: Request, request_no: str, place: Place) -> Page:
        """The package after `place.stored`. Raises Refused or TryLater; a series that stops answering is a refusal."""
        reply = self._read(request, request_no, place)
        outcome = self._outcome(reply)
        if outcome.kind != "accepted":
            raise self._error(outcome, reply)
        return self._page(request, place, reply)

    @staticmethod
    def _says_nothing(request: Request, reply: Reply) -> bool:
        """Ticketed services say 处理结果 2; increments and risk say 04 (unknown ticket elsewhere)."""
        if str(reply.data.get("cljg", "")) == _EMPTY_RESULT:
            return True
        at_once = request.download_type in ("input_incremental", "input_status")
        return at_once and reply.kind == "returncode" and reply.code == _NOTHING

    def _page(self, request: Request, place: Place, reply: Reply) -> Page:
        read = risk_page if request.download_type == "input_status" else package_page
        try:
            return read(request, place, reply.data, reply.raw)
        except (UnreadablePackage, ValueError, TypeError) as broken:
            raise TryLater("LEQI_PACKAGE", str(broken), "the package is asked for again", self._wait(60)) from broken

    def _usage(self, request: Request, place: Place) -> Page:
        """L7 answers one invoice a call: a handful is asked side by side and kept as one reply."""
        with ThreadPoolExecutor(self.concurrency) as pool:
            answers = list(pool.map(lambda invoice: self._one_usage(request, invoice), place.argument["invoices"]))
        known = sum(1 for answer in answers if answer.get("fphm"))
        return Page(msgspec.json.encode(answers), known, 1, None, last=True, observed_at=request.observed_at)

    def _one_usage(self, request: Request, invoice: dict[str, Any]) -> dict[str, Any]:
        reply = self._free(lambda: self._ask(request, USAGE, questions.usage_body(invoice)))
        outcome = self._outcome(reply)
        if outcome.kind == "accepted":
            return dict(reply.data)
        if reply.kind == "returncode" and reply.code == _NOTHING:
            return {"returncode": reply.code, "returnmsg": reply.text, "asked": invoice}
        raise self._error(outcome, reply)

    def _read(self, request: Request, request_no: str, place: Place) -> Reply:
        return self._free(lambda: self._ask(request, *questions.question(request, request_no, place)))

    def _free(self, ask: Callable[[], Reply]) -> Reply:
        """Asking costs nothing, so a lost answer is simply asked for again."""
        try:
            return ask()
        except AnswerLost as lost:
            raise TryLater(lost.code, lost.text, "the question is asked again", self._wait(60)) from lost

    def _ask(self, request: Request, service: Service, body: dict[str, Any]) -> Reply:
        return self._wire.call(service, request.leqi_id or self._default_user_id, body)

    def _outcome(self, reply: Reply) -> Outcome:
        return self._rules.reply_outcome("leqi", reply.kind, reply.code, reply.text)

    def _error(self, outcome: Outcome, reply: Reply) -> BureauError:
        error = _ERRORS.get(outcome.kind, Refused)
        text = f"{reply.code} {reply.text}".strip()
        return error(outcome.code, text, outcome.advice, self._wait(outcome.wait_seconds))

    def _wait(self, seconds: float) -> float:
        return seconds if self._poll_seconds is None else self._poll_seconds
