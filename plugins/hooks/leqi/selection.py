"""Selection over 乐企: L9 to L11 of protocols §10.3, asked ten minutes after an upload and every ten minutes on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from fapiao.boundary import boundary
from fapiao.channels.leqi import selection, services
from fapiao.channels.leqi.selection import CHANNEL
from fapiao.channels.leqi.services import Service
from fapiao.channels.stated import ticket_of
from fapiao.downloads.protocol import Login
from fapiao.errors import AnswerLost, Refused, TryLater
from fapiao.rules.book import RuleBook
from fapiao.selection.answers import (
    Action,
    Document,
    Holding,
    Holdings,
    Party,
    Results,
    Statistics,
    StatisticsAction,
    TaxPeriod,
    UnusableAnswer,
    Uploaded,
    Waiting,
)
from fapiao.selection.each import once_each
from fapiao.selection.result_codes import ResultCodes, result_codes
from fapiao.selection.said import told, words_of
from fapiao.texts.said import said
from hooks.bureau.connection import BureauConnection
from hooks.bureau.identity import BureauIdentity
from hooks.bureau.session import BureauReply
from hooks.leqi.session import LeqiSession

T = TypeVar("T")
Data = Mapping[str, Any]
_NOTHING, _MOVED, _STAYED = "04", "01", "02"
_ASK_FIRST = said("advice.ask_first")
_RESULT_OF: Mapping[StatisticsAction, tuple[Service, Service, str]] = {
    "make": (services.STATISTICS_APPLY, services.STATISTICS_RESULT, "code"),
    "withdraw": (services.STATISTICS_APPLY, services.STATISTICS_RESULT, "code"),
    "confirm": (services.CONFIRMATION_APPLY, services.CONFIRMATION_RESULT, "jgzt"),
}


class LeqiSelection:
    """The contract of hooks.selection_bureau over connection `leqi`.

    `selection_poll_seconds` of its extra replaces both waits of selection_results.yaml, else `poll_seconds` does.
    """

    def __init__(
        self,
        connection: str | BureauConnection = "leqi",
        *,
        rules: RuleBook | None = None,
        codes: ResultCodes | None = None,
    ) -> None:
        self._session = LeqiSession(connection, rules=rules)
        self._codes = codes or result_codes()
        self._rule = self._codes.uploads[CHANNEL]
        self._own_wait = self._session.number("selection_poll_seconds")

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

    def period(self, party: Party) -> TaxPeriod:
        """HQDQSKSSQYDQSKSSQTJZT. Raises Refused or TryLater."""
        data = self._read(services.TAX_PERIOD, party)
        return self._readable(lambda: selection.tax_period(data, party.taxpayer_no))

    def change_period(self, party: Party, period: str) -> TaxPeriod:
        """SQSKSSQBG, unless the period is that already. Raises Refused (the bureau's errormsg) or TryLater."""
        current = self.period(party)
        if current.period == period:
            return current
        data = self._read(services.CHANGE_PERIOD, party, bgsq=period)
        answer = self._readable(lambda: selection.code_named(data, party.taxpayer_no, "sfbgcg"))
        if answer not in (_MOVED, _STAYED):
            raise self._retry_error(f"sfbgcg {told(answer)} is neither {_MOVED} nor {_STAYED}")
        if answer == _STAYED:
            raise Refused("PERIOD_NOT_CHANGED", words_of(data.get("errormsg") or data.get("returnmsg")))
        return self.period(party)

    def upload(self, party: Party, action: Action, documents: Sequence[Document]) -> Uploaded:
        """PLHGJKSDKGX. Raises Refused, TryLater (provably not taken) or AnswerLost (unknown)."""
        self._rule.check(len(documents))
        body = selection.upload(party.taxpayer_no, action, documents)
        reply = self._submit(services.SELECT_CUSTOMS, party, body)
        named = {one.document_key for one in documents}
        refused = [one for one in selection.not_taken(reply.data) if one.document_key in named]
        if self._session.outcome(reply).kind == "refused" and len(refused) == len(documents):
            return Uploaded("", refused, 0.0)
        return Uploaded(self._number(reply), refused, self._wait(self._rule.first_poll_seconds))

    def results(self, party: Party, request_no: str) -> Results | Waiting:
        """CXHGJKSDKGXCLJG. Raises Refused or TryLater."""
        data = self._result(services.SELECT_CUSTOMS_RESULT, party, request_no)
        if isinstance(data, Waiting):
            return data
        return self._readable(lambda: selection.results(data, party.taxpayer_no, self._codes))

    def holdings(self, party: Party, period: str, request_no: str | None = None) -> Holdings | Waiting:  # noqa: ARG002 乐企 answers at once
        """HQDQSKSSQHGJKSDKGXCLJG, every page. Raises Refused, also for a period that is over, or TryLater."""
        current = self.period(party).period
        if current != period:
            raise Refused("LEQI_OTHER_PERIOD", said("errors.other_period", current=current, period=period))
        found: list[Holding | UnusableAnswer] = []
        for page in self._pages(party):
            found += self._readable(partial(selection.held_on_page, page, party.taxpayer_no, period))
        return Holdings(*once_each(found))

    def statistics(self, party: Party) -> Statistics:
        """What 乐企 tells of the table without an application: its state. Raises Refused or TryLater."""
        known = self.period(party)
        return Statistics(known.period, known.statistics)

    def apply_statistics(self, party: Party, action: StatisticsAction) -> Uploaded:
        """SQCXDKTJ or SQQRDKTJ. Raises Refused, TryLater or AnswerLost."""
        reply = self._submit(_RESULT_OF[action][0], party, selection.statistics(party.taxpayer_no, action))
        return Uploaded(self._number(reply), (), self._wait(self._rule.first_poll_seconds))

    def statistics_result(self, party: Party, action: StatisticsAction, request_no: str) -> Statistics | Waiting:
        """CXTJCLJG or CXQRTJCLJG, then the state the bureau has now. Raises Refused (code and text) or TryLater."""
        _, service, answer = _RESULT_OF[action]
        data = self._result(service, party, request_no)
        if isinstance(data, Waiting):
            return data
        code = self._readable(lambda: selection.code_named(data, party.taxpayer_no, answer))
        meaning = self._codes.table(answer, code)
        if meaning is not None and meaning.outcome == "refused":
            cause = meaning.cause or f"LEQI_STATISTICS_{code}"
            raise Refused(cause, f"{code} {meaning.text}")
        known = self.period(party)
        return Statistics(known.period, known.statistics, selection.counted(data))

    def _wait(self, seconds: float) -> float:
        return self._session.poll_delay(seconds) if self._own_wait is None else self._own_wait

    def _read(self, service: Service, party: Party, **more: str) -> Data:
        return self._session.read(service, party.leqi_id, selection.owner(party.taxpayer_no, **more))

    def _submit(self, service: Service, party: Party, body: Mapping[str, Any]) -> BureauReply:
        with self._session.unless_it_never_arrived(_ASK_FIRST):
            return self._session.call(service, party.leqi_id, body)

    def _number(self, reply: BureauReply) -> str:
        if self._session.outcome(reply).kind == "processing":
            raise AnswerLost("LEQI_PROCESSING", reply.text, _ASK_FIRST)
        with self._session.unless_it_never_arrived(_ASK_FIRST):
            number = ticket_of(self._session.accepted(reply).get("pclsh"))
        if number is None:
            raise AnswerLost("LEQI_NO_TICKET", advised=_ASK_FIRST)
        return number

    def _result(self, service: Service, party: Party, request_no: str) -> Data | Waiting:
        reply = self._session.ask_safely_repeatable(
            lambda: self._session.call(service, party.leqi_id, {"pclsh": request_no})
        )
        if self._session.outcome(reply).kind == "processing":
            return Waiting(reply.text, self._wait(self._rule.next_poll_seconds))
        return self._session.accepted(reply)

    def _pages(self, party: Party) -> Iterator[Data]:
        """Every page; none where nothing is held. Raises TryLater for another page than the one asked for."""
        asked, last = 0, 1
        while asked < last:
            asked += 1
            page = self._page(party, asked)
            if page is None:
                return
            pages = self._readable(partial(selection.pages, page, asked))
            if asked > 1 and pages != last:
                raise self._retry_error("zys changed between pages")
            last = pages
            if last:
                yield page

    def _page(self, party: Party, number: int) -> Data | None:
        body = selection.owner(party.taxpayer_no) | {"cxym": number}
        reply = self._session.ask_safely_repeatable(
            lambda: self._session.call(services.SELECTED_CUSTOMS, party.leqi_id, body)
        )
        if reply.kind == "returncode" and reply.code == _NOTHING and number == 1:
            return None
        return self._session.accepted(reply)

    def _readable(self, read: Callable[[], T]) -> T:
        with boundary(lambda broken: self._retry_error(str(broken))):
            return read()

    def _retry_error(self, text: str) -> TryLater:
        why = said("errors.unreadable", why=text)
        return TryLater("LEQI_SELECTION", why, wait_seconds=self._session.poll_delay(60))
