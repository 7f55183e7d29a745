"""The documents of one import task into the pool: kind by kind in one transaction, every row accounted for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

import psycopg

from fapiao.errors import LeaseLost
from fapiao.imports.documents import FileDocument, FileDocuments
from fapiao.imports.uncollected import uncollected
from fapiao.payloads.line_filter import LineFilter
from fapiao.payloads.staged import Context, Rejected, Staged
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import load_fields
from fapiao.tasks import Claim
from hooks.pool.merge import MergeContext, MergeCounts, StagedMerge
from hooks.queues.imports import Imports

Connection = psycopg.Connection[Any]

_TOGETHER = 10_000
"""Documents that are translated and merged at once; the whole file is one transaction all the same."""
_MOST_DOUBTS = 100
"""Sentences that a task keeps; the verdicts have them all."""
_PLACE = itemgetter(1, 2, 3)
_LEFT_OUT = "明细行按配置（errorGoodsNames）不导入。"


@dataclass(slots=True)
class Translated:
    """The documents of one payload kind with their pool rows, and those that cannot be stored."""

    documents: list[FileDocument]
    staged: Staged
    keys: dict[int, str] = field(default_factory=dict)
    rejected: dict[int, Rejected] = field(default_factory=dict)


def translated(claim: Claim, documents: FileDocuments, wanted: LineFilter | None) -> Iterator[Translated]:
    """The whole documents by payload kind, some at a time, faces with lines first; `wanted` is the line filter."""
    context = Context(
        direction=claim.direction,
        taxpayer_no=claim.taxpayer_no,
        invoice_type=claim.document,
        observed_at=_observed(claim),
        tax_org_code=claim.org_code,
        line_filter=wanted,
    )
    by_kind: dict[str, list[FileDocument]] = {}
    for document in documents.whole():
        by_kind.setdefault(document.kind, []).append(document)
    order = [kind for kind in load_fields().kinds if kind in by_kind]
    for kind in order:
        found = by_kind[kind]
        together = _TOGETHER if _are_different(found) else len(found)
        for first in range(0, len(found), together):
            yield _translated(kind, found[first : first + together], context)


def _are_different(documents: Sequence[FileDocument]) -> bool:
    """Whether no document stands twice, as it may in two files: the merge tells those apart that come together."""
    return len({document.values.get("document_key") for document in documents}) == len(documents)


def _observed(claim: Claim) -> datetime:
    """When the bureau wrote the file: what the request knows of it, else the instant at which it was taken up."""
    exported = claim.argument.get("exported_at")
    if exported:
        return datetime.fromisoformat(str(exported))
    assert claim.observed_at is not None  # noqa: S101 a task that is taken has it
    return claim.observed_at


def _translated(kind: str, documents: list[FileDocument], context: Context) -> Translated:
    staged = translate(kind, (document.payload() for document in documents), context)
    done = Translated(documents, staged)
    done.rejected = {row.row_no - 1: row for row in staged.rejected}
    taken = (index for index in range(len(documents)) if index not in done.rejected)
    done.keys = {index: str(row[0]) for index, row in zip(taken, staged.documents, strict=True)}
    return done


@uncollected()
def merge(
    connection: Connection,
    claim: Claim,
    sources: Sequence[tuple[int, str, str]],
    steps: Iterable[Translated],
    documents: FileDocuments,
) -> tuple[MergeCounts, list[str]]:
    """Merges the steps and stores every verdict, in the caller's transaction; the counts and doubts of the whole task.

    While Postgres merges a step, the next is translated. A row that cannot be stored, or waits for a rule, counts as
    downloaded and failed. Raises MergeError, and LeaseLost where the task was stopped meanwhile.
    """
    fates: dict[str, str] = {}
    doubts: list[str] = []
    counts: list[MergeCounts] = []
    with ThreadPoolExecutor(1) as merger:
        merging: Future[MergeCounts] | None = None
        for part_no, step in enumerate(steps, start=1):
            if merging:
                counts.append(merging.result())
            merging = merger.submit(_merge_step, connection, claim, sources, part_no, step, fates, doubts)
        if merging:
            counts.append(merging.result())
    whole = sum(counts, _without_document(Imports(connection), claim, sources, documents))
    return whole, [*dict.fromkeys(doubts), *documents.doubts()][:_MOST_DOUBTS]


def _without_document(
    imports: Imports, claim: Claim, sources: Sequence[tuple[int, str, str]], documents: FileDocuments
) -> MergeCounts:
    """Stores the verdicts on rows that make no document, and keeps those that wait for a rule; their counts."""
    imports.store_verdicts(
        [(claim.task_id, *one.place, one.document_key, one.fate, one.sentence) for one in documents.verdicts]
    )
    imports.quarantine(claim, list(_waiting(sources, documents)))
    lost = sum(verdict.fate in ("rejected", "quarantined") for verdict in documents.verdicts)
    return MergeCounts(lost, 0, 0, 0, 0, lost, Decimal(0), Decimal(0))


def _merge_step(
    connection: Connection,
    claim: Claim,
    sources: Sequence[tuple[int, str, str]],
    part_no: int,
    step: Translated,
    fates: dict[str, str],
    doubts: list[str],
) -> MergeCounts:
    """With the verdicts on its rows; `fates` and `doubts` are those of the documents of all steps so far."""
    imports, keys = Imports(connection), list(step.keys.values())
    if not imports.is_mine(claim):
        raise LeaseLost(claim.batch_no)
    if part_no > 1:
        imports.know_the_pool()
    files = [{"no": no, "name": name, "sha256": sha256} for no, name, sha256 in sources]
    seen = {"kind": step.staged.kind, "files": files}
    reply_id = imports.keep_reading(claim, part_no, seen, len(step.documents), _observed(claim))
    before = imports.known_documents(claim, keys)
    goal = MergeContext(claim.batch_no, claim.channel, claim.direction, claim.taxpayer_no)
    stage = StagedMerge(connection, step.staged.target, goal)
    stage.load(step.staged, reply_id)
    if step.staged.target == "headers":
        doubts += imports.contradicted(claim)
    counts = stage.merge()
    doubts += stage.doubts
    # a file of new documents, as most are, needs no second look
    after = dict.fromkeys(keys, True) if counts.inserted == len(keys) else imports.known_documents(claim, keys)
    for key in keys:
        if fates.get(key, "unchanged") == "unchanged":
            fates[key] = _fate(before=key in before, written=after.get(key, False))
    imports.store_verdicts(sorted(_verdicts(claim, step, fates), key=_PLACE))
    return counts


def _fate(*, before: bool, written: bool) -> str:
    """What became of a document that the pool held before or not, and that this task wrote or not."""
    if not written:
        return "unchanged"
    return "updated" if before else "inserted"


def _verdicts(claim: Claim, step: Translated, fates: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    dropped = {(line.document_key, line.line_no) for line in step.staged.dropped}
    for index, document in enumerate(step.documents):
        key = step.keys.get(index)
        if key is None:
            why = step.rejected[index]
            yield from ((claim.task_id, *place, why.document_key, "rejected", why.reason) for place in document.places)
        else:
            yield from _of_document(claim, document, key, fates[key], dropped)


def _of_document(
    claim: Claim, document: FileDocument, key: str, fate: str, dropped: set[tuple[str, int]]
) -> Iterator[tuple[Any, ...]]:
    headers = len(document.places) - len(document.items)
    for position, place in enumerate(document.places):
        left_out = (key, position - headers + 1) in dropped
        doubtful = "".join(document.warnings) if position == 0 else ""
        yield (claim.task_id, *place, key, "skipped" if left_out else fate, _LEFT_OUT if left_out else doubtful or None)


def _waiting(sources: Sequence[tuple[int, str, str]], documents: FileDocuments) -> Iterator[dict[str, Any]]:
    named = {file_no: (name, sha256) for file_no, name, sha256 in sources}
    for verdict in documents.verdicts:
        if verdict.fate == "quarantined":
            name, sha256 = named[verdict.place.file_no]
            row = {"file_name": name, "sha256": sha256, "sheet": verdict.place.sheet, "row_no": verdict.place.row_no}
            yield {**row, "reason": verdict.sentence, "payload": dict(verdict.payload or {})}
