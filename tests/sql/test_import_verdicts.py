"""Every verdict has its file and task, although no row of a COPY is looked up by itself."""

import psycopg
import pytest

from bureau_workbooks import bring_in, company, export, header, line
from fapiao.queries import query
from hooks.files.store import FolderStore

Pool = psycopg.Connection


@pytest.fixture
def imported(pool: Pool, tmp_path) -> tuple[int, int]:
    """Task and number of a file that was imported."""
    company(pool)
    bring_in(pool, FolderStore(tmp_path / "files"), export(tmp_path, [header()], [line()]))
    row = pool.execute("SELECT task_id, file_no FROM sync.import_file").fetchone()
    pool.commit()
    return row


def store(pool: Pool, *files: tuple[int, int]) -> None:
    with pool.transaction(), pool.cursor().copy(query("imports", "copy_verdicts")) as copy:
        for row_no, (task_id, file_no) in enumerate(files, start=1):
            copy.write_row((task_id, file_no, "Sheet1", row_no, None, "skipped", "空行"))


def test_a_verdict_on_a_file_of_the_task_is_stored(pool: Pool, imported):
    before = pool.execute("SELECT count(*) FROM sync.import_verdict").fetchone()[0]
    store(pool, imported, imported)
    assert pool.execute("SELECT count(*) FROM sync.import_verdict").fetchone()[0] == before + 2


def test_one_verdict_without_its_file_refuses_them_all(pool: Pool, imported):
    task_id, file_no = imported
    before = pool.execute("SELECT count(*) FROM sync.import_verdict").fetchone()
    for strange in ((task_id, file_no + 1), (task_id + 1, file_no)):
        with pytest.raises(psycopg.errors.ForeignKeyViolation, match=f"task {strange[0]} has no file {strange[1]}"):
            store(pool, imported, strange, imported)
    assert pool.execute("SELECT count(*) FROM sync.import_verdict").fetchone() == before


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM sync.import_file", "UPDATE sync.import_file SET file_no = 9", "TRUNCATE sync.task CASCADE"],
)
def test_a_file_stays_with_its_verdicts(owner: Pool, imported, statement: str):
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        owner.execute(statement)


def test_a_file_has_its_task(pool: Pool, imported):
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="import_file_task_id_fkey"):
        pool.execute(
            "INSERT INTO sync.import_file SELECT -1, file_no, name, sha256, size, uploaded_as, uploaded_sha256"
            " FROM sync.import_file"
        )
