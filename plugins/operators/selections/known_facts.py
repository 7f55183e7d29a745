"""The local steps over a whole wish: each tax number with its documents, as far as nobody needs to be asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fapiao.selection.chosen import Operation, Surface, Wish
from fapiao.selection.records import Basics
from fapiao.selection.rules import SelectionRules, TaskType
from fapiao.selection.steps import CHEAP, Decision, Facts, Objection, PaperFacts, decide
from fapiao.selection.submission import Refusal, once
from operators.selections.session import SelectionDesk, SelectionWork


@dataclass(frozen=True, slots=True)
class Judged:
    """One tax number of a wish: its basics, where the local steps end, and what of it is refused by document."""

    taxpayer_no: str
    basics: Basics | None
    decision: Decision
    refused: Sequence[Refusal]


def judged(desk: SelectionDesk, work: SelectionWork, wish: Wish) -> Iterator[Judged]:
    """Every tax number of a wish after the steps that ask nobody, by number."""
    first, again = once(wish.chosen)
    papers = work.submissions.papers(first) if first else {}
    taxpayers = sorted({*papers, *wish.taxpayers})
    basics = work.table.basics(taxpayers)
    for number in taxpayers:
        facts = known_facts(desk, work, wish.operation, wish.surface, basics.get(number), papers.get(number, ()))
        decision = decide(facts, desk.rules, CHEAP)
        twice = [
            Objection("status", "TWICE", "selection_twice", one.document_key)
            for one in again
            if one.taxpayer_no == number
        ]
        refused = [refusal(desk, wish.surface, number, one) for one in (*decision.against, *twice)]
        yield Judged(number, basics.get(number), decision, refused)


def known_facts(
    desk: SelectionDesk,
    work: SelectionWork,
    operation: Operation,
    surface: Surface,
    whose: Basics | None,
    papers: Sequence[PaperFacts],
) -> Facts:
    """What is known of a tax number's part before anybody is asked; the cached state however old it is."""
    return Facts(
        operation=_steps(desk.rules, operation, surface),
        surface=surface,
        channel=whose.channel if whose else None,
        small_scale=bool(whose and whose.small_scale),
        papers=papers,
        now=desk.instant(),
        statistics=work.table.statistics(whose.taxpayer_no) if whose else None,
    )


def refusal(desk: SelectionDesk, surface: str, taxpayer_no: str, one: Objection) -> Refusal:
    """An objection in the words of its surface."""
    return Refusal(taxpayer_no, one.document_key, one.code, desk.says(one.key, surface))


def _steps(rules: SelectionRules, operation: Operation, surface: Surface) -> TaskType:
    """A retry looks at 小规模 for every task type that R220 lists, whatever its own steps are."""
    kind = rules.of(operation)
    if surface == "retry" and kind.retry_checks_small_scale:
        return replace(kind, steps=(*kind.steps, "small_scale"))
    return kind
