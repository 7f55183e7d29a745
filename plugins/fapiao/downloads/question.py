"""Holds what came against what was asked: company, direction, type and days, as far as the answer names them (A-51)."""

from collections.abc import Callable, Mapping
from typing import Any

from fapiao.downloads.protocol import Argument
from fapiao.identifiers import one_spelling
from fapiao.parties import is_old_number, is_stranger
from fapiao.payloads.staged import Aside, Fate
from fapiao.rules.book import rulebook
from fapiao.shown import shown
from fapiao.tasks import Claim

Values = Mapping[str, object]
_MONTH = len("2027-01")
MOST_SEEN = 200
"""Characters of what was seen in the place of what was asked; the whole answer is kept."""
_SJLX = {"input": "1", "output": "2"}
_OWNERS = ("nsrsbh", "gfsbh", "kjywrsbh", "taxNo")
"""Under which names the channels say whose data an answer holds."""


def foreign(claim: Claim, asked: Argument, named: Mapping[str, Any]) -> Aside | None:
    """Why a whole answer is not about the claim's question `asked`; `named` are the fields beside its rows."""
    owner = next((one for name in _OWNERS if (one := _named_value(named, name))), claim.taxpayer_no)
    if owner != claim.taxpayer_no and not is_old_number(owner, claim.taxpayer_no):
        return aside("failed", "WRONG_TAXPAYER", owner)
    kind, side, day = (_named_value(named, name) for name in ("fplx", "sjlx", "gjrq"))
    if claim.document == "invoice" and kind and kind != claim.invoice_type:
        return aside("failed", "WRONG_TYPE", kind)
    if side and side != _SJLX[claim.direction]:
        return aside("failed", "WRONG_PARTY", f"sjlx {side}")
    if day and "gjrq" in asked and day.replace("-", "") != asked["gjrq"]:
        return aside("failed", "WRONG_DAY", day)
    return None


def _named_value(named: Mapping[str, Any], name: str) -> str:
    return one_spelling(str(named.get(name) or ""))


def objection(claim: Claim) -> Callable[[Values], Aside | None]:
    """Judges documents by the columns they would have in the pool: None for one that fits the claim."""
    answered = set(rulebook().answered_under(claim.invoice_type))
    tells_type = (claim.channel, claim.download_type) != ("leqi", "input_status")  # L5, L7: the pool knows the type
    unwanted = answered - set(claim.wanted_types) if claim.wanted_types and tells_type else set[str]()
    first, last = (day.isoformat() if day else "" for day in (claim.window_start, claim.window_end))
    if claim.download_type == "unselected_init":  # asked for by whole months
        first, last = first[:_MONTH], last[:_MONTH]
    by_issue_day = claim.download_type.endswith(("_full", "_init")) and bool(first and last)

    def judge(values: Values) -> Aside | None:
        if values.get("invoice_type") in unwanted:
            return aside("ignored", "OTHER_TYPE", str(values["invoice_type"]))
        if is_stranger(values, claim.taxpayer_no, claim.direction):
            return aside("failed", "WRONG_PARTY", _parties(values))
        day = values.get("issue_date")
        if by_issue_day and day and not first <= str(day)[: len(first)] <= last:
            return aside("failed", "OUTSIDE_WINDOW", str(day))
        return None

    return judge


def aside(fate: Fate, code: str, seen: str) -> Aside:
    """A judgement with its sentence and what was seen."""
    kind = rulebook().invoice_types.get(seen)
    sentence = rulebook().message(f"aside_{code}", "scheduled")
    return Aside(fate, code, f"{sentence}（{kind.name if kind else shown(seen, MOST_SEEN)}）")


def _parties(values: Values) -> str:
    return f"购方{values.get('buyer_tax_no') or '空'}，销方{values.get('seller_tax_no') or '空'}"
