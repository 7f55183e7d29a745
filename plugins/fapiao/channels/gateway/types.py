"""Invoice types between our codes and the product's numbers, which the gateway speaks (protocols §6.1)."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from fapiao.downloads.question import aside as judged
from fapiao.payloads.gateway_rows import gateway_type, refusal
from fapiao.payloads.staged import Aside
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim

WITHOUT_TYPES = ("soft_certificate", "tax_disk")
"""Channels whose status update (O8) asks for every type at once."""
EVERY_TYPE = "all"
"""A row that asks for every type at once."""
WITH_FILES = frozenset({"81", "82", "8208", "61", "51"})
"""数电专票, 数电普票, 航空运输电子客票行程单, 铁路电子客票 (protocols §8.3)."""


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


def aside(claim: Claim, row: Mapping[str, Any]) -> Aside | None:
    """Why a row is none of the claim's own; None for one that is.

    One number covers several types (3 is 04 and 86, 26 is 82 and 8208), a question without types (O8) covers them all:
    such rows are ignored. A known type that was not asked for is no answer (A-51); a type nobody knows stays visible.
    """
    refused = refusal(row)
    if refused:
        return Aside("failed", "BUREAU", refused)
    found, known = gateway_type(row, claim.invoice_type), _numbers()
    if (found == "customs") != (claim.document == "customs"):
        return judged("ignored", "OTHER_DOCUMENT", found)
    if found not in known or found in _wanted(claim):
        return None
    untyped = claim.job == "status_update" and claim.channel in WITHOUT_TYPES
    asked = asked_types(claim.document, claim.invoice_type) or ""
    if untyped or known[found] in asked.split(","):
        return judged("ignored", "OTHER_TYPE", found)
    return judged("failed", "WRONG_TYPE", found)


def _wanted(claim: Claim) -> Collection[str]:
    if claim.wanted_types:
        return claim.wanted_types
    if claim.invoice_type == EVERY_TYPE:
        return _numbers()
    return rulebook().answered_under(claim.invoice_type)


@cache
def _numbers() -> Mapping[str, str]:
    """Number by our code."""
    types = rulebook().invoice_types
    found = {code: kind.piaozone or types.get(kind.asked_of_leqi, kind).piaozone for code, kind in types.items()}
    return {code: number for code, number in found.items() if number}
