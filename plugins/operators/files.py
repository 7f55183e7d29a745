"""Collect layout files (版式文件): the bytes that the bureau announced into the store, their rows into the pool."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from fapiao.errors import AnswerLost, Refused, TryLater, Unusable
from fapiao.layout import xml_invoice
from fapiao.layout.delivery import Announced, Delivery, Failure, read_delivery
from fapiao.layout.rows import FileRow, file_row
from fapiao.layout.safe_xml import UnreadableFile
from fapiao.payloads import Context, line_filter
from fapiao.tasks import Claim
from hooks.downloads import Download, download_of
from hooks.file_store import FileStore, digest, file_store
from hooks.files import LayoutFiles
from hooks.merge import MergeCounts
from hooks.snapshots import ofd_rows
from hooks.xml_lines import Invoice, complete_lines
from operators.apply import MAX_ATTEMPTS
from operators.desk import Desk, Work

RENEWAL = timedelta(seconds=10)
"""How often a long row of files tells that its worker is alive; the lease is a minute."""
_DAMAGED = "the file is asked for again; what arrived whole is kept"
_NOTHING_LEFT = "the files that came are stored; the others say why in the rejected rows of this batch"


@dataclass(slots=True)
class _Taken:
    """What came of a delivery: rows for the pool, invoices read from their XML, files that are not what they say."""

    rows: list[FileRow] = field(default_factory=list)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    damaged: list[Failure] = field(default_factory=list)
    refused: list[Failure] = field(default_factory=list)


def collect_files(desk: Desk, claim: Claim, download: Download | None = None) -> None:
    """Takes the files of a row in status 数据已下载, whose pages are stored, and settles it.

    Bytes come first and are addressed by their hash, so that a worker that dies leaves nothing but bytes that the next
    one adopts; rows, signatures and counts are one transaction. Raises TryLater (a damaged file among others),
    LoginLost or Refused; what was stored until then is not asked for again. Source: protocols §10.2 O12, R136, R137.
    """
    delivery = _delivery(desk, claim)
    try:
        taken = _take_all(desk, claim, delivery, _Reach(download or _download_of(desk), file_store()))
    except Unusable as store:
        raise TryLater("FILE_STORE", str(store), "the row goes on when the file store works again") from store
    if taken.damaged and claim.attempts + 1 < MAX_ATTEMPTS:
        raise TryLater("FILE_DAMAGED", taken.damaged[0].reason, _DAMAGED)
    with desk.transaction() as work:
        work.tasks.hold(claim)
        _settle(desk, work, claim, taken, [*delivery.failures, *taken.refused, *taken.damaged])


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where bytes come from and where they go."""

    download: Download
    store: FileStore


def _download_of(desk: Desk) -> Download:
    found = download_of(desk.bureau)
    if found is None:
        raise Refused("NO_FILES", "this channel hands out no layout files", "layout files come over channel etax")
    return found


def _delivery(desk: Desk, claim: Claim) -> Delivery:
    asked = [str(invoice["invoiceNo"]) for invoice in claim.argument.get("invoices", ())]
    with desk.transaction() as work, work.tasks.replies(claim) as replies:
        return read_delivery(((reply["reply_id"], bytes(reply["body"])) for reply in replies), asked)


def _take_all(desk: Desk, claim: Claim, delivery: Delivery, reach: _Reach) -> _Taken:
    taken, renewed = _Taken(), desk.now()
    for file in delivery.files:
        renewed = _alive(desk, claim, renewed)
        _take(file, reach, taken)
    return taken


def _alive(desk: Desk, claim: Claim, renewed: datetime) -> datetime:
    """Renews the lease when it is time. Raises LostClaim when the row went to somebody else."""
    now = desk.now()
    if now - renewed < RENEWAL:
        return renewed
    with desk.transaction() as work:
        work.tasks.hold(claim)
    return now


def _take(file: Announced, reach: _Reach, taken: _Taken) -> None:
    """One file: adopted where its bytes are stored, else downloaded, checked and stored."""
    try:
        content = _content(file, reach)
    except Refused as refused:
        taken.refused.append(_failure(file, str(refused)))
        return
    except AnswerLost as lost:
        raise TryLater(lost.code, lost.text, lost.advice, lost.wait_seconds) from lost
    if (len(content), digest(content)) != (file.size, file.sha256):
        taken.damaged.append(_failure(file, _mismatch(file, content)))
        return
    reach.store.put(content)
    taken.rows += _rows(file, content, reach.store, taken.invoices)


def _content(file: Announced, reach: _Reach) -> bytes:
    if reach.store.has(file.sha256, file.size):
        return reach.store.read(file.sha256)
    return reach.download(file.url)


def _mismatch(file: Announced, content: bytes) -> str:
    return (
        f"the {file.file_type} file of invoice {file.document_key} is not what the bureau announced: "
        f"{len(content)} bytes with SHA-256 {digest(content)} instead of {file.size} bytes with {file.sha256}"
    )


def _failure(file: Announced, reason: str) -> Failure:
    told = {"invoiceNo": file.document_key, "fileType": file.file_type, "size": file.size, "sha256": file.sha256}
    return Failure(file.document_key, reason, file.reply_id, file.row_no, told)


def _rows(file: Announced, content: bytes, store: FileStore, invoices: dict[str, Invoice]) -> list[FileRow]:
    """The file's row, and what can be made of it: a snapshot of an OFD, the invoice of an XML."""
    if file.file_type == "ofd":
        return ofd_rows(store, file.document_key, "bureau", content)
    problem = None
    if file.file_type == "xml":
        try:
            invoices[file.document_key] = Invoice(file.reply_id, _item(file, content))
        except UnreadableFile as unreadable:
            problem = f"no lines: {unreadable}"
    return [file_row(file.document_key, file.file_type, "bureau", file.sha256, file.size, problem)]


def _item(file: Announced, content: bytes) -> dict[str, object]:
    invoice = xml_invoice.read(content)
    if invoice["invoiceNo"] != file.document_key:
        raise UnreadableFile(f"the XML is of invoice {invoice['invoiceNo']}, not of {file.document_key}")
    return invoice


def _settle(desk: Desk, work: Work, claim: Claim, taken: _Taken, failures: Sequence[Failure]) -> None:
    """Rows, signatures, rejected rows and counts, in the caller's transaction."""
    files = LayoutFiles(work.connection, claim.direction, claim.taxpayer_no)
    files.lock()
    _complete_lines(desk, work, claim, files, taken)
    stored = files.store(taken.rows, claim.batch_no)
    if failures:
        files.reject(failures, claim.batch_no)
    if taken.rows and desk.parameter("tax_file_auto_sign", "tax_file_auto_sign") == "1":
        files.sign({row.document_key for row in taken.rows}, claim, claim.observed_at or desk.now())
    if failures and not taken.rows:
        work.tasks.fail(claim, "download_failed", Refused("FILES_REFUSED", failures[0].reason, _NOTHING_LEFT), cost=1)
    else:
        work.tasks.settle(claim, _counts(taken.rows, stored, failures))


def _complete_lines(desk: Desk, work: Work, claim: Claim, files: LayoutFiles, taken: _Taken) -> None:
    """What the channel gave without lines gets them from the XML."""
    lacking = files.without_lines(taken.invoices) if taken.invoices else set()
    if not lacking:
        return
    names = desk.parameter("errorGoodsNames", "errorGoodsNames")
    context = Context(
        direction=claim.direction,
        taxpayer_no=claim.taxpayer_no,
        invoice_type=claim.invoice_type,
        observed_at=claim.observed_at or desk.now(),
        line_filter=line_filter(names, "input_download"),
    )
    found = [invoice for key, invoice in taken.invoices.items() if key in lacking]
    complete_lines(work.connection, claim.batch_no, claim.channel, context, found)


def _counts(rows: Sequence[FileRow], stored: set[str], failures: Sequence[Failure]) -> MergeCounts:
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
