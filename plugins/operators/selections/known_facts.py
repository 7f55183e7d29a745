"""The local steps over a whole request: each tax number with its documents, as far as nobody needs to be asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from fapiao.selection.checks import CHEAP, CheckInput, Decision, DocumentFacts, Objection, decide
from fapiao.selection.chosen import Operation, SelectionRequest, Surface
from fapiao.selection.records import TaxpayerProfile
from fapiao.selection.rules import SelectionRules, TaskType
from fapiao.selection.submission import NotSubmitted, once
from operators.selections.session import SelectionSession, SelectionTables


@dataclass(frozen=True, slots=True)
class CheckedTaxpayer:
    """One tax number of a request: its basics, where the local steps end, and what of it is refused by document."""

    taxpayer_no: str
    basics: TaxpayerProfile | None
    decision: Decision
    refused: Sequence[NotSubmitted]


def check_locally(
    session: SelectionSession, tables: SelectionTables, request: SelectionRequest
) -> Iterator[CheckedTaxpayer]:
    """Every tax number of a request after the steps that ask nobody, by number."""
    first, again = once(request.chosen)
    documents = tables.submissions.documents(first) if first else {}
    taxpayers = sorted({*documents, *request.taxpayers})
    basics = tables.queue.basics(taxpayers)
    for number in taxpayers:
        facts = known_facts(
            session, tables, request.operation, request.surface, basics.get(number), documents.get(number, ())
        )
        decision = decide(facts, session.rules, CHEAP)
        twice = [
            Objection("status", "TWICE", "selection_twice", one.document_key)
            for one in again
            if one.taxpayer_no == number
        ]
        refused = [refusal(session, request.surface, number, one) for one in (*decision.against, *twice)]
        yield CheckedTaxpayer(number, basics.get(number), decision, refused)


def known_facts(
    session: SelectionSession,
    tables: SelectionTables,
    operation: Operation,
    surface: Surface,
    whose: TaxpayerProfile | None,
    documents: Sequence[DocumentFacts],
) -> CheckInput:
    """What is known of a tax number's part before anybody is asked; the cached state however old it is."""
    return CheckInput(
        operation=_steps(session.rules, operation, surface),
        surface=surface,
        channel=whose.channel if whose else None,
        small_scale=bool(whose and whose.small_scale),
        documents=documents,
        now=session.instant(),
        statistics=tables.queue.statistics(whose.taxpayer_no) if whose else None,
    )


def refusal(session: SelectionSession, surface: str, taxpayer_no: str, one: Objection) -> NotSubmitted:
    """An objection in the words of its surface."""
    return NotSubmitted(taxpayer_no, one.document_key, one.code, session.says(one.key, surface))


def _steps(rules: SelectionRules, operation: Operation, surface: Surface) -> TaskType:
    """A retry looks at 小规模 for every task type that R220 lists, whatever its own steps are."""
    kind = rules.of(operation)
    if surface == "retry" and kind.retry_checks_small_scale:
        return replace(kind, steps=(*kind.steps, "small_scale"))
    return kind
