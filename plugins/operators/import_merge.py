"""The documents of one import task into the pool: kind by kind in one transaction, every row accounted for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

import psycopg

from fapiao.fields import load_fields
from fapiao.imports.papers import Paper, Papers
from fapiao.imports.uncollected import uncollected
from fapiao.payloads import Context, LineFilter, Staged, translate
from fapiao.tasks import Claim
from hooks.imports import Imports
from hooks.merge import MergeContext, MergeCounts, Stage

Connection = psycopg.Connection[Any]

_NOTHING = MergeCounts(0, 0, 0, 0, 0, 0, Decimal(0), Decimal(0))
_PLACE = itemgetter(1, 2, 3)
_LEFT_OUT = "明细行按配置（errorGoodsNames）不导入。"


@dataclass(slots=True)
class Translated:
    """The papers of one payload kind with their pool rows, and those that cannot be stored."""

    papers: list[Paper]
    staged: Staged
    keys: dict[int, str] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


@uncollected()
def translated(claim: Claim, papers: Papers, wanted: LineFilter | None) -> list[Translated]:
    """The whole documents by payload kind, faces with lines first; `wanted` is the line filter (R276)."""
    context = Context(
        direction=claim.direction,
        taxpayer_no=claim.taxpayer_no,
        invoice_type=claim.document,
        observed_at=_observed(claim),
        tax_org_code=claim.org_code,
        line_filter=wanted,
    )
    by_kind: dict[str, list[Paper]] = {}
    for paper in papers.whole():
        by_kind.setdefault(paper.kind, []).append(paper)
    order = [kind for kind in load_fields().kinds if kind in by_kind]
    return [_translated(kind, by_kind[kind], context) for kind in order]


def _observed(claim: Claim) -> datetime:
    """When the bureau wrote the file: what the request knows of it, else the instant at which it was taken up."""
    exported = claim.argument.get("exported_at")
    if exported:
        return datetime.fromisoformat(str(exported))
    assert claim.observed_at is not None  # noqa: S101 a task that is taken has it
    return claim.observed_at


def _translated(kind: str, papers: list[Paper], context: Context) -> Translated:
    staged = translate(kind, (paper.payload() for paper in papers), context)
    done = Translated(papers, staged)
    done.reasons = {row.row_no - 1: row.reason for row in staged.rejected}
    taken = (index for index in range(len(papers)) if index not in done.reasons)
    done.keys = {index: str(row[0]) for index, row in zip(taken, staged.documents, strict=True)}
    return done


@uncollected()
def merge(
    connection: Connection,
    claim: Claim,
    sources: Sequence[tuple[int, str, str]],
    steps: list[Translated],
    papers: Papers,
) -> MergeCounts:
    """Merges the steps and stores every verdict, in the caller's transaction; returns the counts of the whole task.

    A row that cannot be stored, or waits for a rule, counts as downloaded and failed. Raises MergeError.
    """
    imports = Imports(connection)
    wanted = {key for step in steps for key in step.keys.values()}
    before = imports.known_documents(claim, wanted)
    total = _NOTHING
    for part_no, step in enumerate(steps, start=1):
        total = _added(total, _merge_step(connection, imports, claim, sources, part_no, step))
    lost = sum(told.fate in ("rejected", "quarantined") for told in papers.told)
    total = _added(total, MergeCounts(lost, 0, 0, 0, 0, lost, Decimal(0), Decimal(0)))
    # a file of new documents, as most are, needs no second look
    after = dict.fromkeys(wanted, True) if total.inserted == len(wanted) else imports.known_documents(claim, wanted)
    fates = {key: "unchanged" if not after.get(key) else "updated" if key in before else "inserted" for key in wanted}
    imports.store_verdicts(sorted(_verdicts(claim, steps, papers, fates), key=_PLACE))
    imports.quarantine(claim, list(_waiting(sources, papers)))
    return total


def _merge_step(
    connection: Connection,
    imports: Imports,
    claim: Claim,
    sources: Sequence[tuple[int, str, str]],
    part_no: int,
    step: Translated,
) -> MergeCounts:
    seen = {
        "kind": step.staged.kind,
        "files": [{"no": no, "name": name, "sha256": sha256} for no, name, sha256 in sources],
    }
    reply_id = imports.keep_reading(claim, part_no, seen, len(step.papers), _observed(claim))
    goal = MergeContext(claim.batch_no, claim.channel, claim.direction, claim.taxpayer_no)
    stage = Stage(connection, step.staged.target, goal)
    stage.load(step.staged, reply_id)
    return stage.merge()


def _added(one: MergeCounts, other: MergeCounts) -> MergeCounts:
    names = [column.name for column in fields(MergeCounts)]
    return MergeCounts(**{name: getattr(one, name) + getattr(other, name) for name in names})


def _verdicts(
    claim: Claim, steps: Sequence[Translated], papers: Papers, fates: Mapping[str, str]
) -> Iterator[tuple[Any, ...]]:
    for told in papers.told:
        yield (claim.task_id, *told.place, None, told.fate, told.sentence)
    for step in steps:
        dropped = {(line.document_key, line.line_no) for line in step.staged.dropped}
        for index, paper in enumerate(step.papers):
            key = step.keys.get(index)
            if key is None:
                yield from ((claim.task_id, *place, None, "rejected", step.reasons[index]) for place in paper.places)
            else:
                yield from _of_document(claim, paper, key, fates[key], dropped)


def _of_document(
    claim: Claim, paper: Paper, key: str, fate: str, dropped: set[tuple[str, int]]
) -> Iterator[tuple[Any, ...]]:
    headers = len(paper.places) - len(paper.items)
    for position, place in enumerate(paper.places):
        left_out = (key, position - headers + 1) in dropped
        yield (claim.task_id, *place, key, "skipped" if left_out else fate, _LEFT_OUT if left_out else None)


def _waiting(sources: Sequence[tuple[int, str, str]], papers: Papers) -> Iterator[dict[str, Any]]:
    named = {file_no: (name, sha256) for file_no, name, sha256 in sources}
    for told in papers.told:
        if told.fate == "quarantined":
            name, sha256 = named[told.place.file_no]
            row = {"file_name": name, "sha256": sha256, "sheet": told.place.sheet, "row_no": told.place.row_no}
            yield {**row, "reason": told.sentence, "payload": dict(told.payload or {})}
