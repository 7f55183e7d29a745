"""Invariants of selections and verifications: our ledger against what the bureau holds and was asked."""

from collections import Counter
from typing import Any

from invariants import holds
from world import World

Row = dict[str, Any]
_LAST = """
SELECT DISTINCT ON (i.taxpayer_no, i.document_key) i.taxpayer_no, i.document_key, s.operation, i.state, s.batch_no,
    i.result_text
FROM sync.selection_item AS i JOIN sync.selection AS s USING (selection_id)
WHERE s.operation IN ('not_deduct', 'undo_not_deduct') AND i.state IN ('succeeded', 'open')
ORDER BY i.taxpayer_no, i.document_key, s.selection_id DESC
"""
_COUNTED = ("0", "0000", "P2301", "P2302", "P2303")
"""Answers of 查验 that the bureau counts: found, not found, another invoice, too often."""
_NOT_DEDUCTED = "6"
"""fpyt 不抵扣; no seed has it."""


@holds("what we say is selected is selected at the bureau, and the other way round, unless a request is still open")
def selections_are_the_bureaus(world: World) -> list[Row]:
    """By the newest request of a document that succeeded or is open."""
    last = {(row["taxpayer_no"], row["document_key"]): row for row in world.rows(_LAST)}
    found = []
    for one in world.bureau.ask("documents")["documents"]:
        ours = last.get((one["nsrsbh"], one["key"]))
        at_bureau = one["statuses"]["fpyt"] == _NOT_DEDUCTED
        settled = ours is None or ours["state"] == "succeeded"
        wanted = ours is not None and ours["operation"] == "not_deduct"
        if one["fplx"] == "customs" and settled and wanted != at_bureau:
            found.append({"key": one["key"], "fpyt": one["statuses"]["fpyt"], "ours": ours})
    return found


@holds("the bureau was not asked to verify a document more than five times a day")
def the_bureau_is_asked_five_times_at_most(world: World) -> list[Row]:
    """By the bureau's own journal."""
    asked: Counter[tuple[str, str, str]] = Counter()
    for call in world.bureau.ask("journal", service="invoiceCheck")["calls"]:
        if call["returncode"] not in _COUNTED:
            continue
        request = call["request"] or {}
        asked[call["at"][:10], str(request.get("invoiceCode", "")), str(request.get("invoiceNo", ""))] += 1
    return [{"asked": key, "times": times} for key, times in asked.items() if times > 5]
