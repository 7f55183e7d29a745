"""Who wins where a user uploads what the bureau delivered: the signature decides (R137)."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from fapiao.errors import BadInput
from fapiao.layout.rows import file_row
from hooks.files.layout_files import LayoutFiles
from hooks.files.snapshots import ofd_rows
from hooks.files.store import FolderStore, digest
from hooks.files.user_files import Holder, Upload, store_user_file
from layout_rows import OBSERVED, company, documents, download, key
from layout_samples import TEXT, ofd
from task_rows import OWNER
from untouched_pool import untouched, untouched_url

__all__ = ["untouched", "untouched_url"]
Pool = psycopg.Connection[Any]
A = key(1)
BUREAU, USER = b"%PDF the bureau's", b"%PDF the user's"


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    """A pool with one invoice."""
    company(untouched)
    documents(untouched, [A])
    return untouched


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """An empty store."""
    return FolderStore(tmp_path)


def files(pool: Pool) -> LayoutFiles:
    """The company's files."""
    return LayoutFiles(pool, "input", OWNER)


def from_bureau(pool: Pool, store: FolderStore, *, sign: bool) -> None:
    """A PDF arrives from the bureau."""
    files(pool).store([file_row(A, "pdf", "bureau", store.put(BUREAU), len(BUREAU))], "B1")
    if sign:
        files(pool).sign([A], download(pool, [A]), OBSERVED)


def upload(pool: Pool, store: FolderStore, content: bytes = USER, kind: str = "pdf", document_key: str = A) -> Upload:
    """A user's upload."""
    return store_user_file(pool, store, Holder("input", OWNER, document_key, None), kind, content)


def present(pool: Pool) -> list[tuple[Any, ...]]:
    """The files that count."""
    return pool.execute(
        "SELECT file_type, source, sha256 FROM fapiao.layout_file WHERE superseded_at IS NULL ORDER BY file_type"
    ).fetchall()


def signed(pool: Pool) -> Any:
    """签收状态."""
    return pool.execute("SELECT signed FROM fapiao.invoice").fetchone()


@pytest.mark.req("R137")
def test_a_signed_invoice_keeps_the_bureaus_file(pool: Pool, store: FolderStore) -> None:
    from_bureau(pool, store, sign=True)
    assert signed(pool) == (True,)
    assert upload(pool, store) == "kept"
    assert present(pool) == [("pdf", "bureau", digest(BUREAU))]


@pytest.mark.req("R137")
def test_an_unsigned_invoice_takes_the_users_file_and_stays_unsigned(pool: Pool, store: FolderStore) -> None:
    from_bureau(pool, store, sign=False)
    assert signed(pool) != (True,)
    assert upload(pool, store) == "stored"
    assert present(pool) == [("pdf", "user", digest(USER))]
    assert signed(pool) != (True,)


def test_what_was_replaced_stays_to_be_seen(pool: Pool, store: FolderStore) -> None:
    from_bureau(pool, store, sign=False)
    upload(pool, store)
    replaced = pool.execute("SELECT sha256 FROM fapiao.layout_file WHERE superseded_at IS NOT NULL").fetchall()
    assert replaced == [(digest(BUREAU),)]
    assert store.read(digest(BUREAU)) == BUREAU


@pytest.mark.req("R137")
def test_signing_leaves_one_change_row_and_only_once(pool: Pool, store: FolderStore) -> None:
    from_bureau(pool, store, sign=True)
    files(pool).sign([A], download(pool, [A]), OBSERVED)
    found = pool.execute(
        "SELECT column_name, old_value, new_value, observed_at FROM pool.change WHERE channel <> ''"
    ).fetchall()
    assert found == [("signed", None, "true", OBSERVED)]


def test_a_signature_does_not_forbid_what_the_bureau_never_sent(pool: Pool, store: FolderStore) -> None:
    from_bureau(pool, store, sign=True)
    assert upload(pool, store, b"<xml/>", "xml") == "stored"
    assert upload(pool, store, b"<xml2/>", "xml") == "stored"


@pytest.mark.parametrize("content", [BUREAU, USER])
def test_the_same_bytes_again_change_nothing(pool: Pool, store: FolderStore, content: bytes) -> None:
    from_bureau(pool, store, sign=False)
    upload(pool, store, content)
    before = present(pool)
    assert upload(pool, store, content) == "unchanged"
    assert present(pool) == before


def test_a_users_ofd_is_drawn_anew(pool: Pool, store: FolderStore) -> None:
    files(pool).store(ofd_rows(store, A, "bureau", ofd(TEXT)), "B1")
    (before,) = [sha for kind, _, sha in present(pool) if kind == "snapshot"]
    upload(pool, store, ofd(TEXT.replace("增值税", "普通")), "ofd")
    (after,) = [sha for kind, _, sha in present(pool) if kind == "snapshot"]
    assert after != before
    assert "普" in store.read(after).decode()


@pytest.mark.req("R136")
def test_an_ofd_that_cannot_be_drawn_is_stored_without_a_snapshot_and_says_so(pool: Pool, store: FolderStore) -> None:
    files(pool).store(ofd_rows(store, A, "bureau", ofd(TEXT)), "B1")
    upload(pool, store, b"no ZIP", "ofd")
    assert present(pool) == [("ofd", "user", digest(b"no ZIP"))]
    problem = pool.execute("SELECT problem FROM fapiao.layout_file WHERE superseded_at IS NULL").fetchone()
    assert problem is not None
    assert problem[0].startswith("no snapshot: the OFD is not a ZIP file")


@pytest.mark.parametrize(
    ("kind", "content", "document_key", "sentence"),
    [
        ("snapshot", USER, A, "不是版式文件的类型；可选：pdf、ofd、xml。"),
        ("exe", USER, A, "不是版式文件的类型；可选：pdf、ofd、xml。"),
        ("pdf", b"", A, "pdf 文件有 0 字节"),
        ("pdf", b"x" * (20 * 2**20 + 1), A, "应在 1 至"),
        ("pdf", USER, key(99), "进项发票"),
    ],
)
def test_an_upload_that_makes_no_sense_is_refused(
    pool: Pool, store: FolderStore, kind: str, content: bytes, document_key: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        upload(pool, store, content, kind, document_key)
    assert present(pool) == []
