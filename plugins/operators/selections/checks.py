"""Steps 1 to 9 for a claimed request: asks what a step needs, keeps what it hears, settles what may not be sent."""

from collections.abc import Sequence
from dataclasses import replace

from fapiao.errors import Refused
from fapiao.selection.checks import CheckInput, Objection, StatisticsState, decide
from fapiao.selection.records import STATISTICS, OpenDocument, Selection, Settled
from operators.leased_queue.logins import login_state
from operators.selections.known_facts import known_facts
from operators.selections.results import finish, party
from operators.selections.session import SelectionSession

Examined = tuple[list[OpenDocument], str | None]
"""The documents to send, and the tax period they go to where it is known."""


def examine(session: SelectionSession, row: Selection) -> Examined | None:
    """The steps to their end; None where nothing is left to send and the request is settled. Raises BureauError."""
    with session.transaction() as tables:
        documents = tables.queue.open_documents(row)
        whose = tables.queue.basics([row.taxpayer_no]).get(row.taxpayer_no)
        facts = known_facts(session, tables, row.operation, row.surface, whose, documents)
    while (decision := decide(facts, session.rules)).ask is not None:
        facts = _asked(session, row, facts, decision.ask.what)
    if decision.stop:
        _refuse(session, row, decision.stop)
        return None
    left = {one.document_key for one in decision.documents}
    if row.operation not in STATISTICS and not _keep_behind(session, row, decision.against):
        return None
    period = facts.statistics.period if facts.statistics and facts.logged_in else None
    return [one for one in documents if one.document_key in left], period


def _asked(session: SelectionSession, row: Selection, facts: CheckInput, what: str) -> CheckInput:
    """The answer to one question; an account that a person must log in is not waited for here (step 5)."""
    if what == "login":
        return replace(facts, logged_in=login_state(session, row.channel, row.taxpayer_no).state != "manual")
    reply = session.bureaus[row.channel].statistics(party(session, row))
    heard = StatisticsState(reply.state, reply.period, session.instant())
    with session.locked(row) as tables:
        tables.queue.save_statistics(row.taxpayer_no, heard)
    return replace(facts, statistics=heard, now=heard.asked_at)


def _refuse(session: SelectionSession, row: Selection, stop: Objection) -> None:
    with session.locked(row) as tables:
        tables.queue.fail(row, Refused(stop.code, session.says(stop.key, row.surface)))


def _keep_behind(session: SelectionSession, row: Selection, against: Sequence[Objection]) -> bool:
    """Single documents stay behind, in the ledger with the reason; whether any other is left."""
    settled = [
        Settled(one.document_key, "failed", one.code, session.says(one.key, row.surface))
        for one in against
        if one.document_key
    ]
    with session.locked(row) as tables:
        tables.queue.settle(row, settled, session.instant(), "")
        if tables.queue.tally(row).open:
            return True
        finish(session, tables, row)
    return False
