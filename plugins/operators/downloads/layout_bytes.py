"""The bytes of layout files: downloaded, checked against what was announced, stored; a slice of time at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fapiao.errors import AnswerLost, Refused, TryLater
from fapiao.layout.delivery import Announced, Failure
from fapiao.tasks import Claim
from hooks.channels.file_download import Download
from hooks.files.store import FileStore, digest
from operators.downloads.session import WorkerSession

RENEWAL = timedelta(seconds=10)
"""How often a long row of files tells that its worker is alive; the lease is a minute."""
SLICE = timedelta(minutes=1)
"""How long one row downloads before rows of a higher priority get their turn (R215)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where bytes come from and where they go."""

    download: Download
    store: FileStore


@dataclass(slots=True)
class MissingBytes:
    """Files without bytes: the bureau's host refuses them, or what came is not what was announced."""

    refused: list[Failure] = field(default_factory=list)
    damaged: list[Failure] = field(default_factory=list)


def store_bytes(session: WorkerSession, claim: Claim, files: Sequence[Announced], reach: Reach) -> MissingBytes | None:
    """Brings every file's bytes into the store that are not there yet; None when the slice of time is over.

    What was stored, now or by a worker that died, is never asked for again. Raises TryLater or LoginLost of the
    download, Unusable of the store, LeaseLost when the row went to somebody else.
    """
    missing, started = MissingBytes(), session.now()
    renewed = started
    for file in files:
        if reach.store.has(file.sha256, file.size):
            continue
        if session.now() - started > SLICE:
            return None
        renewed = renew_lease(session, claim, renewed)
        _store(file, reach, missing)
    return missing


def renew_lease(session: WorkerSession, claim: Claim, renewed: datetime) -> datetime:
    """Renews the lease when it is time. Raises LeaseLost when the row went to somebody else."""
    now = session.now()
    if now - renewed < RENEWAL:
        return renewed
    with session.locked(claim):
        return now


def _store(file: Announced, reach: Reach, missing: MissingBytes) -> None:
    try:
        content = reach.download(file.url)
    except Refused as refused:
        missing.refused.append(_failure(file, str(refused)))
    except AnswerLost as lost:
        raise TryLater(lost.code, lost.text, lost.advice, lost.wait_seconds) from lost
    else:
        if (len(content), digest(content)) == (file.size, file.sha256):
            reach.store.put(content)
        else:
            missing.damaged.append(_failure(file, _mismatch(file, content)))


def _mismatch(file: Announced, content: bytes) -> str:
    return (
        f"the {file.file_type} file of invoice {file.document_key} is not what the bureau announced: "
        f"{len(content)} bytes with SHA-256 {digest(content)} instead of {file.size} bytes with {file.sha256}"
    )


def _failure(file: Announced, reason: str) -> Failure:
    values = {"invoiceNo": file.document_key, "fileType": file.file_type, "size": file.size, "sha256": file.sha256}
    return Failure(file.document_key, reason, file.reply_id, file.row_no, values)
