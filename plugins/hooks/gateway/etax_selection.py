"""Selection over 电子税局: O14 to O20 of protocols §10.2, asked three minutes after an upload; accounts must log in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.channels.gateway import interfaces, selection
from fapiao.channels.gateway.interfaces import AsyncInterface, Interface
from fapiao.channels.gateway.pages import decoded, rows_of
from fapiao.channels.gateway.selection import CHANNEL
from fapiao.downloads.protocol import Login, Package, PartCursor, PollResult, Readiness
from fapiao.errors import AnswerLost, Refused, TryLater
from fapiao.rules.book import RuleBook
from fapiao.selection.answers import (
    Action,
    Document,
    Holdings,
    Party,
    Results,
    Statistics,
    StatisticsAction,
    TaxPeriod,
    Uploaded,
    Waiting,
)
from fapiao.selection.result_codes import ResultCodes, result_codes
from fapiao.texts.said import said
from hooks.bureau.connection import BureauConnection
from hooks.bureau.identity import BureauIdentity
from hooks.gateway.etax_login import WAITS_FOR_LOGIN, log_in
from hooks.gateway.session import GatewaySession

T = TypeVar("T")
_PROCESSING = "GATEWAY_PROCESSING"
"""Our code of a task that is worked on (replies.yaml)."""


class EtaxSelection:
    """The contract of hooks.selection_bureau over connection `bureau_gateway`, with the accounts of 电子税局."""

    def __init__(
        self,
        connection: str | BureauConnection = "bureau_gateway",
        *,
        rules: RuleBook | None = None,
        codes: ResultCodes | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **settings: Any,
    ) -> None:
        self._session = GatewaySession(connection, rules=rules, now=now, **settings)
        self._now = now
        self._codes = codes or result_codes()
        self._rule = self._codes.uploads[CHANNEL]

    @property
    def identity(self) -> BureauIdentity:
        """Who answers."""
        return self._session.identity

    def close(self) -> None:
        """Closes the kept connections."""
        self._session.close()

    def login(self, taxpayer_no: str) -> Login:
        """O2 and O1, as for downloads. Raises LoginLost, Refused or TryLater."""
        return log_in(self._session, taxpayer_no)

    def period(self, party: Party) -> TaxPeriod:
        """O14. Raises LoginLost, Refused or TryLater."""
        return self._read_answer(interfaces.TAX_PERIOD, party, selection.tax_period)

    def change_period(self, party: Party, period: str) -> TaxPeriod:
        """O15, unless the period is that already. Raises LoginLost, Refused or TryLater."""
        current = self.period(party)
        if current.period == period:
            return current
        self._session.read(selection.CHANGE_PERIOD, selection.change_period(party.taxpayer_no, period))
        return self.period(party)

    def upload(self, party: Party, action: Action, documents: Sequence[Document]) -> Uploaded:
        """O16. Raises LoginLost, Refused, TryLater (provably not taken) or AnswerLost (unknown)."""
        self._rule.check(len(documents))
        return self._submit(selection.SELECT, selection.upload(party.taxpayer_no, action, documents))

    def results(self, party: Party, request_no: str) -> Results | Waiting:
        """O17, every page. Raises LoginLost, Refused or TryLater."""
        pages = self._finished(selection.SELECT, party, request_no)
        if isinstance(pages, Waiting):
            return pages
        return selection.results(self._rows(selection.SELECT, pages), self._codes)

    def holdings(self, party: Party, period: str, request_no: str | None = None) -> Holdings | Waiting:
        """O4 and O5: a task the first time, its answer with `request_no`. Raises LoginLost, Refused or TryLater."""
        if request_no is None:
            return self._ask_for_holdings(party, period)
        pages = self._finished(interfaces.HEADERS, party, request_no)
        if isinstance(pages, Waiting):
            return pages
        rows = self._rows(interfaces.HEADERS, pages)
        announced = pages[0].announced if pages else 0
        if announced != sum(len(decoded(page.body).get(interfaces.HEADERS.rows) or []) for page in pages):
            rows.append(f"{announced} rows were announced, and others came")
        return selection.holdings(rows, period)

    def statistics(self, party: Party) -> Statistics:
        """O18. Raises LoginLost, Refused or TryLater."""
        return self._read_answer(selection.STATISTICS, party, selection.statistics)

    def apply_statistics(self, party: Party, action: StatisticsAction) -> Uploaded:
        """O19 or O20. Raises LoginLost, Refused, TryLater or AnswerLost."""
        return self._submit(selection.pair_of(action), selection.apply_statistics(party.taxpayer_no, action))

    def statistics_result(self, party: Party, action: StatisticsAction, request_no: str) -> Statistics | Waiting:
        """O19 or O20. Raises LoginLost, Refused (the bureau's code and text) or TryLater."""
        try:
            return self._read_answer(selection.pair_of(action).result, party, selection.statistics, taskNo=request_no)
        except TryLater as later:
            if later.code not in (_PROCESSING, WAITS_FOR_LOGIN):
                raise
            return Waiting(later.text, self._next_poll(), later.code == WAITS_FOR_LOGIN)

    def _submit(self, pair: AsyncInterface, data: Mapping[str, Any]) -> Uploaded:
        with self._session.unless_it_never_arrived(said("advice.ask_first")):
            number = self._session.submit(pair, data)
        return Uploaded(number, (), self._session.poll_delay(self._rule.first_poll_seconds))

    def _ask_for_holdings(self, party: Party, period: str) -> Waiting:
        try:
            asked = selection.holdings_search(party.taxpayer_no, period)
            number = self._session.submit(interfaces.HEADERS, asked)
        except AnswerLost as lost:
            raise TryLater(lost.code, lost.said, said("advice.asked_again"), lost.wait_seconds) from lost
        return Waiting("异步任务处理中", self._session.poll_delay(self._rule.first_poll_seconds), request_no=number)

    def _finished(self, pair: AsyncInterface, party: Party, request_no: str) -> list[Package] | Waiting:
        """Every page of a finished task."""
        progress = self._session.poll(pair, party.taxpayer_no, request_no, PartCursor(1), self._now())
        if progress.stage is Readiness.PROCESSING:
            waits = progress.code == WAITS_FOR_LOGIN
            return Waiting(progress.text, self._next_poll(), waits, request_no)
        if progress.stage is Readiness.FAILED:
            raise Refused(progress.code, progress.text, progress.advice)
        pages = self._pages(pair, party, request_no, progress)
        for page in pages:
            self._readable(partial(self._hold, page, party, request_no))
        return pages

    def _hold(self, page: Package, party: Party, request_no: str) -> None:
        selection.hold_page(decoded(page.body), party.taxpayer_no, request_no)

    def _pages(self, pair: AsyncInterface, party: Party, request_no: str, progress: PollResult) -> list[Package]:
        pages, most = [progress.page] if progress.page else [], bound("holdings_pages")
        while pages and not pages[-1].last:
            if len(pages) == most.value:
                raise self._retry_error(most.said(f"more than {len(pages)}"))
            place = PartCursor(1, announced=pages[0].announced, stored=len(pages))
            pages.append(self._session.fetch(pair, party.taxpayer_no, request_no, place, self._now()))
        return pages

    def _rows(self, pair: AsyncInterface, pages: Sequence[Package]) -> list[object]:
        """The elements of every page, each once, those of the failed ones too; whatever each of them is."""
        return self._readable(lambda: [row for page in pages for row in rows_of(pair.rows, page.body)])

    def _next_poll(self) -> float:
        return self._session.poll_delay(self._rule.next_poll_seconds)

    def _read_answer(
        self, interface: Interface, party: Party, read: Callable[[Mapping[str, Any], str], T], **more: str
    ) -> T:
        answer = self._session.read(interface, {"taxNo": party.taxpayer_no, **more})
        return self._readable(lambda: read(answer, party.taxpayer_no))

    def _readable(self, read: Callable[[], T]) -> T:
        with boundary(lambda broken: self._retry_error(str(broken))):
            return read()

    def _retry_error(self, text: str) -> TryLater:
        why = said("errors.unreadable", why=text)
        return TryLater("GATEWAY_SELECTION", why, wait_seconds=self._session.poll_delay(60))
