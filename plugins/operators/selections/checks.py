"""Steps 1 to 9 for a claimed request: asks what a step needs, keeps what it hears, settles what may not be sent."""

from collections.abc import Sequence
from dataclasses import replace

from fapiao.errors import Refused
from fapiao.selection.records import STATISTICS, OpenPaper, Selection, Settled
from fapiao.selection.steps import Decision, Facts, Objection, StatisticsState, decide
from hooks.queues.submissions import facts_of
from operators.login_state import login_state
from operators.selections.known_facts import known_facts
from operators.selections.results import finish, party
from operators.selections.session import SelectionDesk

Examined = tuple[list[OpenPaper], str | None]
"""The documents to send, and the tax period they go to where it is known."""


def examine(desk: SelectionDesk, row: Selection) -> Examined | None:
    """The steps to their end; None where nothing is left to send and the request is settled. Raises BureauError."""
    with desk.transaction() as work:
        papers = work.table.open_papers(row)
        whose = work.table.basics([row.taxpayer_no]).get(row.taxpayer_no)
        facts = known_facts(desk, work, row.operation, row.surface, whose, [facts_of(one) for one in papers])
    facts, decision = _decided(desk, row, facts)
    if decision.stop:
        _refuse(desk, row, decision.stop)
        return None
    left = {one.document_key for one in decision.papers}
    if row.operation not in STATISTICS and not _keep_behind(desk, row, decision.against):
        return None
    period = facts.statistics.period if facts.statistics and facts.logged_in else None
    return [one for one in papers if one.document_key in left], period


def _decided(desk: SelectionDesk, row: Selection, facts: Facts) -> tuple[Facts, Decision]:
    while (decision := decide(facts, desk.rules)).ask is not None:
        facts = _asked(desk, row, facts, decision.ask.what)
    return facts, decision


def _asked(desk: SelectionDesk, row: Selection, facts: Facts, what: str) -> Facts:
    """The answer to one question; an account that a person must log in is not waited for here (step 5)."""
    bureau = desk.bureaus[row.channel]
    if what == "login":
        return replace(facts, logged_in=login_state(bureau, row.taxpayer_no).state != "manual")
    told = bureau.statistics(party(desk, row))
    heard = StatisticsState(told.state, told.period, desk.instant())
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.save_statistics(row.taxpayer_no, heard)
    return replace(facts, statistics=heard, now=heard.asked_at)


def _refuse(desk: SelectionDesk, row: Selection, stop: Objection) -> None:
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.fail(row, Refused(stop.code, desk.says(stop.key, row.surface), "put it right, then retry"))


def _keep_behind(desk: SelectionDesk, row: Selection, against: Sequence[Objection]) -> bool:
    """Single documents stay behind, in the ledger with the reason; whether any other is left."""
    settled = [
        Settled(one.document_key, "failed", one.code, desk.says(one.key, row.surface))
        for one in against
        if one.document_key
    ]
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.settle(row, settled, desk.instant(), "")
        if work.table.tally(row).open:
            return True
        finish(desk, work, row)
    return False
