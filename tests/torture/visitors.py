"""Sends people into a world: who, with which errand, and what lies in his hands; a place from 0 to 1 decides it all."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from company_group import GRANTS, NOBODY, Company
from filed_documents import lay_file
from simulator.documents.document import Document
from simulator.gateway.rows.face import naming
from world import World

Row = dict[str, Any]
USERS = ("zhang", "zhang", "li", "li", "sun", "wang", NOBODY)
ERRANDS = {
    "void": 4, "terminate": 1, "poll": 4, "retry": 3, "select": 6, "history": 2, "key_elements": 1, "parameters": 1,
    "schemes": 1, "rights": 1, "receive": 3, "upload": 2, "file": 4, "form_import": 1,
}  # fmt: skip
_PAPERS = ("01", "04", "10", "08", "81", "82")


def visit(world: World, place: float) -> None:
    """Somebody comes with an errand."""
    dice = Random(place)  # noqa: S311
    (errand,) = dice.choices(list(ERRANDS), list(ERRANDS.values()))
    by = dice.choice(USERS)
    if errand in ("file", "form_import"):
        name = lay_file(world, dice)
        if errand == "file":
            return
        whose = next(
            (place[1] for place, row in world.filed.items() if row["file"] == name), world.group.companies[0].number
        )
        order: Row = {"path": name, "taxpayer": whose}
    else:
        order = _HANDS.get(errand, lambda *_: {})(world, dice)
    world.tally.add(f"person: {errand}")
    run = f"manual__{errand}__{world.clock.now().isoformat()}__{place}"
    world.workers.start(errand, by=by, place=place, dag=_DAGS.get(errand, "sweep_results"), run=run, **order)


_DAGS = {
    "select": "selection",
    "history": "history_sync",
    "key_elements": "key_element_sync",
    "form_import": "import_bureau_file",
}


def _history(world: World, dice: Random) -> Row:
    company: Company = dice.choice([one for one in world.group.companies if one.channel in ("leqi", "etax")])
    month = (world.today.replace(day=1) - timedelta(days=1 + 30 * dice.randint(0, 5))).strftime("%Y-%m")
    return {"taxpayer": company.number, "channel": company.channel, "month": month}


def _key_elements(world: World, dice: Random) -> Row:
    company: Company = dice.choice(
        [one for one in world.group.companies if one.channel in ("etax", "soft_certificate")]
    )
    return {"org": company.org, "taxpayer": company.number}


def _rights(world: World, dice: Random) -> Row:
    more = [("qian", "BRANCH", "operator")] if dice.random() < 0.5 else []
    return {"grants": [*GRANTS, *more]}


def _receive(world: World, dice: Random) -> Row:
    papers = [one for one in world.bureau.documents() if one.facts.sjlx == "1" and one.facts.kind in _PAPERS]
    chosen: list[Document] = dice.sample(papers, min(2, len(papers)))
    return {"documents": [_paper(world, one) for one in chosen]}


def _paper(world: World, document: Document) -> Row:
    """What stands on the paper of a document."""
    face, named = world.bureau.face(document, world.today), naming(document)
    digital = not named["invoiceCode"]
    return {
        "direction": "input", "taxpayer_no": document.facts.owner.number, "document_key": document.key,
        "invoice_type": document.facts.kind, "invoice_no": named["invoiceNo"], "invoice_code": named["invoiceCode"] or None,
        "etax_invoice_no": named["invoiceNo"] if digital else None, "issue_date": named["invoiceDate"],
        "check_code": face["checkCode"] or None, "amount": face["invoiceAmount"], "total_amount": face["totalAmount"],
    }  # fmt: skip


_HANDS: dict[str, Callable[[World, Random], Row]] = {
    "history": _history, "key_elements": _key_elements, "rights": _rights, "receive": _receive,
}  # fmt: skip
