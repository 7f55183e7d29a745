"""用户上传: layout files that people bring, beside those of the bureau; who wins says the signature (R137)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row

from fapiao.bounds import bound
from fapiao.errors import BadInput
from fapiao.layout.media import FROM_BUREAU, kind_of
from fapiao.layout.package import OfdPackage
from fapiao.layout.rows import file_row
from fapiao.queries import query
from fapiao.rules.book import rulebook
from fapiao.safe_xml import UnreadableFile
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language
from hooks.enterprise.permissions import demand
from hooks.files.layout_files import LayoutFiles
from hooks.files.snapshots import ofd_rows
from hooks.files.store import FileStore, digest
from hooks.pool.sessions import acting

Connection = psycopg.Connection[Any]
Upload = Literal["stored", "unchanged", "kept"]
"""A user's file was taken, was there already, or the bureau's signed file stays (R137)."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An invoice as one company holds it, and its 核算组织."""

    direction: str
    taxpayer_no: str
    document_key: str
    org_code: str | None


def store_user_file(connection: Connection, store: FileStore, holder: Holder, file_type: str, content: bytes) -> Upload:
    """Stores a file that a user uploads (用户上传), in the caller's transaction.

    A signed invoice keeps the file that came from the bureau; an unsigned one takes the user's (R137, S1 §3.3).
    Raises BadInput for an unknown kind, an empty or too large file, or an invoice that the pool does not hold.
    """
    _check_upload(file_type, content)
    document_key, direction = holder.document_key, holder.direction
    files = LayoutFiles(connection, direction, holder.taxpayer_no)
    files.lock()
    standing = files.standing(document_key, file_type)
    if standing is None:
        values = {"direction": _labelled(direction), "number": document_key, "taxpayer": holder.taxpayer_no}
        raise BadInput([sentence("user_files.gone", **values)])
    signed, source, sha256 = standing
    if sha256 == digest(content):
        return "unchanged"
    if signed and source == "bureau":
        return "kept"
    stored = store.put(content)
    if file_type == "ofd":
        files.store(ofd_rows(store, document_key, "user", content), None)
    else:
        files.store([file_row(document_key, file_type, "user", stored, len(content))], None)
    return "stored"


def _check_upload(file_type: str, content: bytes) -> None:
    if file_type not in FROM_BUREAU:
        raise BadInput([sentence("user_files.no_kind", kind=file_type, known=listed(FROM_BUREAU))])
    largest = bound("layout_file_bytes")
    if not content or len(content) > largest.value:
        raise BadInput([sentence("user_files.size", kind=file_type, size=len(content), most=largest.value)])


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """What became of a file: its name, kind and hash, and the sentence for people."""

    name: str
    file_type: str
    sha256: str
    outcome: Upload
    sentence: str


def holder_of(connection: Connection, number: str, taxpayer: str | None, direction: str | None) -> Holder:
    """The one invoice of that number. Raises BadInput where the pool has none, or several companies hold it."""
    values = {"number": number, "taxpayer": taxpayer, "direction": direction}
    with connection.cursor(row_factory=class_row(Holder)) as cursor:
        found = cursor.execute(query("files", "holders"), values).fetchall()
    if not found:
        raise BadInput([sentence("user_files.no_holder", number=number)])
    if len(found) > 1:
        held = listed(f"{one.document_key} {_labelled(one.direction)} {one.taxpayer_no}" for one in found)
        raise BadInput([sentence("user_files.several", number=number, held=held)])
    return found[0]


def add_files(
    connection: Connection, store: FileStore, holder: Holder, files: Mapping[str, bytes], actor: str
) -> list[StoredUpload]:
    """A verdict on every file, by name; all of them in one transaction, `actor` as who stored them.

    The kind of a file is what its bytes say. Raises BadInput with every problem, and stores nothing then.
    """
    demand(connection, actor, "import", [(holder.document_key, holder.org_code)])
    kinds = {name: kind_of(content) for name, content in files.items()}
    problems = [sentence("user_files.other_file", name=name) for name, kind in kinds.items() if kind is None]
    broken = [name for name, kind in kinds.items() if kind == "ofd" and not _is_ofd(files[name])]
    problems += [sentence("user_files.broken_ofd", name=name) for name in broken]
    given = list(kinds.values())
    problems += [sentence("user_files.twice", kind=kind) for kind in FROM_BUREAU if given.count(kind) > 1]
    if problems:
        raise BadInput(problems)
    with acting(connection, actor):
        return [_uploaded(connection, store, holder, name, kinds[name] or "", files[name]) for name in files]


def _labelled(direction: str) -> str:
    return rulebook().codes_of("direction").get(direction, direction) if language() == "zh" else direction


def _is_ofd(content: bytes) -> bool:
    """Whether a ZIP is one: a workbook begins alike, and a cut copy has no directory."""
    try:
        return OfdPackage(content).holds("OFD.xml")
    except UnreadableFile:
        return False


def _uploaded(
    connection: Connection, store: FileStore, holder: Holder, name: str, kind: str, content: bytes
) -> StoredUpload:
    outcome = store_user_file(connection, store, holder, kind, content)
    return StoredUpload(name, kind, digest(content), outcome, rulebook().message(f"upload_{outcome}", "import"))
