"""What makes two rows the same document: the number a bureau gives it, in one spelling (protocols §10.6)."""

from collections.abc import Mapping
from typing import NamedTuple

# 数电 numbers stand alone; 85 to 88 are 数电 on paper and carry a paper code and number besides.
DIGITAL_TYPES = frozenset({"51", "61", "81", "82", "8208", "83", "84", "85", "86", "87", "88"})
PAPER_DIGITAL_TYPES = frozenset({"85", "86", "87", "88"})
# Their payload has room for a 数电 number beside the paper one (归集 V2.011 附件（一）5, 6).
_EITHER = frozenset({"03", "15"})
DIGITAL_LENGTH = 20
PAPER_LENGTH = 8
_DASHES = str.maketrans({"—": "-", "－": "-", "–": "-", "‐": "-", "−": "-"})


class NoIdentity(ValueError):
    """The row does not say which document it is; the message names the missing field."""


class Identity(NamedTuple):
    """The pool's key and the numbers it came from."""

    document_key: str
    invoice_code: str | None = None
    invoice_no: str | None = None
    etax_invoice_no: str | None = None


def invoice_identity(invoice_type: str, row: Mapping[str, object]) -> Identity:
    """发票: the 20-digit number for 数电, '<code>-<number>' for 税控; raises NoIdentity.

    Reads fphm, fpdm, zzfpDm and zzfphm. 税控 numbers may come joined (未勾选清单), 数电 numbers split into 12 + 8.
    """
    number, code = _text(row, "fphm"), _text(row, "fpdm")
    paper_code, paper_number = _text(row, "zzfpDm") or code, _text(row, "zzfphm")
    if invoice_type in DIGITAL_TYPES:
        split = "" if invoice_type in PAPER_DIGITAL_TYPES else code
        return _digital(number, split, paper_code, paper_number)
    if invoice_type in _EITHER and len(number) == DIGITAL_LENGTH and not (code and number.startswith(code)):
        return _digital(number, "", paper_code, paper_number)
    return _paper(number, paper_code, paper_number)


def any_invoice_identity(invoice_type: str, row: Mapping[str, object]) -> Identity:
    """An invoice in an answer of any type: a 20-digit number without code is 数电; raises NoIdentity."""
    alone = not _text(row, "fpdm") and len(_text(row, "fphm")) == DIGITAL_LENGTH
    return invoice_identity("81" if alone else invoice_type, row)


def customs_identity(row: Mapping[str, object]) -> Identity:
    """海关缴款书: hgjkshm, whose 19th character comes as any dash (domain §1.5); raises NoIdentity."""
    number = _text(row, "hgjkshm")
    if not number:
        raise NoIdentity("海关缴款书号码 (hgjkshm) is missing")
    return Identity(number.translate(_DASHES).upper(), invoice_no=number)


def withholding_identity(row: Mapping[str, object]) -> Identity:
    """代扣代缴完税凭证: dkdjwspzh; raises NoIdentity."""
    number = _text(row, "dkdjwspzh")
    if not number:
        raise NoIdentity("代扣代缴完税凭证号 (dkdjwspzh) is missing")
    return Identity(number, invoice_no=number)


def _digital(number: str, code: str, paper_code: str, paper_number: str) -> Identity:
    if not number:
        raise NoIdentity("发票号码 (fphm) is missing")
    if code and len(code) + len(number) == DIGITAL_LENGTH:
        return Identity(code + number, None, code + number, code + number)
    return Identity(number, (paper_code or None) if paper_number else None, paper_number or number, number)


def _paper(number: str, code: str, paper_number: str) -> Identity:
    number = paper_number or number
    if not code and len(number) > PAPER_LENGTH:
        code, number = number[:-PAPER_LENGTH], number[-PAPER_LENGTH:]
    if code and number.startswith(code) and len(number) == len(code) + PAPER_LENGTH:
        number = number[-PAPER_LENGTH:]
    if not (code and number):
        missing = "发票代码 (fpdm)" if number else "发票号码 (fphm)"
        raise NoIdentity(f"{missing} is missing")
    return Identity(f"{code}-{number}", code, number)


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    return "" if value is None else "".join(str(value).split()).replace("\x00", "")
