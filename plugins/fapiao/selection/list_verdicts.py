"""What becomes of the rows of a list: each is told every rule it breaks, and the others become requests (S2, R195)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fapiao.rules.book import rulebook
from fapiao.selection.answers import Action
from fapiao.selection.chosen import Operation, RequestedDocument, SelectionRequest
from fapiao.selection.list_rows import COLUMNS, ListRow, Problem, broken_rule
from fapiao.selection.list_rules import ACTIONS, INCOMPLETE, NOT_IN_POOL, ListRule, list_rules

OPERATIONS: Mapping[Action, Operation] = {"select": "not_deduct", "withdraw": "undo_not_deduct"}
"""不抵扣勾选 · 撤销不抵扣勾选"""
HEADINGS: Mapping[str, str] = dict.fromkeys(
    ("所在行", *COLUMNS, "任务处理状态", "处理失败原因", "涉及的列", "原因代码"), "text"
)
"""The columns of the result workbook."""


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document of the pool that a row names, as selection_import.sql shows it; codes, and money in yuan."""

    row_no: int
    taxpayer_no: str
    document_key: str
    document: str
    org_code: str | None
    channel: str | None
    type: str
    selection_state: str
    status: str | None
    risk_status: str | None
    issue_date: date | None
    amount: Decimal | None
    tax_amount: Decimal | None
    amount_sign: str | None


@dataclass(frozen=True, slots=True)
class ListVerdict:
    """A row, the document it means where there is exactly one, and why it is not taken; no problem means that it is."""

    row: ListRow
    found: NamedDocument | None
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Whether the row goes on to the sheet before the submission."""
        return not self.problems

    def cells(self) -> tuple[str, ...]:
        """Its line of the result workbook, under HEADINGS."""
        labels = rulebook().codes_of("selection_list_verdict")
        columns = dict.fromkeys(name for problem in self.problems for name in problem.columns)
        return (
            self.row.where,
            *(self.row.cells.get(name, "") for name in COLUMNS),
            labels["passed" if self.passed else "failed"],
            "\n".join(problem.text for problem in self.problems),
            "、".join(columns),
            "\n".join(problem.code for problem in self.problems),
        )


def verdict(row: ListRow, documents: Sequence[NamedDocument], allowed: Collection[str] | None) -> ListVerdict:
    """What rules 1 to 10 say of a row that means `documents`; `allowed` are the 核算组织 granted, None all.

    Told together are what rules 1 and 2 say of the row itself, and each of rules 4 to 10 that the one document it means
    breaks, in the manual's order. Of an unknown document nothing more can be said: a row without a number, rule
    3, a number of several taxpayers; nor is anything told of a document of another organisation (R150).
    """
    if row.number is None:
        return ListVerdict(row, None, row.problems)
    if not documents:
        return ListVerdict(row, None, (*row.problems, broken_rule(NOT_IN_POOL)))
    if len(documents) > 1:
        return ListVerdict(row, None, (*row.problems, _sentence("list_several_owners")))
    if allowed is not None and documents[0].org_code not in allowed:
        return ListVerdict(row, None, (*row.problems, _sentence("no_organisation_right")))
    return ListVerdict(row, documents[0], (*row.problems, *_broken(row, documents[0])))


def list_requests(verdicts: Iterable[ListVerdict]) -> list[SelectionRequest]:
    """What the rows that passed ask for: 不抵扣勾选 first, then 撤销不抵扣勾选; no request that has no document."""
    passed = [(one.row, one.found) for one in verdicts if one.passed and one.found]
    by_action = {
        action: tuple(_chosen(row, found) for row, found in passed if row.action == action) for action in OPERATIONS
    }
    return [SelectionRequest(OPERATIONS[action], "import", chosen) for action, chosen in by_action.items() if chosen]


def _chosen(row: ListRow, found: NamedDocument) -> RequestedDocument:
    if row.action == "withdraw":
        return RequestedDocument(found.taxpayer_no, found.document_key)
    return RequestedDocument(found.taxpayer_no, found.document_key, row.reason, row.reason_text)


def _broken(row: ListRow, found: NamedDocument) -> Iterator[Problem]:
    """Rules 4 to 10; without a known 是否勾选 only those that hold for both."""
    actions = {row.action} if row.action else set(ACTIONS)
    for rule in list_rules().rules.values():
        if found.document in rule.documents and actions <= set(rule.actions) and _breaks(rule, found):
            yield broken_rule(rule.number)


def _breaks(rule: ListRule, found: NamedDocument) -> bool:
    if rule.number == INCOMPLETE:
        wanted = list_rules().wanted.get((found.channel or "", found.document), ())
        return any(getattr(found, column) is None for column in wanted)
    if rule.column is None:
        return False
    value = getattr(found, rule.column)
    return (rule.empty if value is None else value) not in rule.allowed


def _sentence(key: str) -> Problem:
    return Problem(key.removeprefix("list_").upper(), rulebook().message(key, "import"))
