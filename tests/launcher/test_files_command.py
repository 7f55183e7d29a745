"""`./fapiao files` shows the layout files of an invoice and takes them out byte for byte."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_uploads import zipped
from fapiao.layout.rows import file_row
from hooks.files.layout_files import LayoutFiles
from hooks.files.snapshots import ofd_rows
from hooks.files.store import FolderStore, digest
from hooks.files.user_files import Holder, store_user_file
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from layout_rows import OBSERVED, company, documents, download, key
from layout_samples import files_of
from task_rows import OWNER

A, B = key(1), key(2)
CONTENT = files_of(A)
USERS = b"%PDF the user's"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool_url: str) -> FolderStore:
    """The store where the command looks for it: in FAPIAO_HOME."""
    monkeypatch.delenv("FAPIAO_FILES", raising=False)
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    return FolderStore(tmp_path / "home" / "files")


@pytest.fixture
def files(store: FolderStore, pool: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]) -> Any:
    """An invoice with its files; types `./fapiao files …` and gives back exit code, output and complaint."""
    company(pool)
    documents(pool, [A, B])
    simple = [file_row(A, kind, "bureau", store.put(CONTENT[kind]), len(CONTENT[kind])) for kind in ("pdf", "xml")]
    store.put(CONTENT["ofd"])
    LayoutFiles(pool, "input", OWNER).store([*simple, *ofd_rows(store, A, "bureau", CONTENT["ofd"])], "B1")
    pool.commit()

    def type_(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["files", *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return type_


def taken_out(folder: Path) -> dict[str, bytes]:
    """What a folder holds."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_every_file_of_an_invoice_is_listed(files: Any) -> None:
    code, out, _ = files(A)
    assert code == 0
    assert [kind for kind in ("pdf", "ofd", "xml", "snapshot") if kind in out] == ["pdf", "ofd", "xml", "snapshot"]
    assert "B1" in out


@pytest.mark.req("R131")
def test_files_come_out_byte_for_byte(files: Any, tmp_path: Path) -> None:
    assert files(A, "--out", tmp_path / "out")[0] == 0
    found = taken_out(tmp_path / "out")
    for kind, content in CONTENT.items():
        assert found[f"{A}_input_{OWNER}.{kind}"] == content
    assert found[f"{A}_input_{OWNER}.svg"].startswith(b"<svg")


def test_every_file_that_is_taken_out_is_on_record(files: Any, pool: psycopg.Connection[Any], tmp_path: Path) -> None:
    files(A, "--out", tmp_path / "out")
    noted = pool.execute("SELECT file FROM sync.log_export").fetchall()
    assert sorted(file for (file,) in noted) == sorted(str(file) for file in (tmp_path / "out").iterdir())


def test_one_kind_can_be_asked_for(files: Any, tmp_path: Path) -> None:
    files(A, "--type", "pdf", "--out", tmp_path / "out")
    assert list(taken_out(tmp_path / "out")) == [f"{A}_input_{OWNER}.pdf"]


def test_what_was_replaced_is_part_of_the_history_only(
    files: Any, store: FolderStore, pool: psycopg.Connection[Any], tmp_path: Path
) -> None:
    store_user_file(pool, store, Holder("input", OWNER, A, None), "pdf", USERS)
    pool.commit()
    files(A, "--type", "pdf", "--out", tmp_path / "now")
    files(A, "--type", "pdf", "--history", "--out", tmp_path / "all")
    assert list(taken_out(tmp_path / "now").values()) == [USERS]
    assert sorted(taken_out(tmp_path / "all").values()) == sorted([USERS, CONTENT["pdf"]])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([B], "has no such file"),
        (["1"], "the pool has no invoice 1"),
        ([A, "--taxpayer", "91310000MA1EXAMPZZ"], "has no such file"),
    ],
)
def test_an_invoice_without_files_is_a_sentence(files: Any, words: list[str], sentence: str) -> None:
    code, out, complaint = files(*words)
    assert (code, out) == (1, "")
    assert sentence in complaint


def test_a_folder_that_takes_nothing_is_a_sentence(files: Any, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    code, _, complaint = files(A, "--out", tmp_path / "out")
    assert code == 1
    assert "does not take the files" in complaint


def test_a_damaged_file_is_not_handed_out(files: Any, store: FolderStore, tmp_path: Path) -> None:
    for place in (tmp_path / "home" / "files").rglob("*"):
        if place.is_file():
            place.write_bytes(b"x" * place.stat().st_size)
    code, _, complaint = files(A, "--out", tmp_path / "out")
    assert (code, "is damaged" in complaint) == (1, True)


@pytest.mark.req("R137")
@pytest.mark.finding("F06")
def test_a_users_file_replaces_the_one_that_nobody_signed(files: Any, tmp_path: Path, store: FolderStore) -> None:
    mine = tmp_path / "mine.PDF"
    mine.write_bytes(USERS)
    code, out, _ = files(A, "--add", mine, "--as", "li")
    assert (code, out) == (0, f"{mine} (pdf, sha256 {digest(USERS)}): 已保存，作为该发票的现行文件。\n")
    assert "与现行文件相同，没有变化。" in files(A, "--add", mine)[1]
    files(A, "--type", "pdf", "--out", tmp_path / "now")
    assert list(taken_out(tmp_path / "now").values()) == [USERS]
    assert "user" in files(A, "--type", "pdf")[1]


@pytest.mark.req("R137")
@pytest.mark.finding("F06")
def test_a_signed_invoice_keeps_the_bureaus_file_and_the_command_says_so(
    files: Any, tmp_path: Path, pool: psycopg.Connection[Any]
) -> None:
    LayoutFiles(pool, "input", OWNER).sign([A], download(pool, [A]), OBSERVED)
    pool.commit()
    mine, missing = tmp_path / "mine.pdf", tmp_path / "mine.xml"
    mine.write_bytes(USERS)
    code, out, _ = files(A, "--add", mine)
    assert (code, "发票已签收，保留税局文件，未覆盖。" in out) == (1, True)
    missing.write_bytes(b"\xef\xbb\xbf <invoice/>")
    files(A, "--type", "pdf", "--out", tmp_path / "now")
    assert list(taken_out(tmp_path / "now").values()) == [CONTENT["pdf"]]
    assert files(B, "--add", missing)[0] == 0


@pytest.mark.parametrize(
    ("number", "contents", "sentence"),
    [
        (A, [b"\x89PNG"], "is neither PDF, OFD nor XML"),
        (A, [USERS, USERS + b"2"], "more than one pdf file"),
        ("1", [USERS], "the pool has no such invoice 1"),
    ],
)
def test_an_upload_that_makes_no_sense_is_a_sentence(
    files: Any, tmp_path: Path, number: str, contents: list[bytes], sentence: str
) -> None:
    paths = [tmp_path / f"{place}.bin" for place in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    code, out, complaint = files(number, "--add", *paths)
    assert (code, out) == (1, "")
    assert sentence in complaint


def test_a_number_that_several_companies_hold_must_say_whose(
    files: Any, tmp_path: Path, pool: psycopg.Connection[Any]
) -> None:
    pool.execute(
        "INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, detail_level,"
        " first_collected_at, channel, batch_no) VALUES ('output', %s, %s, 'invoice', '81', 'header', now(), 'leqi', 'B')",
        [OWNER, A],
    )
    pool.commit()
    mine = tmp_path / "mine.pdf"
    mine.write_bytes(USERS)
    assert "add --taxpayer and --direction" in files(A, "--add", mine)[2]
    assert files(A, "--add", mine, "--direction", "input")[0] == 0


@pytest.mark.req("R137", "R150")
def test_who_may_not_import_for_the_organisation_stores_nothing(
    files: Any, tmp_path: Path, pool: psycopg.Connection[Any]
) -> None:
    pool.execute(
        "INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES ('li', '*', 'auditor', 'x')"
    )
    pool.commit()
    mine = tmp_path / "mine.pdf"
    mine.write_bytes(USERS)
    assert "您没有该操作的权限。" in files(A, "--add", mine, "--as", "li")[2]
    assert "user" not in files(A)[1]


@pytest.mark.finding("F71")
@pytest.mark.parametrize(
    "content", [CONTENT["ofd"][:500], zipped({"xl/workbook.xml": b"<workbook/>"})], ids=["cut", "workbook"]
)
def test_what_only_begins_like_an_ofd_is_not_stored(files: Any, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.ofd"
    file.write_bytes(content)
    code, _, err = files(A, "--add", file)
    assert (code, "x.ofd is no whole OFD" in err) == (1, True)
