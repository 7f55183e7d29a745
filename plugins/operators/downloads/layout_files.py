"""Collect layout files (版式文件): the bytes that the bureau announced into the store, their rows into the pool."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal

from fapiao.errors import Contradiction, Refused, TryLater, Unusable
from fapiao.layout.delivery import Announced, Delivery, Failure, read_delivery
from fapiao.layout.reading import Read, read_file
from fapiao.layout.reading_apart import reading_apart
from fapiao.layout.rows import LayoutFile, file_row
from fapiao.payloads.line_filter import ERROR_GOODS, line_filter
from fapiao.payloads.staged import Context
from fapiao.shown import shown
from fapiao.tasks import Claim
from hooks.channels.file_download import Download, download_of
from hooks.files.layout_files import LayoutFiles
from hooks.files.snapshots import ofd_rows
from hooks.files.store import FileStore, file_store
from hooks.pool.merge import MergeCounts
from hooks.pool.xml_lines import Invoice, complete_lines
from operators.downloads.layout_bytes import Reach, renew_lease, store_bytes
from operators.downloads.session import SessionTables, WorkerSession
from operators.leased_queue.guard import is_last_attempt


@dataclass(slots=True)
class _Taken:
    """What came of the stored bytes: rows for the pool, and invoices read from their XML."""

    rows: list[LayoutFile] = field(default_factory=list)
    invoices: dict[str, Invoice] = field(default_factory=dict)


def collect_files(session: WorkerSession, claim: Claim, download: Download | None = None) -> None:
    """Takes the files of a row in status 数据已下载, whose pages are stored, and settles it.

    Bytes come first and are addressed by their hash, so that a worker that dies leaves nothing but bytes that the next
    one adopts; rows, signatures and counts are one transaction. A long row gives way to others after a slice of time
    and goes on in its turn. Raises TryLater (a damaged file among others), LoginLost or Refused.
    Source: protocols §10.2 O12, R136, R137.
    """
    download = download or _download_of(session)
    delivery = _delivery(session, claim)
    try:
        reach = Reach(download, file_store())
        missing = store_bytes(session, claim, delivery.files, reach)
        if missing is None:
            _give_way(session, claim)
            return
        if missing.damaged and not is_last_attempt(claim):
            raise Contradiction("FILE_DAMAGED", missing.damaged[0].reason)
        taken = _take_all(session, claim, delivery, reach.store)
    except Unusable as store:
        raise TryLater("FILE_STORE", str(store)) from store
    with session.locked(claim) as tables:
        _settle(session, tables, claim, taken, [*delivery.failures, *missing.all])


def _give_way(session: WorkerSession, claim: Claim) -> None:
    with session.locked(claim) as tables:
        tables.queue.postpone(claim)


def _download_of(session: WorkerSession) -> Download:
    found = download_of(session.bureau)
    if found is None:
        raise Refused("NO_FILES")
    return found


def _delivery(session: WorkerSession, claim: Claim) -> Delivery:
    asked = [str(invoice["invoiceNo"]) for invoice in claim.argument.get("invoices", ())]
    with session.transaction() as tables, tables.queue.replies(claim) as replies:
        return read_delivery(((reply["reply_id"], bytes(reply["body"])) for reply in replies), asked)


def _take_all(session: WorkerSession, claim: Claim, delivery: Delivery, store: FileStore) -> _Taken:
    """Reads what is stored, file by file; what has no bytes is a failure already."""
    taken, renewed = _Taken(), session.now()
    with _reader(claim) as read:
        for file in delivery.files:
            renewed = renew_lease(session, claim, renewed)
            if store.has(file.sha256, file.size):
                _take(file, store.read(file.sha256), store, read, taken)
    return taken


def _reader(claim: Claim) -> AbstractContextManager[Read]:
    """Where a worker has ended over the row, one of its files may have ended it: that one shall end no other."""
    return reading_apart() if claim.broke_workers else nullcontext(read_file)


def _take(file: Announced, content: bytes, store: FileStore, read: Read, taken: _Taken) -> None:
    """The file's row, and what was made of it: a snapshot of an OFD, the invoice of an XML."""
    if file.file_type == "ofd":
        taken.rows += ofd_rows(store, file.document_key, "bureau", content, read)
        return
    reading = read(file.file_type, content)
    problem, number = reading.problem, (reading.item or {}).get("invoiceNo")
    if reading.item and number == file.document_key:
        taken.invoices[file.document_key] = Invoice(file.reply_id, reading.item)
    elif reading.item:
        problem = f"no lines: the XML is of invoice {shown(str(number), 40)}, not of {file.document_key}"
    taken.rows.append(file_row(file.document_key, file.file_type, "bureau", file.sha256, file.size, problem))


def _settle(
    session: WorkerSession, tables: SessionTables, claim: Claim, taken: _Taken, failures: Sequence[Failure]
) -> None:
    """Rows, signatures, rejected rows and counts, in the caller's transaction."""
    files = LayoutFiles(tables.connection, claim.direction, claim.taxpayer_no)
    files.lock()
    _complete_lines(session, tables, claim, files, taken)
    stored = files.store(taken.rows, claim.batch_no)
    if failures:
        files.reject(failures, claim.batch_no)
    if taken.rows and session.parameter("tax_file_auto_sign", "tax_file_auto_sign") == "1":
        files.sign({row.document_key for row in taken.rows}, claim, claim.observed_at or session.now())
    if failures and not taken.rows:
        tables.queue.fail(claim, "download_failed", Refused("FILES_REFUSED", failures[0].reason), cost=1)
    else:
        tables.queue.settle(claim, _counts(taken.rows, stored, failures))


def _complete_lines(
    session: WorkerSession, tables: SessionTables, claim: Claim, files: LayoutFiles, taken: _Taken
) -> None:
    """What the channel gave without lines gets them from the XML."""
    lacking = files.without_lines(taken.invoices) if taken.invoices else set()
    if not lacking:
        return
    names = session.parameter(*ERROR_GOODS)
    context = Context(
        direction=claim.direction,
        taxpayer_no=claim.taxpayer_no,
        invoice_type=claim.invoice_type,
        observed_at=claim.observed_at or session.now(),
        line_filter=line_filter(names, "input_download"),
    )
    found = [invoice for key, invoice in taken.invoices.items() if key in lacking]
    complete_lines(tables.connection, claim.batch_no, claim.channel, context, found)


def _counts(rows: Sequence[LayoutFile], stored: set[str], failures: Sequence[Failure]) -> MergeCounts:
    """Counted in invoices: one that lacks a file is failed, though the files it has are stored."""
    failed = {failure.document_key or f"{failure.reply_id}/{failure.row_no}" for failure in failures}
    whole = {row.document_key for row in rows} - failed
    return MergeCounts(
        downloaded=len(whole) + len(failed),
        inserted=len(whole & stored),
        updated=0,
        unchanged=len(whole - stored),
        ignored=0,
        failed=len(failed),
        amount_sum=Decimal(0),
        tax_sum=Decimal(0),
    )
