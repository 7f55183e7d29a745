"""What was handed in, kept by its hash and then read: parts of one name joined, and each set found its owner."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from fapiao.bureau_files.agreement import Content, agree
from fapiao.bureau_files.layouts import Layout, file_rules
from fapiao.bureau_files.opening import (
    BureauFile,
    MemberRefusal,
    in_order,
    is_beside,
    join_parts,
    open_upload,
    sets_of,
)
from fapiao.bureau_files.records import FileRefusal, RowFate
from fapiao.errors import BadInput
from fapiao.imports.checking import check_documents
from fapiao.imports.documents import FileDocuments, RowRef, RowVerdict
from fapiao.imports.owners import KnownOwner, Owner, owner_of, refuse_strangers
from fapiao.imports.requests import ImportRequest
from fapiao.imports.uncollected import uncollected
from fapiao.payloads.line_filter import ERROR_GOODS
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI
from fapiao.whole_file import read_whole
from hooks.files.readings import reading
from hooks.files.store import FileStore
from hooks.queues.imports import FileSet, Source

_NOT_ALL_PARTS = "同一次申请的另一个分卷有问题，这个分卷也没有导入；请把所有分卷一起重新上传"


@dataclass(slots=True)
class ReadFiles:
    """The files of one company and direction by their number, and what their rows make.

    `documents` is None where the files are still to be read; `exported_at` is when the bureau wrote them, if they tell;
    `scheme_ids` the download schemes that they are imported into.
    """

    owner: Owner
    sources: dict[int, Source]
    documents: FileDocuments | None
    exported_at: datetime | None = None
    scheme_ids: tuple[int, ...] = ()

    def file_set(self) -> FileSet:
        """What the pool keeps of it."""
        found = self.documents.found if self.documents else []
        types = sorted({document.values["invoice_type"] for document in found if document.values.get("invoice_type")})
        kinds = {one.document for one in found}
        kind = next(iter(kinds)) if len(kinds) == 1 else "invoice"
        argument = {"exported_at": self.exported_at.isoformat()} if self.exported_at else {}
        return FileSet(self.owner, kind, tuple(types), self.sources, argument, self.scheme_ids)


def read_request(
    store: FileStore,
    request: ImportRequest,
    known: Mapping[str, str | None],
    day: date,
    password: str | None,
    refused: list[str] | None = None,
) -> list[ReadFiles]:
    """Keeps the bytes, then opens, recognises and reads every file; one reading per company and direction.

    `day` is the day of the run: no file is newer. Raises BadInput for a file that is not taken, and Unusable where the
    store does not take the bytes. Where `refused` is given, it is told of files in a ZIP that are not, and those beside
    them are, as long as there are any.
    """
    with ExitStack() as read:
        opened = _Opened([], {}, None if refused is None else [])
        for path in request.files:
            _open(opened, path, store, request, password, read)
        readings, wrong = _readings(opened, request, known, day)
    if wrong and (refused is None or not readings):
        raise BadInput(wrong)
    if refused is not None:
        refused += wrong
    return readings


@dataclass(frozen=True, slots=True)
class _Opened:
    """Every workbook once, however often it was handed in, its source by hash, and files of ZIPs that are not taken."""

    files: list[BureauFile]
    sources: dict[str, Source]
    refused: list[MemberRefusal] | None


def _readings(
    opened: _Opened, request: ImportRequest, known: Mapping[str, str | None], day: date
) -> tuple[list[ReadFiles], list[str]]:
    """The readings, and what is wrong with files of ZIPs. Raises BadInput for what is wrong with others."""
    members = opened.refused or []
    numbers = {id(file): number for number, file in enumerate(opened.files, start=1)}
    sources = dict(enumerate(opened.sources.values(), start=1))
    readings: dict[Owner, ReadFiles] = {}
    wrong = [problem for member in members for problem in member.problems]
    for group in sets_of(opened.files):
        try:
            if any(is_beside(member.member, group) for member in members):
                raise FileRefusal(_NOT_ALL_PARTS, group[0].where)
            one = _read_set({numbers[id(file)]: file for file in in_order(group)}, sources, request, known, day)
        except BadInput as refusal:
            if opened.refused is None or any(file.container is None for file in group):
                raise
            wrong += refusal.problems
        else:
            _join(readings, one)
    return list(readings.values()), wrong


def _read_set(
    files: Mapping[int, BureauFile],
    sources: Mapping[int, Source],
    request: ImportRequest,
    known: Mapping[str, str | None],
    day: date,
) -> ReadFiles:
    """The parts of one name. Raises BadInput."""
    first = next(iter(files.values()))
    documents, layouts = _read(files, day)
    if request.surface == "form" and any(layout.tells == "usage" for layout in layouts):
        raise BadInput([f"{first.name}：{rulebook().message('usage_from_file', 'import')}"])
    owner = _owner(first, documents, layouts, request.asked, known)
    refuse_strangers(documents, owner)
    return ReadFiles(owner, {number: sources[number] for number in files}, documents, _exported_at(first, day))


def read_stored(store: FileStore, files: Sequence[tuple[int, str, str]], owner: Owner, day: date) -> FileDocuments:
    """The rows of kept files (number, name, hash) of an owner once more, on `day`. Raises FileRefusal or Unusable."""
    opened = {number: file for number, name, sha256 in files for file in _workbook(store.read(sha256), name)}
    numbers = {id(file): number for number, file in opened.items()}
    joined = FileDocuments()
    for group in join_parts(opened.values()):
        joined.extend(_read({numbers[id(file)]: file for file in group}, day)[0])
    refuse_strangers(joined, owner)
    return joined


def _workbook(content: bytes, name: str) -> Iterator[BureauFile]:
    return open_upload(content, name=name, limit=len(content))


def _open(
    opened: _Opened, path: Path, store: FileStore, request: ImportRequest, password: str | None, read: ExitStack
) -> None:
    """Keeps and opens one file that was handed in; `read` ends the note that it is being read."""
    content = read_whole(path, request.limit, within=request.within)
    uploaded = store.put(content)
    read.enter_context(reading(uploaded, path.name))
    found = open_upload(content, name=path.name, limit=request.limit, password=password, refused=opened.refused)
    for file in found:
        if file.sha256 not in opened.sources:
            store.put(file.content)
            opened.sources[file.sha256] = Source(file.name, file.sha256, len(file.content), path.name, uploaded)
            opened.files.append(file.without_content())


@uncollected()
def _read(files: Mapping[int, BureauFile], day: date) -> tuple[FileDocuments, list[Layout]]:
    """The rows of the parts of one name, and the layouts of their sheets. Raises FileRefusal where the name differs."""
    documents, layouts = FileDocuments(), []
    for number, file in files.items():
        content = Content()
        for part in file.read(documents.notes):
            layouts.append(part.layout)
            alone = _has_no_lines(part.layout)
            for verdict in part.rows():
                content.add(part, verdict)
                _take(documents, RowRef(number, verdict.row.sheet, verdict.row.row_no), part.layout, verdict, alone)
        agree(file.claim, content, file.where)
    repeating = rulebook().parameter_default(*ERROR_GOODS)
    check_documents(documents, day, file_rules().checks, repeating.split(","))
    return documents, layouts


def _take(documents: FileDocuments, place: RowRef, layout: Layout, verdict: RowFate, alone: bool) -> None:
    values = verdict.row.values
    if verdict.kind == "ok" and layout.role == "documents":
        documents.header(layout.document, layout.tells, place, values, alone=alone)
    elif verdict.kind == "ok":
        documents.line(layout.document, layout.tells, place, values)
    elif verdict.kind == "skipped":
        documents.verdicts.append(RowVerdict(place, "skipped", verdict.sentence))
    else:
        waits = {"layout": layout.id, "cells": dict(verdict.row.raw)} if verdict.kind == "quarantined" else None
        key = documents.broken(layout.document, layout.tells, place, values, verdict.kind)
        documents.verdicts.append(RowVerdict(place, verdict.kind, verdict.sentence, key, waits))


def _has_no_lines(layout: Layout) -> bool:
    """Whether the header is the whole face: no layout of the family has lines (机动车)."""
    family = [one for one in file_rules().layouts if one.family == layout.family]
    return layout.tells == "face" and not any(one.role == "lines" for one in family)


def _owner(
    file: BureauFile,
    documents: FileDocuments,
    layouts: Iterable[Layout],
    asked: KnownOwner,
    known: Mapping[str, str | None],
) -> Owner:
    """Raises BadInput where the name says another company or direction than the request."""
    claim, sides = file.claim, [set(layout.directions) for layout in layouts]
    directions = [side for side in ("input", "output") if all(side in one for one in sides)]
    if claim is None:
        return owner_of(file.where, documents.found, directions, asked, known)
    if asked.taxpayer_no not in (None, claim.taxpayer_no) or asked.direction not in (None, claim.direction):
        wanted = " ".join(
            filter(None, [asked.taxpayer_no, {"input": "进项", "output": "销项"}.get(asked.direction or "")])
        )
        raise BadInput([f"{file.where}：文件名为{claim.shown}，与所选的{wanted}不一致。"])
    return owner_of(file.where, documents.found, directions, KnownOwner(claim.taxpayer_no, claim.direction), known)


def _exported_at(file: BureauFile, day: date) -> datetime | None:
    """The start of the day that the stamp of the name begins with, where that is a day (R144); None elsewhere."""
    stamp = file.claim.stamp if file.claim else ""
    try:
        stamped = date.fromisoformat(stamp[:8])
    except ValueError:
        return None
    return datetime.combine(stamped, time(), SHANGHAI) if stamped <= day else None


def _join(readings: dict[Owner, ReadFiles], one: ReadFiles) -> None:
    """The sets of one owner become one task; the oldest export decides what may overwrite what."""
    before = readings.get(one.owner)
    if before is None or before.documents is None or one.documents is None:
        readings[one.owner] = one
        return
    before.sources |= one.sources
    before.documents.extend(one.documents)
    known = [at for at in (before.exported_at, one.exported_at) if at]
    before.exported_at = min(known) if known else None
