"""自动抵扣勾选配置: the rules that pick documents by themselves, read from the tables of a file (S2 §4-1, R222)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fapiao.enterprise.entries import read_amount
from fapiao.enterprise.form import Problems, RecordReader, by_name, checked_lines
from fapiao.enterprise.spellings import Vocabulary
from fapiao.enterprise.values import code_of, invoice_type
from fapiao.rules.book import RuleBook
from fapiao.rules.spellings import Spellings
from fapiao.selection.checks import OTHER
from fapiao.selection.list_rules import TYPE, list_rules
from fapiao.tables.lines import Table
from fapiao.texts.catalogue import sentence
from fapiao.texts.places import told

DEFAULT_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class AutoRule:
    """One rule: conditions on documents, and what is done with those that meet them.

    An empty list and a missing bound are no condition; bounds are inside; amounts are 税款金额 in yuan, dates days in
    Asia/Shanghai. `reason`, 不抵扣原因 1 to 5, is for documents that have none; the smallest `priority` is asked first.
    """

    name: str
    priority: int
    enabled: bool
    action: str
    organisations: tuple[str, ...]
    invoice_types: tuple[str, ...]
    reasons: tuple[str, ...]
    amount_from: Decimal | None
    amount_to: Decimal | None
    issued_from: date | None
    issued_to: date | None
    reason: str | None
    reason_text: str | None


@dataclass(frozen=True, slots=True)
class AutoWords:
    """What such a file may say, and the organisations that there are."""

    rules: RuleBook
    flag: Spellings
    action: Spellings
    reason: Spellings
    organisations: Collection[str]


def auto_words(vocabulary: Vocabulary, organisations: Collection[str]) -> AutoWords:
    """The words of enterprise.yaml and statuses.yaml."""
    kinds = ("auto_selection_action", "not_deductible_type")
    action, reason = (vocabulary.rules.words(kind) for kind in kinds)
    return AutoWords(vocabulary.rules, vocabulary.flag, action, reason, organisations)


def read_auto_rules(files: Sequence[list[Table]], among: AutoWords) -> list[AutoRule]:
    """The rules of the files, off unless they say otherwise. Raises BadInput with every problem at once."""
    complaints = Problems()
    lines = checked_lines(files, "auto_rules", complaints)
    found = [_rule(form, name, among) for name, form in by_name(lines, complaints).items()]
    complaints.refuse()
    return found


def _rule(form: RecordReader, name: str, among: AutoWords) -> AutoRule:
    rule = AutoRule(
        name=name,
        priority=form.read("priority", DEFAULT_PRIORITY, DEFAULT_PRIORITY, _whole_number),
        enabled=form.flag("enabled", among.flag, current=False, empty=False),
        action=form.needed_code("action", among.action, ""),
        organisations=_each(form, "organisations", lambda item: _organisation(item, among.organisations)),
        invoice_types=_each(form, "invoice_types", lambda item: _type(item, among.rules))
        or list_rules().rules[TYPE].allowed,
        reasons=_each(form, "reasons", lambda item: code_of(item, among.reason)),
        amount_from=form.read("amount_from", None, None, read_amount),
        amount_to=form.read("amount_to", None, None, read_amount),
        issued_from=form.day("issued_from"),
        issued_to=form.day("issued_to"),
        reason=form.code("reason", among.reason, "") or None,
        reason_text=form.text("reason_text"),
    )
    _object(form, rule)
    return rule


def _object(form: RecordReader, rule: AutoRule) -> None:
    """What no rule may say: 勾选 without a reason for every document (R175), 其他 without words, bounds that cross."""
    if rule.action == "select" and not (rule.reason or rule.reasons):
        names = {"reason": form.named("reason"), "reasons": form.named("reasons")}
        form.object("reason", sentence("selection_files.needs_reason", **names))
    if rule.reason == OTHER and not rule.reason_text:
        form.object("reason_text", sentence("selection_files.needs_text"))
    if rule.amount_from is not None and rule.amount_to is not None and rule.amount_from > rule.amount_to:
        bounds = {"to": rule.amount_to, "from_": rule.amount_from}
        form.object("amount_to", sentence("selection_files.below", column=form.named("amount_from"), **bounds))
    if rule.issued_from and rule.issued_to and rule.issued_from > rule.issued_to:
        days = {"to": rule.issued_to, "from_": rule.issued_from}
        form.object("issued_to", sentence("selection_files.before", column=form.named("issued_from"), **days))


def _each(form: RecordReader, column: str, reader: Callable[[str], str]) -> tuple[str, ...]:
    return form.needed_each(column, reader, ()) if form.items(column) else ()


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(sentence("selection_files.whole_number", text=text))
    return int(text)


def _organisation(item: str, known: Collection[str]) -> str:
    if item not in known:
        raise ValueError(sentence("enterprise_files.no_organisation", code=item))
    return item


def _type(item: str, rules: RuleBook) -> str:
    code = invoice_type(item, rules).code
    if code not in list_rules().rules[TYPE].allowed:
        raise ValueError(told(item, list_rules().text(TYPE)))
    return code
