"""What makes two rows the same document: the number a bureau gives it, in one spelling (protocols §10.6)."""

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from fapiao.identifiers import one_spelling

# 85 to 88 are 数电 on paper: they have a paper code and number beside the 20 digits, or instead of them.
PAPER_DIGITAL_TYPES = frozenset({"85", "86", "87", "88"})
ONLY_DIGITAL_TYPES = frozenset({"51", "61", "81", "82", "8208", "83", "84"})
DIGITAL_TYPES = ONLY_DIGITAL_TYPES | PAPER_DIGITAL_TYPES
PAPER_TYPES = frozenset({"01", "02", "04", "08", "10", "11", "14"})
# Their payload has room for a 数电 number beside the paper one (归集 V2.011 附件（一）5, 6).
_EITHER = frozenset({"03", "15"})
_KNOWN = DIGITAL_TYPES | PAPER_TYPES | _EITHER
DIGITAL_LENGTH = 20
PAPER_LENGTH = 8
_CODE = re.compile(r"[0-9]{10}(?:[0-9]{2})?")
_NUMBER = re.compile(r"[0-9]{8}")
_DIGITAL = re.compile(r"[0-9]{20}")
# A paper code of 12 digits begins with 0 or 1, a 数电 number with its year: from 21 on (domain §1.3, §1.4).
_JOINED = re.compile(r"[01][0-9]{19}|[0-9]{18}")
_CUSTOMS = re.compile(r"[0-9]{18}[-/][A-Z][0-9]{2}")
_LONGEST = 40
_SHOWN = 60


class NoIdentity(ValueError):
    """The row does not say which document it is; the message names the missing field."""


class BadNumber(NoIdentity):
    """The row names a number that is none of its type; `label` and `shown` say which, the message what was expected."""

    def __init__(self, label: str, value: object, expected: str) -> None:
        whole = repr(value)
        self.label = label
        self.shown = whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"
        super().__init__(f"{label} is {self.shown}: {expected}")


class Names(NamedTuple):
    """Under which names rows of one plane have their numbers; "" where it has no such field."""

    number: str
    code: str
    paper_code: str = ""
    paper_number: str = ""
    digital: str = ""


class Identity(NamedTuple):
    """The pool's key and the numbers it came from."""

    document_key: str
    invoice_code: str | None = None
    invoice_no: str | None = None
    etax_invoice_no: str | None = None


LEQI = Names("fphm", "fpdm", "zzfpDm", "zzfphm")


class _Numbers(NamedTuple):
    """A number of its own that stands alone, and a paper code and number; "" for what the row does not name."""

    whole: str
    code: str
    paper: str


def invoice_identity(
    invoice_type: str, row: Mapping[str, object], names: Names = LEQI, *, asked: bool = False
) -> Identity:
    """发票: the 20-digit number for 数电, '<code>-<number>' for 税控; raises NoIdentity.

    Parts that a row names win over a number that is made of them (未勾选清单), and the type over what a number looks
    like; `asked` says that the type is only that of the question. 数电 numbers may come split into 12 + 8. Where a row
    names 20 digits and other paper numbers besides, the 20 digits are the key; of 数电 on paper, code and number do
    where there are no others. Numbers of an unknown type are kept as they are.
    """
    numbers = _numbers(row, names)
    if not any((numbers.whole, numbers.paper)):
        raise NoIdentity(f"发票号码 ({names.number}) is missing")
    if invoice_type not in _KNOWN:
        return _unknown(numbers, names)
    if invoice_type in ONLY_DIGITAL_TYPES:
        return _digital(numbers, names)
    if not numbers.whole:
        return _paper(numbers.code, numbers.paper, names)
    on_paper = invoice_type not in PAPER_DIGITAL_TYPES and _JOINED.fullmatch(numbers.whole)
    if on_paper or (invoice_type in PAPER_TYPES and not (asked or numbers.paper)):
        return _split(numbers, names)
    return _digital(numbers, names)


def customs_identity(row: Mapping[str, object], name: str = "hgjkshm") -> Identity:
    """海关缴款书: 22 characters, whose 19th comes as any dash (domain §1.5); raises NoIdentity."""
    label = f"海关缴款书号码 ({name})"
    number = _text_of(row, name, label)
    if not number:
        raise NoIdentity(f"{label} is missing")
    key = spelled(number)
    if not _CUSTOMS.fullmatch(key):
        raise BadNumber(label, number, "18 digits, - or /, a letter and two digits are expected")
    return Identity(key, invoice_no=key)


def withholding_identity(row: Mapping[str, object]) -> Identity:
    """代扣代缴完税凭证: dkdjwspzh; raises NoIdentity."""
    label = "代扣代缴完税凭证号 (dkdjwspzh)"
    number = _text_of(row, "dkdjwspzh", label)
    if not number:
        raise NoIdentity(f"{label} is missing")
    return Identity(_bounded(number, label), invoice_no=number)


def spelled(number: str) -> str:
    """A document's number as the pool spells it, whatever dash it was written with (domain §1.5)."""
    found = one_spelling(number)
    if found.isalnum():
        return found
    return "".join("-" if one == "−" or unicodedata.category(one) == "Pd" else one for one in found)


def looks_digital(number: str) -> bool:
    """Whether a number without a code beside it is one of 数电: 20 digits that no paper code begins."""
    return bool(_DIGITAL.fullmatch(number)) and not _JOINED.fullmatch(number)


def _numbers(row: Mapping[str, object], names: Names) -> _Numbers:
    whole, code = _text_of(row, names.number, "发票号码"), _text_of(row, names.paper_code, "纸质发票代码")
    paper, digital = _text_of(row, names.paper_number, "纸质发票号码"), _text_of(row, names.digital, "数电发票号码")
    code = code or _text_of(row, names.code, "发票代码")
    if digital:
        whole, paper = digital, paper or ("" if whole == digital else whole)
    if len(whole) == PAPER_LENGTH:
        whole, paper = "", paper or whole
    elif not paper and code and whole.startswith(code) and len(whole) == len(code) + PAPER_LENGTH:
        paper = whole[-PAPER_LENGTH:]
    return _Numbers("" if code and whole == code + paper else whole, code, paper)


def _digital(numbers: _Numbers, names: Names) -> Identity:
    number = numbers.whole or numbers.code + numbers.paper
    if not _DIGITAL.fullmatch(number):
        raise BadNumber(f"发票号码 ({names.digital or names.number})", number, "20 digits are expected")
    if numbers.whole and numbers.paper and numbers.paper != number:
        return Identity(number, numbers.code or None, numbers.paper, number)
    return Identity(number, None, number, number)


def _split(numbers: _Numbers, names: Names) -> Identity:
    """Code and number that came joined."""
    if numbers.code and numbers.whole:
        return _paper(numbers.code, numbers.whole, names)
    if not _JOINED.fullmatch(numbers.whole):
        raise BadNumber(f"发票号码 ({names.number})", numbers.whole, "8 digits beside a code of 10 or 12 are expected")
    return _paper(numbers.whole[:-PAPER_LENGTH], numbers.whole[-PAPER_LENGTH:], names)


def _paper(code: str, number: str, names: Names) -> Identity:
    if not code:
        raise NoIdentity(f"发票代码 ({names.code}) is missing")
    if not _CODE.fullmatch(code):
        raise BadNumber(f"发票代码 ({names.code})", code, "10 or 12 digits are expected")
    if not _NUMBER.fullmatch(number):
        raise BadNumber(f"发票号码 ({names.number})", number, "8 digits are expected")
    return Identity(f"{code}-{number}", code, number)


def _unknown(numbers: _Numbers, names: Names) -> Identity:
    """A type that no rule knows is kept under what it calls itself: nothing is known of its form."""
    if looks_digital(numbers.whole):
        return _digital(numbers, names)
    number = _bounded(numbers.paper or numbers.whole, f"发票号码 ({names.number})")
    code = _bounded(numbers.code, f"发票代码 ({names.code})")
    if not code and _JOINED.fullmatch(number):
        code, number = number[:-PAPER_LENGTH], number[-PAPER_LENGTH:]
    return Identity(f"{code}-{number}" if code else number, code or None, number)


def _bounded(number: str, label: str) -> str:
    if len(number) > _LONGEST:
        raise BadNumber(label, number, f"at most {_LONGEST} characters are expected")
    return number


def _text_of(row: Mapping[str, object], name: str, label: str) -> str:
    value = row.get(name) if name else None
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isdecimal() and value.isascii() else one_spelling(value)
    if type(value) is int:
        return str(value)
    raise BadNumber(f"{label} ({name})", value, "a text is expected")
