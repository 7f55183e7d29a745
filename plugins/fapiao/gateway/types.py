"""Invoice types between our codes and the product's numbers, which the gateway speaks (protocols §6.1)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from fapiao.rules import rulebook

EVERY_TYPE = "all"
"""A row that asks for every type at once."""
WITH_FILES = frozenset({"81", "82", "8208", "61", "51"})
"""数电专票, 数电普票, 航空运输电子客票行程单, 铁路电子客票 (protocols §8.3)."""
_DIGITAL, _TOLL, _TOLL_BUSINESS = "82", "8208", "08"


def asked_types(document: str, invoice_type: str) -> str | None:
    """The numbers that ask for a type, or for all of a document; None for a type that has no number [NF].

    A toll invoice (8208) is asked for under the number of 82, as 乐企 does.
    """
    if invoice_type != EVERY_TYPE:
        return _numbers().get(invoice_type)
    kinds = rulebook().invoice_types.values()
    numbers = {kind.piaozone for kind in kinds if kind.document == document and kind.piaozone}
    return ",".join(sorted(numbers, key=int)) or None


def file_number(invoice_type: str) -> str:
    """The number of a type that has layout files (A-42), by our code; a number is itself."""
    return _numbers()[invoice_type] if invoice_type in WITH_FILES else invoice_type


def own_type(row: Mapping[str, Any]) -> str | None:
    """The type a row says it has; 82 with businessType 08 is a toll invoice. None where it says nothing."""
    code = str(row.get("govInvoiceType") or "")
    if code == _DIGITAL and str(row.get("businessType") or "") == _TOLL_BUSINESS:
        return _TOLL
    return code or None


def belongs(invoice_type: str, row: Mapping[str, Any]) -> bool:
    """False for a row of a sibling type: one number covers two types (3 is 04 and 86), and each is a row of its own."""
    found = own_type(row)
    if found is None or invoice_type in (EVERY_TYPE, found):
        return True
    return found not in _numbers() or _numbers()[found] != _numbers().get(invoice_type)


@cache
def _numbers() -> Mapping[str, str]:
    """Number by our code."""
    types = rulebook().invoice_types
    found = {code: kind.piaozone or _number_asked(kind.asked_of_leqi) for code, kind in types.items()}
    return {code: number for code, number in found.items() if number}


def _number_asked(code: str) -> str | None:
    kind = rulebook().invoice_types.get(code)
    return kind.piaozone if kind else None
