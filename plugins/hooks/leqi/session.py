"""乐企 without knowledge of what is asked: connection, wire, and what an answer means (protocols §5.1, §10.4)."""

from collections.abc import Mapping
from typing import Any

from fapiao.channels.leqi.services import Service
from fapiao.errors import TryLater
from fapiao.rules.book import RuleBook, rulebook
from hooks.bureau.connection import BureauConnection, connection_of
from hooks.bureau.session import BureauReply, BureauSession, advised_by
from hooks.leqi.wire import LeqiWire


class LeqiSession(BureauSession):
    """One 直连单位; the threads of a workers share it and its connections."""

    channel = "leqi"

    def __init__(self, connection: str | BureauConnection = "leqi", *, rules: RuleBook | None = None) -> None:
        """Raises FapiaoError or Refused where the connection cannot be used."""
        known = connection_of(connection)
        self.number = known.number
        self._default_user_id = str(known.extra.get("sydwptbh") or "")
        self._wire = LeqiWire(known)
        super().__init__(self._wire, rules or rulebook())

    def call(self, service: Service, leqi_id: str | None, body: Mapping[str, Any]) -> BureauReply:
        """One request and its answer, whatever it says. Raises TryLater (not taken), AnswerLost (unknown), Refused."""
        return self._wire.call(service, leqi_id or self._default_user_id, body)

    def read(self, service: Service, leqi_id: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of an accepted question. Raises Refused, QuotaSpent or TryLater."""
        return self.accepted(self.ask_safely_repeatable(lambda: self.call(service, leqi_id, body)))

    def accepted(self, reply: BureauReply) -> Mapping[str, Any]:
        """The data of an answer that is accepted. Raises Refused, QuotaSpent or TryLater, for 处理中 too."""
        outcome = self.outcome(reply)
        if outcome.kind == "processing":
            raise TryLater(outcome.code, reply.text, advised_by(outcome), self.poll_delay(outcome.wait_seconds))
        return self.require_accepted(reply, outcome).data
