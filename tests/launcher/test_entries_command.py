"""`./fapiao entries`, as a person types it."""

from pathlib import Path

import psycopg
import pytest

from customs_rows import customs_document, customs_documents, number, organisation
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from pool_rows import OWNER, changes


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, pool: psycopg.Connection, pool_url: str, tmp_path: Path) -> Path:
    """A file that gives one document of the pool to an organisation."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    organisation(pool, "ORG1", OWNER)
    customs_documents(pool, customs_document(1))
    pool.commit()
    written = tmp_path / "entries.csv"
    written.write_text(f"taxpayer_no,document_key,voucher_no,entry_at\n{OWNER},{number(1)},记-1,2026-11-20\n")
    return written


@pytest.mark.req("R157", "R171")
def test_a_file_is_loaded_in_the_name_of_who_typed_it(file: Path, pool: psycopg.Connection, capsys) -> None:
    assert main(["entries", "load", str(file), "--as", "li"]) == 0
    assert capsys.readouterr().out == "entries: 0 new, 1 changed, 0 unchanged\n"
    assert {batch for *_, batch in changes(pool)} == {"li"}


def test_a_dry_run_says_so_and_a_wrong_file_says_why(file: Path, pool: psycopg.Connection, capsys) -> None:
    assert main(["entries", "load", str(file), "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith("dry run: nothing was saved\n")
    assert changes(pool) == []
    file.write_text(file.read_text().replace("entry_at", "entryat"))
    assert main(["entries", "load", str(file)]) == 1
    assert "this column is unknown; did you mean entry_at?" in capsys.readouterr().err
