"""A file task takes what the bureau announced: checked, stored by hash, with rows, signature and counts in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from fapiao.errors import LeaseLost, Refused, TryLater
from fapiao.layout import reading_apart
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from file_host import FileHost, file_host, page
from hooks.channels.download_channel import DownloadChannel
from hooks.files.store import FolderStore, digest
from hooks.queues.tasks import TaskTable
from layout_rows import company, documents, file_tasks, key, put_downloaded
from layout_samples import LINE, einvoice, files_of, ofd, pdf
from operators.downloads.layout_bytes import MOST_PUT_OFF
from operators.downloads.layout_files import collect_files
from operators.downloads.session import WorkerSession
from task_rows import NOON, RUN, take

Pool = psycopg.Connection[Any]
A, B, C = key(1), key(2), key(3)
SIGN = {("tax_file_auto_sign", "tax_file_auto_sign"): "1"}
NO_CITY = {
    "invoiceNo": B,
    "errorCode": "P2203",
    "message": "必须在发票服务企业基础资料配置企业所属税局地区编码才能下载数电版式文件。",
}


@pytest.fixture
def host() -> Iterator[FileHost]:
    """The bureau's file host."""
    with file_host() as found:
        yield found


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    """The file store of this test."""
    monkeypatch.setenv("FAPIAO_FILES", str(tmp_path / "files"))
    return FolderStore(tmp_path / "files")


@pytest.fixture
def session(pool: Pool, store: FolderStore) -> WorkerSession:
    """A worker's place, with three invoices of one company in the pool."""
    company(pool, "etax")
    documents(pool, [A, B, C])
    pool.commit()
    return WorkerSession(pool, RUN, "worker", lambda: datetime.now(UTC), cast(DownloadChannel, None), rulebook(), {})


def downloaded(pool: Pool, pages: list[bytes], keys: list[str], **changed: Any) -> Claim:
    """A file task whose result pages are stored, in a worker's hands."""
    put_downloaded(pool, pages, keys, **changed)
    return taken_again(pool)


def taken_again(pool: Pool) -> Claim:
    """The row as the next worker gets it."""
    pool.execute("UPDATE sync.task SET lease_until = NULL, not_before = NULL")
    (claim,) = TaskTable(pool).claim("etax", ["downloaded"], "worker", RUN.day, 10, None)
    pool.commit()
    return claim


def row_of(pool: Pool) -> dict[str, Any]:
    """The one file task."""
    (row,) = file_tasks(pool)
    return row


def counts(pool: Pool) -> tuple[int, ...]:
    """Downloaded, inserted, unchanged, failed."""
    row = row_of(pool)
    return tuple(row[f"{name}_count"] for name in ("downloaded", "inserted", "unchanged", "failed"))


def files(pool: Pool) -> dict[tuple[str, str], str]:
    """The hash of every file that counts, by invoice and kind."""
    found = pool.execute("SELECT document_key, file_type, sha256 FROM fapiao.layout_file WHERE superseded_at IS NULL")
    return {(document_key, kind): sha256 for document_key, kind, sha256 in found.fetchall()}


def rejected(pool: Pool) -> list[tuple[Any, ...]]:
    """What did not come, and why."""
    return pool.execute("SELECT document_key, reason FROM pool.rejected_row ORDER BY document_key, reason").fetchall()


@pytest.mark.req("R131", "R136")
def test_every_file_is_stored_byte_for_byte_and_shown(
    pool: Pool, session: WorkerSession, host: FileHost, store: FolderStore
) -> None:
    claim = downloaded(pool, [page(*host.offer(A)), page(*host.offer(B))], [A, B])
    collect_files(session, claim, host.download)
    found = files(pool)
    for number in (A, B):
        for kind, content in files_of(number).items():
            assert store.read(found[number, kind]) == content
        assert store.read(found[number, "snapshot"]).startswith(b"<svg")
    assert (row_of(pool)["status"], counts(pool)) == ("succeeded", (2, 2, 0, 0))


def test_a_row_says_where_the_file_came_from_and_by_which_task(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    claim = downloaded(pool, [page(*host.offer(A))], [A])
    collect_files(session, claim, host.download)
    shown = pool.execute(
        "SELECT file_type, source, size, media_type, batch_no FROM fapiao.layout_file ORDER BY file_type"
    )
    assert [(kind, source, media, batch) for kind, source, _, media, batch in shown.fetchall()] == [
        ("ofd", "bureau", "application/ofd", claim.batch_no),
        ("pdf", "bureau", "application/pdf", claim.batch_no),
        ("snapshot", "converted", "image/svg+xml", claim.batch_no),
        ("xml", "bureau", "application/xml", claim.batch_no),
    ]


def test_the_same_files_again_change_nothing_and_are_not_downloaded(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    collect_files(session, downloaded(pool, [page(*host.offer(A))], [A]), host.download)
    before, host.asked[:] = files(pool), []
    collect_files(session, downloaded(pool, [page(*host.offer(A))], [A]), host.download)
    assert (files(pool), host.asked) == (before, [])
    last = file_tasks(pool)[1]
    assert (last["inserted_count"], last["unchanged_count"]) == (0, 1)


@pytest.mark.req("R137")
@pytest.mark.parametrize(("parameters", "signed"), [(SIGN, [(A, True)]), ({}, [])])
def test_auto_sign_decides_whether_invoices_with_files_are_signed(
    pool: Pool,
    session: WorkerSession,
    host: FileHost,
    parameters: dict[tuple[str, str], str],
    signed: list[tuple[str, bool]],
) -> None:
    claim = downloaded(pool, [page(*host.offer(A), fail=[NO_CITY])], [A, B])
    collect_files(replace(session, parameters=parameters), claim, host.download)
    assert pool.execute("SELECT document_key, signed FROM fapiao.invoice WHERE signed").fetchall() == signed


def test_what_the_bureau_refuses_is_failed_in_its_words(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    claim = downloaded(pool, [page(*host.offer(A), fail=[NO_CITY])], [A, B])
    collect_files(session, claim, host.download)
    assert counts(pool) == (2, 1, 0, 1)
    assert rejected(pool) == [(B, f"[P2203] {NO_CITY['message']}")]


def test_where_every_invoice_is_refused_the_row_fails_with_the_words(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    collect_files(session, downloaded(pool, [page(fail=[NO_CITY])], [B]), host.download)
    row = row_of(pool)
    assert (row["status"], row["error_code"]) == ("download_failed", "FILES_REFUSED")
    assert NO_CITY["message"] in row["error_message"]


def test_an_empty_answer_is_no_data(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    collect_files(session, downloaded(pool, [], [A]), host.download)
    assert (row_of(pool)["status"], counts(pool)) == ("no_data", (0, 0, 0, 0))


@pytest.mark.parametrize("fault", ["corrupt", "short"])
def test_a_damaged_file_is_asked_for_again_and_the_others_are_not(
    pool: Pool, session: WorkerSession, host: FileHost, fault: str
) -> None:
    claim = downloaded(pool, [page(*host.offer(A))], [A])
    host.faults[f"/{A}.pdf"] = [fault]
    with pytest.raises(TryLater, match="与税局告知的不一致") as error:
        collect_files(session, claim, host.download)
    assert error.value.code == "FILE_DAMAGED"
    assert (row_of(pool)["status"], files(pool)) == ("downloaded", {})
    host.asked.clear()
    collect_files(session, taken_again(pool), host.download)
    assert host.asked == [f"/{A}.pdf"]
    assert (counts(pool), len(files(pool))) == ((1, 1, 0, 0), 4)


def test_a_file_that_stays_damaged_fails_its_invoice_with_a_sentence_and_no_other(
    pool: Pool, session: WorkerSession, host: FileHost, store: FolderStore
) -> None:
    claim = downloaded(pool, [page(*host.offer(A), *host.offer(B))], [A, B], attempts=2)
    host.faults[f"/{A}.pdf"] = ["corrupt"]
    collect_files(session, claim, host.download)
    assert counts(pool) == (2, 1, 0, 1)
    ((document_key, reason),) = rejected(pool)
    assert (document_key, "与税局告知的不一致" in reason) == (A, True)
    assert {(number, kind) for number, kind in files(pool) if kind == "pdf"} == {(B, "pdf")}
    assert not store.has(digest(pdf(A)[::-1]), len(pdf(A)))


def test_a_host_that_fails_puts_the_row_off_and_what_came_is_kept(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    claim = downloaded(pool, [page(*host.offer(A))], [A])
    host.faults[f"/{A}.xml"] = ["http_500"]
    with pytest.raises(TryLater, match="HTTP 500"):
        collect_files(session, claim, host.download)
    host.asked.clear()
    collect_files(session, taken_again(pool), host.download)
    assert host.asked == [f"/{A}.xml"]


def test_a_file_that_is_gone_fails_its_invoice(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    claim = downloaded(pool, [page(*host.offer(A), *host.offer(B))], [A, B])
    del host.files[f"/{A}.ofd"]
    collect_files(session, claim, host.download)
    assert counts(pool) == (2, 1, 0, 1)
    assert rejected(pool)[0][0] == A


ODD_ADDRESSES = [
    "http://[bad",
    "http://h:99999/a",
    "http://h:port/a",
    "http://a\tb/c",
    "/a\x7fb",
    "ftp://h/a",
    "file:///etc/passwd",
    "//",
    "http://" + "h" * 65_537,
    "http://xn--a-\u4e2d-/",
    "x" * 65_537,
]


@pytest.mark.finding("F73")
@pytest.mark.parametrize("url", ODD_ADDRESSES, ids=lambda url: url[:20].encode("unicode_escape").decode())
def test_an_odd_address_costs_its_own_file_and_no_other(
    pool: Pool, session: WorkerSession, host: FileHost, url: str
) -> None:
    odd = [host.offer(A)[0] | {"url": url}]
    claim = downloaded(pool, [page(*odd, *host.offer(B), *host.offer(C))], [A, B, C])
    collect_files(session, claim, host.download)
    assert {number for number, _ in files(pool)} == {B, C}
    assert (row_of(pool)["status"], counts(pool)) == ("succeeded", (3, 2, 0, 1))
    ((number, reason),) = rejected(pool)
    assert (number, len(reason) < 3_000) == (A, True)


@pytest.mark.finding("F73")
def test_a_file_that_the_host_never_gives_costs_its_own_invoice_in_the_end(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    claim = downloaded(pool, [page(*host.offer(A), *host.offer(B))], [A, B])
    host.faults[f"/{A}.pdf"] = ["http_500"] * 9
    for _ in range(2):
        with pytest.raises(TryLater, match="HTTP 500"):
            collect_files(session, claim, host.download)
        assert f"/{B}.xml" in host.asked
        claim = replace(taken_again(pool), attempts=claim.attempts + 1)
    collect_files(session, claim, host.download)
    assert (row_of(pool)["status"], counts(pool)) == ("succeeded", (2, 1, 0, 1))
    assert [number for number, _ in rejected(pool)] == [A]
    assert (A, "ofd") in files(pool)


@pytest.mark.finding("F73")
def test_a_host_that_gives_nothing_is_not_asked_for_every_file(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    keys = [key(number) for number in range(10, 20)]
    entries = [entry for number in keys for entry in host.offer(number)]
    host.faults |= {f"/{number}.{kind}": ["http_500"] for number in keys for kind in ("pdf", "ofd", "xml")}
    claim = downloaded(pool, [page(*entries)], keys, attempts=2)
    with pytest.raises(TryLater):
        collect_files(session, claim, host.download)
    assert len(host.asked) == MOST_PUT_OFF


@pytest.fixture
def deadly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading room in which an XML that says so ends the process, as a fault of a native library would."""
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from fapiao.layout import reading, reading_apart, xml_invoice;"
        "read = xml_invoice.read;"
        "xml_invoice.read = lambda content: os.abort() if b'deadly' in content else read(content);"
        "reading_apart.serve()"
    )
    monkeypatch.setattr(reading_apart, "_START", code)


@pytest.mark.finding("F74", "F20")
@pytest.mark.usefixtures("deadly")
def test_a_file_that_ends_its_reader_costs_its_own_lines_and_no_other_file(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    wicked = files_of(A) | {"xml": b"<deadly/>"}
    claim = downloaded(pool, [page(*host.offer(A, wicked), *host.offer(B), *host.offer(C))], [A, B, C])
    collect_files(session, replace(claim, broke_workers=1), host.download)
    assert (row_of(pool)["status"], counts(pool)) == ("succeeded", (3, 3, 0, 0))
    problems = pool.execute("SELECT document_key, file_type, problem FROM fapiao.layout_file WHERE problem IS NOT NULL")
    ((number, kind, problem),) = problems.fetchall()
    assert (number, kind) == (A, "xml")
    assert problem.startswith("no lines: reading it ended the process that read it")
    assert (lines(pool, A), len(lines(pool, B)), len(lines(pool, C))) == ([], 1, 1)
    assert (A, "snapshot") in files(pool)


@pytest.mark.req("R136")
def test_a_broken_ofd_is_stored_without_a_snapshot_and_the_row_says_why(
    pool: Pool, session: WorkerSession, host: FileHost, store: FolderStore
) -> None:
    claim = downloaded(pool, [page(*host.offer(A, files_of(A) | {"ofd": b"PK no ZIP"}))], [A])
    collect_files(session, claim, host.download)
    found = files(pool)
    assert store.read(found[A, "ofd"]) == b"PK no ZIP"
    assert (A, "snapshot") not in found
    problem = pool.execute("SELECT problem FROM fapiao.layout_file WHERE file_type = 'ofd'").fetchone()
    assert problem is not None and problem[0].startswith("no snapshot: the OFD is not a ZIP file")
    assert counts(pool) == (1, 1, 0, 0)


def lines(pool: Pool, document_key: str = A) -> list[tuple[Any, ...]]:
    """The pool's lines of an invoice."""
    return pool.execute(
        "SELECT line_no, goods_name, amount::text, tax_rate::text FROM fapiao.invoice_line WHERE document_key = %s"
        " ORDER BY line_no",
        [document_key],
    ).fetchall()


def test_an_invoice_without_lines_gets_those_of_its_xml(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    second = LINE.replace("*软件*服务", "*软件*许可").replace("13%", "6%")
    host_files = files_of(A) | {"xml": einvoice(A, LINE, second)}
    collect_files(session, downloaded(pool, [page(*host.offer(A, host_files))], [A]), host.download)
    assert lines(pool) == [(1, "*软件*服务", "100.00", "0.13"), (2, "*软件*许可", "100.00", "0.06")]
    assert pool.execute("SELECT column_name FROM pool.change WHERE channel <> ''").fetchall() == [("lines_hash",)]
    assert pool.execute("SELECT status, verification_status FROM fapiao.invoice").fetchone() == (None, None)


def test_lines_that_a_channel_gave_stay(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    pool.execute(
        "INSERT INTO pool.line (direction, taxpayer_no, document_key, line_no, goods_name)"
        " SELECT direction, taxpayer_no, document_key, 1, '原有' FROM pool.document WHERE document_key = %s",
        [A],
    )
    collect_files(session, downloaded(pool, [page(*host.offer(A))], [A]), host.download)
    assert lines(pool) == [(1, "原有", None, None)]


@pytest.mark.req("R274")
def test_the_line_filter_acts_on_the_lines_of_an_xml_too(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    content = einvoice(A, LINE, LINE.replace("*软件*服务", "原价合计"))
    collect_files(session, downloaded(pool, [page(*host.offer(A, files_of(A) | {"xml": content}))], [A]), host.download)
    assert [name for _, name, *_ in lines(pool)] == ["*软件*服务"]
    assert pool.execute("SELECT document_key, goods_name FROM pool.dropped_line").fetchall() == [(A, "原价合计")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"<broken", "not well-formed"), (einvoice(B), "is of invoice"), (b"<Other/>", "begins with Other")],
)
def test_an_xml_that_cannot_be_read_is_stored_and_says_so(
    pool: Pool, session: WorkerSession, host: FileHost, content: bytes, sentence: str
) -> None:
    collect_files(session, downloaded(pool, [page(*host.offer(A, files_of(A) | {"xml": content}))], [A]), host.download)
    problem = pool.execute("SELECT problem FROM fapiao.layout_file WHERE file_type = 'xml'").fetchone()
    assert problem is not None and sentence in problem[0]
    assert (lines(pool), counts(pool)) == ([], (1, 1, 0, 0))


def test_a_row_that_went_to_another_worker_writes_nothing(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    claim = downloaded(pool, [page(*host.offer(A))], [A])
    taken_again(pool)
    with pytest.raises(LeaseLost):
        collect_files(session, claim, host.download)
    assert files(pool) == {}


def ticking(step: timedelta) -> Callable[[], datetime]:
    """A clock that moves on with every look at it."""
    now = NOON

    def look() -> datetime:
        nonlocal now
        now += step
        return now

    return look


def test_a_long_row_keeps_its_lease(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    claim = downloaded(pool, [page(*host.offer(A))], [A])
    pool.execute("UPDATE sync.task SET lease_until = now() - interval '1 second'")
    pool.commit()
    seen: list[Any] = []

    def download(url: str) -> bytes:
        seen.append(pool.execute("SELECT lease_until > now() FROM sync.task").fetchone())
        return host.download(url)

    collect_files(replace(session, now=ticking(timedelta(seconds=9))), claim, download)
    assert seen == [(True,)] * 3


@pytest.mark.req("R215")
def test_a_row_gives_way_after_a_minute_and_goes_on_where_it_was(
    pool: Pool, session: WorkerSession, host: FileHost
) -> None:
    claim = downloaded(pool, [page(*host.offer(A), *host.offer(B))], [A, B])
    slow = replace(session, now=ticking(timedelta(seconds=20)))
    rounds = 0
    while row_of(pool)["status"] == "downloaded":
        rounds += 1
        before = len(host.asked)
        collect_files(slow, claim, host.download)
        assert len(host.asked) > before
        if row_of(pool)["status"] == "downloaded":
            assert files(pool) == {}
            claim = taken_again(pool)
    assert rounds > 1
    assert sorted(host.asked) == sorted(f"/{number}.{kind}" for number in (A, B) for kind in ("pdf", "ofd", "xml"))
    assert (counts(pool), row_of(pool)["attempts"]) == ((2, 2, 0, 0), 0)


def test_a_store_that_takes_nothing_puts_the_row_off(
    pool: Pool, session: WorkerSession, host: FileHost, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(TryLater, match="does not take layout files") as error:
        collect_files(session, downloaded(pool, [page(*host.offer(A))], [A]), host.download)
    assert error.value.code == "FILE_STORE"


def test_a_store_that_cannot_be_opened_puts_the_row_off_too(
    pool: Pool, session: WorkerSession, host: FileHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAPIAO_FILES", "s3://bucket/files")
    with pytest.raises(TryLater, match="install the Airflow provider"):
        collect_files(session, downloaded(pool, [page(*host.offer(A))], [A]), host.download)


def test_a_channel_without_files_says_so(pool: Pool, session: WorkerSession) -> None:
    with pytest.raises(Refused, match="该通道不提供版式文件"):
        collect_files(session, downloaded(pool, [], [A]))


def test_take_sees_only_its_own_channel(pool: Pool, session: WorkerSession) -> None:
    downloaded(pool, [], [A])
    pool.execute("UPDATE sync.task SET lease_until = NULL")
    assert take(pool) == []


def test_a_picture_of_every_ofd_is_the_same_each_time(pool: Pool, session: WorkerSession, host: FileHost) -> None:
    same = {"ofd": ofd()}
    claim = downloaded(pool, [page(*host.offer(A, same), *host.offer(B, same))], [A, B])
    collect_files(session, claim, host.download)
    found = files(pool)
    assert found[A, "snapshot"] == found[B, "snapshot"]
    assert host.asked == [f"/{A}.ofd"]
