"""The bytes of layout files: downloaded, checked against what was announced, stored; a slice of time at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fapiao.boundary import boundary
from fapiao.errors import AnswerLost, BureauError, Refused, TryLater
from fapiao.layout.delivery import Announced, Failure
from fapiao.tasks import Claim
from fapiao.texts.catalogue import sentence
from fapiao.texts.said import said
from hooks.channels.file_download import Download
from hooks.files.store import FileStore, digest
from operators.downloads.session import WorkerSession
from operators.leased_queue.guard import is_last_attempt

RENEWAL = timedelta(seconds=10)
"""How often a long row of files tells that its worker is alive; the lease is a minute."""
SLICE = timedelta(minutes=1)
"""How long one row downloads before rows of a higher priority get their turn (R215)."""
MOST_PUT_OFF = 20
"""Files that the host puts off before the row waits for a better moment with all that are left."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where bytes come from and where they go."""

    download: Download
    store: FileStore


@dataclass(slots=True)
class MissingBytes:
    """Files without bytes: refused for good, put off (`late`), or not what was announced (`damaged`)."""

    refused: list[Failure] = field(default_factory=list)
    late: list[Failure] = field(default_factory=list)
    damaged: list[Failure] = field(default_factory=list)

    @property
    def all(self) -> list[Failure]:
        """Every one of them."""
        return [*self.refused, *self.late, *self.damaged]


def store_bytes(session: WorkerSession, claim: Claim, files: Sequence[Announced], reach: Reach) -> MissingBytes | None:
    """Brings every file's bytes into the store that are not there yet; None when the slice of time is over.

    What was stored, now or by a worker that died, is never asked for again, and a file that cannot be had now keeps
    none of the others. Raises TryLater where some were put off, unless this was the last attempt; LoginLost of the
    download, Unusable of the store, LeaseLost when the row went to somebody else.
    """
    missing, last, started = MissingBytes(), is_last_attempt(claim), session.now()
    renewed = started
    why: BureauError | None = None
    for file in files:
        if reach.store.has(file.sha256, file.size):
            continue
        if session.now() - started > SLICE and not (last and why):
            break
        renewed = renew_lease(session, claim, renewed)
        why = _store(file, reach, missing) or why
        if why and len(missing.late) >= MOST_PUT_OFF:
            break
    else:
        if why is None or last:
            return missing
    if why:
        raise TryLater(why.code, why.said, why.advised, why.wait_seconds) from why
    return None


def renew_lease(session: WorkerSession, claim: Claim, renewed: datetime) -> datetime:
    """Renews the lease when it is time. Raises LeaseLost when the row went to somebody else."""
    now = session.now()
    if now - renewed < RENEWAL:
        return renewed
    with session.locked(claim):
        return now


def _store(file: Announced, reach: Reach, missing: MissingBytes) -> BureauError | None:
    """The error that puts the file off, where one does; whatever else an address raises refuses that file."""
    try:
        with boundary(_odd_address):
            content = reach.download(file.url)
    except Refused as refused:
        missing.refused.append(_failure(file, str(refused)))
    except (TryLater, AnswerLost) as late:
        missing.late.append(_failure(file, str(late)))
        return late
    else:
        if (len(content), digest(content)) == (file.size, file.sha256):
            reach.store.put(content)
        else:
            missing.damaged.append(_failure(file, _mismatch(file, content)))
    return None


def _odd_address(raised: BaseException) -> Refused:
    return Refused("FILE_ADDRESS", said("errors.file_address", why=f"{type(raised).__name__}: {raised}"))


def _mismatch(file: Announced, content: bytes) -> str:
    return sentence(
        "errors.file_mismatch",
        document=file.document_key,
        kind=file.file_type,
        size=len(content),
        digest=digest(content),
        wanted_size=file.size,
        wanted=file.sha256,
    )


def _failure(file: Announced, reason: str) -> Failure:
    values = {"invoiceNo": file.document_key, "fileType": file.file_type, "size": file.size, "sha256": file.sha256}
    return Failure(file.document_key, reason, file.reply_id, file.row_no, values)
