"""What was handed in, kept by its hash and then read: parts of one name joined, and each set found its owner."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time

from fapiao.bureau_files.agreement import Content, agree
from fapiao.bureau_files.layouts import Layout, file_rules
from fapiao.bureau_files.opening import BureauFile, join_parts, open_upload
from fapiao.bureau_files.records import RowFate
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
    store: FileStore, request: ImportRequest, known: Mapping[str, str | None], day: date, password: str | None
) -> list[ReadFiles]:
    """Keeps the bytes, then opens, recognises and reads every file; one reading per company and direction.

    `day` is the day of the run: no file is newer. Raises FileRefusal for a file that is not taken, and Unusable
    where the store does not take the bytes.
    """
    with ExitStack() as read:
        return _readings(_opened(store, request, password, read), request, known, day)


def _readings(
    opened: tuple[list[BureauFile], dict[int, Source]],
    request: ImportRequest,
    known: Mapping[str, str | None],
    day: date,
) -> list[ReadFiles]:
    files, sources = opened
    numbers = {id(file): number for number, file in enumerate(files, start=1)}
    readings: dict[Owner, ReadFiles] = {}
    for group in join_parts(files):
        numbered = {numbers[id(file)]: file for file in group}
        documents, layouts = _read(numbered, day)
        if request.surface == "form" and any(layout.tells == "usage" for layout in layouts):
            raise BadInput([f"{group[0].name}: {rulebook().message('usage_from_file', 'import')}"])
        owner = _owner(group[0], documents, layouts, request.asked, known)
        refuse_strangers(documents, owner)
        own = {number: sources[number] for number in numbered}
        _join(readings, ReadFiles(owner, own, documents, _exported_at(group[0], day)))
    return list(readings.values())


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


def _opened(
    store: FileStore, request: ImportRequest, password: str | None, read: ExitStack
) -> tuple[list[BureauFile], dict[int, Source]]:
    """Every workbook once, however often it was handed in; `read` ends the notes that they are being read."""
    files: list[BureauFile] = []
    sources: dict[str, Source] = {}
    for path in request.files:
        content = read_whole(path, request.limit, within=request.within)
        uploaded = store.put(content)
        read.enter_context(reading(uploaded, path.name))
        for file in open_upload(content, name=path.name, limit=request.limit, password=password):
            if file.sha256 in sources:
                continue
            store.put(file.content)
            sources[file.sha256] = Source(file.name, file.sha256, len(file.content), path.name, uploaded)
            files.append(file.without_content())
    return files, dict(enumerate(sources.values(), start=1))


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
        raise BadInput([f"{file.where}: 文件名为{claim.shown}，与所选的{wanted}不一致。"])
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
