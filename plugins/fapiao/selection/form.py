"""The form of a selection, on a page or as a command: what a person gives, read with every problem at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from fapiao.errors import BadInput
from fapiao.form_items import items
from fapiao.identity import spelled
from fapiao.rules.book import RuleBook
from fapiao.selection.chosen import Operation
from fapiao.selection.records import STATISTICS
from fapiao.selection.rules import SelectionRules


@dataclass(frozen=True, slots=True)
class SelectionForm:
    """One request of a person; `reason` is 不抵扣原因 1 to 5, `without` the tax numbers removed from the sheet (R179).

    `document_keys` are 缴款书号码; of an operation on the statistics table only `taxpayers` count.
    """

    operation: Operation
    document_keys: Sequence[str] = ()
    taxpayers: Sequence[str] = ()
    reason: str | None = None
    reason_text: str | None = None
    without: Sequence[str] = ()
    accounts: Mapping[str, str] | None = None


def operations(rules: SelectionRules) -> dict[str, str]:
    """What can be asked for here, code to label, in the order of R220."""
    return {one.code: one.label for one in rules.types.values() if one.here}


def read_form(book: RuleBook, rules: SelectionRules, form: Mapping[str, Any]) -> SelectionForm:
    """The form as the table of operations knows it. Raises BadInput with every problem."""
    problems: list[str] = []
    operation = _operation(rules, str(form.get("operation") or ""), problems)
    read = SelectionForm(
        operation=operation,
        document_keys=tuple(dict.fromkeys(map(spelled, items(form.get("document_keys"))))),
        taxpayers=items(form.get("taxpayers")),
        reason=_reason(book, form.get("reason"), problems),
        reason_text=str(form.get("reason_text") or "").strip() or None,
        without=items(form.get("without")),
        accounts=_accounts(items(form.get("accounts")), problems),
    )
    if operation in STATISTICS and not read.taxpayers:
        problems.append("请填写税号：统计表按税号生成、撤销和确认。")
    if operation not in STATISTICS and not read.document_keys:
        problems.append("请填写缴款书号码，一行一个。")
    if problems:
        raise BadInput(problems)
    return read


def _operation(rules: SelectionRules, text: str, problems: list[str]) -> Operation:
    known = operations(rules)
    for code, label in known.items():
        if text in (code, label):
            return cast(Operation, code)
    problems.append(f"操作“{text}”未知；可选：{'、'.join(known.values())}。")
    return "not_deduct"


def _reason(book: RuleBook, text: object, problems: list[str]) -> str | None:
    if not text:
        return None
    try:
        return book.code("not_deductible_type", str(text).strip())
    except BadInput as unknown:
        problems += unknown.problems
        return None


def _accounts(pairs: Sequence[str], problems: list[str]) -> dict[str, str]:
    """换账号, each as 税号=账号."""
    found = {}
    for pair in pairs:
        taxpayer_no, equals, account = pair.partition("=")
        if equals and taxpayer_no.strip() and account.strip():
            found[taxpayer_no.strip()] = account.strip()
        else:
            problems.append(f"换账号“{pair}”应写成 税号=电子税局账号。")
    return found
