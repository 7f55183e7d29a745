"""查验: what is asked about an invoice, and what an answer makes of its place in the queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from msgspec import Meta, field

from fapiao.errors import BureauError, Refused
from fapiao.identifiers import one_spelling
from fapiao.rules.book import rulebook
from fapiao.rules.rule_file import RULES, Least1, RuleFile, RuleRow, RuleSections, SomeTexts, Text
from fapiao.shown import shown
from fapiao.tasks import WaitingRow
from fapiao.texts.said import said

CHECK_CODE_DIGITS = 6
KEY_MISSING = "VERIFY_KEY_MISSING"


class Key(RuleRow, frozen=True):
    """Which value stands beside the number of some types, and which number it is."""

    unique = ("invoice_types",)
    invoice_types: SomeTexts
    value: Annotated[
        Literal["amount", "total_amount", "check_code", "number_tail"],
        Meta(description="不含税金额 · 价税合计 · 校验码后六位 · 数电发票号码后六位"),
    ] = field(name="key")
    number: Literal["etax", "paper"]


class VerificationLimit(RuleRow, frozen=True):
    """How often an invoice may be asked for on a day of Asia/Shanghai, whoever asks."""

    unique = ("scope",)
    scope: Text
    limit: Least1


class VerificationAnswer(RuleRow, frozen=True):
    """What a refusal of the bureau makes of the verification, by the stable code of replies.yaml."""

    unique = ("code",)
    code: Text
    state: Literal["not_found", "mismatch", "limit"]


class VerificationSections(RuleSections, frozen=True):
    """查验: which value has to stand beside an invoice's number, how often it may be asked, what the answers mean."""

    file = "verification.yaml"
    keys: tuple[Key, ...]
    limits: Annotated[tuple[VerificationLimit, ...], Meta(min_length=1, max_length=1)]
    answers: tuple[VerificationAnswer, ...]


@dataclass(frozen=True, slots=True)
class VerificationRules:
    """verification.yaml: keys by invoice type, calls a day per invoice, states by our code of the bureau's refusal."""

    keys: Mapping[str, Key]
    daily: int
    answers: Mapping[str, str]

    def state(self, error: BureauError) -> str:
        """What a refusal makes of the verification; one that no row knows is `failed`, in the bureau's words."""
        return self.answers.get(error.code, "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(WaitingRow):
    """One row of sync.verification in the hands of one worker; money in yuan, `channel` of the taxpayer's downloads."""

    key = "verification_id"
    verification_id: int
    direction: str
    document_key: str
    invoice_type: str
    invoice_code: str | None
    invoice_no: str
    etax_invoice_no: str | None
    issue_date: date | None
    check_code: str | None
    amount: Decimal | None
    total_amount: Decimal | None
    goal: str
    org_code: str | None


@dataclass(frozen=True, slots=True)
class Received:
    """An invoice that the business system collected, with what its paper shows; money in yuan."""

    direction: str
    taxpayer_no: str
    document_key: str
    invoice_type: str
    invoice_no: str
    invoice_code: str | None = None
    etax_invoice_no: str | None = None
    issue_date: date | None = None
    check_code: str | None = None
    amount: Decimal | None = None
    total_amount: Decimal | None = None


Question = Mapping[str, str]
"""`data` of O13: invoiceCode, invoiceNo, invoiceDate (YYYY-MM-DD), checkCode, invoiceAmount; empty where not asked."""


class VerifyCall(Protocol):
    """Whoever carries a question to the bureau and brings its answer as it came: JSON of one invoice, UTF-8."""

    def __call__(self, question: Question) -> bytes:
        """Raises BureauError: Refused with the code of replies.yaml, TryLater, AnswerLost or LoginLost."""
        ...


def question(asked: Verification, rules: VerificationRules) -> Question:
    """What the bureau is asked (protocols §10.2 O13). Raises Refused where the type or a value does not allow it."""
    key = rules.keys.get(asked.invoice_type)
    if key is None:
        never = said("errors.never_verified", name=rulebook().type_name(asked.invoice_type))
        raise Refused(KEY_MISSING, never, said("advice.VERIFY_KEY_MISSING_type"))
    code, number = _number(asked, key)
    issued = asked.issue_date
    value = _values(asked)[key.value]
    missing = [name for name, known in {"issue_date": issued, key.value: value}.items() if known is None]
    if missing or issued is None:
        raise Refused(KEY_MISSING, said("errors.key_missing", document=asked.document_key, names=", ".join(missing)))
    return {
        "invoiceCode": code,
        "invoiceNo": number,
        "invoiceDate": issued.isoformat(),
        "checkCode": str(value) if key.value in _CODES else "",
        "invoiceAmount": "" if key.value in _CODES else str(value),
    }


def is_confirmed(asked: Verification, answer: Mapping[str, Any]) -> bool:
    """What the answer says of the invoice: 通过, or 不通过 (protocols §7.7); silence beside a face confirms it.

    Raises Refused for an answer about another invoice, and for a checkStatus that is neither.
    """
    known = {asked.document_key, asked.invoice_no, asked.etax_invoice_no}
    for name in ("etaxInvoiceNo", "invoiceNo"):
        number = answer.get(name)
        if number not in (None, "") and not (isinstance(number, str) and one_spelling(number) in known):
            named = {"asked": asked.document_key, "told": shown(str(number), _SHOWN)}
            raise Refused("VERIFY_OTHER_DOCUMENT", said("errors.told_about_other", **named))
    status = answer.get("checkStatus")
    if status in (None, "") or (not isinstance(status, bool) and str(status) == _PASSED):
        return True
    if str(status) != _NOT_PASSED:
        raise Refused("VERIFY_UNREADABLE", said("errors.check_status", status=shown(str(status), _SHOWN)))
    return False


_CODES = ("check_code", "number_tail")
_PASSED, _NOT_PASSED = "1", "2"
"""checkStatus 通过, 不通过"""
_SHOWN = 40


def _values(asked: Verification) -> Mapping[str, object]:
    return {
        "amount": asked.amount,
        "total_amount": asked.total_amount,
        "check_code": _last_six(asked.check_code),
        "number_tail": _last_six(asked.etax_invoice_no),
    }


def _number(asked: Verification, key: Key) -> tuple[str, str]:
    """发票代码 and 发票号码 as they are asked; a type of paper numbers may come with 20 digits and no code (03, 15)."""
    if key.number == "etax" or asked.invoice_code is None:
        return "", asked.etax_invoice_no or asked.invoice_no
    return asked.invoice_code, asked.invoice_no


def _last_six(given: str | None) -> str | None:
    code = "".join((given or "").split())
    return code[-CHECK_CODE_DIGITS:] if len(code) >= CHECK_CODE_DIGITS else None


@cache
def verification_rules(folder: Path = RULES) -> VerificationRules:
    """Reads and checks verification.yaml once. Raises RuleError with file and line."""
    found = RuleFile(VerificationSections, folder).content
    keys = {code: row for row in found.keys for code in row.invoice_types}
    return VerificationRules(keys, found.limits[0].limit, {row.code: row.state for row in found.answers})
