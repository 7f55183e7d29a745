"""What the results make of the documents of a request, compared with what the bureau holds where that was asked."""

from collections.abc import Sequence
from typing import Literal

from fapiao.selection.answers import DocumentResult, Holdings
from fapiao.selection.records import DocumentCounts, OpenDocument, Settled

NOT_DEDUCTED = "2"
"""抵扣用途 不抵扣 (protocols §7.3)."""
HELD = "HELD"
DIFFERS = "USAGE_DIFFERS"
NO_ANSWER = "NO_ANSWER"
Wished = Literal["selected", "withdrawn"]


def as_wished(document: OpenDocument, wished: Wished, held: Holdings) -> bool | None:
    """Whether the bureau holds the document as it was wished: 不抵扣 for the same reason, or not 不抵扣 at all.

    None where the answer does not say for certain what it holds.
    """
    if not held.knows(document.document_key):
        return None
    holding = held.get(document.document_key)
    if wished == "withdrawn":
        return holding is None or holding.purpose != NOT_DEDUCTED
    return holding is not None and holding.purpose == NOT_DEDUCTED and holding.reason in (None, document.reason)


def already_there(
    documents: Sequence[OpenDocument], wished: Wished, held: Holdings, period: str | None, text: str
) -> list[Settled]:
    """The documents of an upload without an answer that the bureau holds as wished: they are not sent again."""
    return [
        Settled(document.document_key, "succeeded", HELD, text, period)
        for document in documents
        if as_wished(document, wished, held)
    ]


def settled_by_holdings(
    documents: Sequence[OpenDocument], wished: Wished, held: Holdings | None, period: str | None, here: str, gone: str
) -> list[Settled]:
    """The end of documents that a finished request never names: what the bureau holds tells, where it shows it.

    `here` and `gone` are our sentences. A document of which that cannot be read is left out.
    """
    if held is None:
        return [Settled(document.document_key, "failed", NO_ANSWER, gone) for document in documents]
    there = already_there(documents, wished, held, period, here)
    missing = [document for document in documents if as_wished(document, wished, held) is False]
    return there + [Settled(document.document_key, "failed", NO_ANSWER, gone) for document in missing]


def reconcile(
    documents: Sequence[OpenDocument],
    results: Sequence[DocumentResult],
    wished: Wished,
    held: Holdings | None,
    differs: str,
) -> list[Settled]:
    """What became of every open document that has its answer; `held` None where it was not compared (R151).

    A document that was compared with an answer in which it cannot be read has none yet.

    `differs` is our sentence for a result that the bureau's own holdings contradict. A repeated selection is a success
    only where the bureau holds it as wished, and keeps the bureau's words either way.
    """
    by_key = {result.document_key: result for result in results}
    answered = [document for document in documents if document.document_key in by_key]
    settled = (_one(document, by_key[document.document_key], wished, held, differs) for document in answered)
    return [one for one in settled if one is not None]


def _one(
    document: OpenDocument, result: DocumentResult, wished: Wished, held: Holdings | None, differs: str
) -> Settled | None:
    key = document.document_key
    if result.outcome == "refused":
        return Settled(key, "failed", result.code, result.text)
    compared = held is not None and as_wished(document, wished, held)
    if compared is None:
        return None
    if compared or (held is None and result.outcome == "done"):
        holding = None if held is None else held.get(key)
        period = result.tax_period or (holding.period if holding else None)
        return Settled(key, "succeeded", result.code, result.text, period)
    if result.outcome == "already":
        return Settled(key, "failed", result.code, f"{result.text}：{differs}")
    return Settled(key, "failed", DIFFERS, f"{differs}（{result.code} {result.text}）")


def verdict(tally: DocumentCounts, partly: str, wholly: str) -> tuple[str, str] | None:
    """The code and words of a request that failed; None where every document is done.

    One reason for all is told in its own words; `partly` and `wholly` are said of several.
    """
    if not tally.failed:
        return None
    if not tally.succeeded and len(tally.refusals) == 1:
        code, text = tally.refusals[0]
        return code, text
    if any(code == DIFFERS for code, _ in tally.refusals):
        return DIFFERS, partly if tally.succeeded else wholly
    return ("PARTLY_FAILED", partly) if tally.succeeded else ("ALL_FAILED", wholly)
