"""乐企 without knowledge of what is asked: connection, wire, and what an answer means (protocols §5.1, §10.4)."""

from collections.abc import Callable, Mapping
from typing import Any

from fapiao.channels.leqi.services import Service
from fapiao.errors import AnswerLost, BureauError, QuotaSpent, Refused, TryLater
from fapiao.rules.book import Outcome, RuleBook, rulebook
from hooks.bureau.connection import BureauConnection, connection_of
from hooks.leqi.wire import LeqiReply, LeqiWire

_ERRORS: dict[str, type[BureauError]] = {
    "quota": QuotaSpent,
    "retry": TryLater,
    "flow_control": TryLater,
}


class LeqiSession:
    """One 直连单位; the threads of a workers share it and its connections."""

    def __init__(self, connection: str | BureauConnection = "leqi", *, rules: RuleBook | None = None) -> None:
        """Raises FapiaoError or Refused where the connection cannot be used."""
        known = connection_of(connection)
        known.tell(known.password)
        self.extra = known.extra
        self._rules = rules or rulebook()
        self._default_user_id = str(self.extra.get("sydwptbh") or "")
        self._wire = LeqiWire(known)
        self.concurrency = self._wire.concurrency

    def close(self) -> None:
        """Closes the kept connections."""
        self._wire.close()

    def poll_delay(self, seconds: float) -> float:
        """`poll_seconds` of the connection where it is set, else `seconds`."""
        return self._wire.poll_delay(seconds)

    def call(self, service: Service, leqi_id: str | None, body: Mapping[str, Any]) -> LeqiReply:
        """One request and its answer, whatever it says. Raises TryLater (not taken), AnswerLost (unknown), Refused."""
        return self._wire.call(service, leqi_id or self._default_user_id, body)

    def ask_safely_repeatable(self, ask: Callable[[], LeqiReply]) -> LeqiReply:
        """Asking costs nothing, so a lost answer is simply asked for again: TryLater."""
        try:
            return ask()
        except AnswerLost as lost:
            raise TryLater(
                lost.code, lost.text, "the question is asked again", self.poll_delay(60), lost.answer
            ) from lost

    def outcome(self, reply: LeqiReply) -> Outcome:
        """What an answer means (replies.yaml)."""
        return self._rules.reply_outcome("leqi", reply.kind, reply.code, reply.text)

    def error(self, outcome: Outcome, reply: LeqiReply) -> BureauError:
        """The error of an answer that is not accepted: QuotaSpent, TryLater or Refused."""
        error = _ERRORS.get(outcome.kind, Refused)
        text = f"{reply.code} {reply.text}".strip()
        return error(
            outcome.code, text, outcome.advice, self.poll_delay(outcome.wait_seconds), reply.answer or reply.raw
        )

    def read(self, service: Service, leqi_id: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of an accepted question. Raises Refused, QuotaSpent or TryLater."""
        return self.accepted(self.ask_safely_repeatable(lambda: self.call(service, leqi_id, body)))

    def accepted(self, reply: LeqiReply) -> Mapping[str, Any]:
        """The data of an answer that is accepted. Raises Refused, QuotaSpent or TryLater, for 处理中 too."""
        outcome = self.outcome(reply)
        if outcome.kind == "processing":
            raise TryLater(outcome.code, reply.text, outcome.advice, self.poll_delay(outcome.wait_seconds))
        if outcome.kind != "accepted":
            raise self.error(outcome, reply)
        return reply.data
