"""Layout files of the four types, from the simulated bureau over the gateway into store and pool, byte for byte."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fapiao.downloads.protocol import PartCursor
from fapiao.errors import TryLater
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from hooks.files.store import FolderStore
from hooks.queues.tasks import TaskTable
from layout_rows import company, documents, download, file_tasks, plan, scheme
from operators.downloads.layout_files import collect_files
from operators.downloads.session import WorkerSession
from rehearsal import GENERAL
from simulator.gateway import files as bureau_files
from stands import KINDS, Stand, standing
from task_rows import NOON, OWNER, RUN

Pool = psycopg.Connection[Any]
ETAX = next(kind for kind in KINDS if kind.channel == "etax")


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """电子税局's hook and a bureau that knows the company."""
    with standing(ETAX, monkeypatch) as found:
        yield found


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    """The file store of this test."""
    monkeypatch.setenv("FAPIAO_FILES", str(tmp_path / "files"))
    return FolderStore(tmp_path / "files")


@pytest.fixture
def session(pool: Pool, stand: Stand, store: FolderStore) -> WorkerSession:
    """A worker on 电子税局."""
    assert OWNER == GENERAL
    company(pool, "etax")
    scheme(pool)
    return WorkerSession(pool, RUN, "worker", lambda: datetime.now(UTC), stand.hook, rulebook(), {})


def planned(pool: Pool, stand: Stand, fplx: str, count: int = 1) -> list[str]:
    """Invoices at the bureau that a full download saw, and the file task it caused; their numbers."""
    keys = stand.seed(count, fplx=fplx)
    documents(pool, keys, fplx, day="2027-01-05")
    assert plan(pool, download(pool, keys, invoice_type=fplx, channel="etax")).tasks == 1
    return keys


def delivered(session: WorkerSession, stand: Stand) -> Claim:
    """The task applied for and its pages stored, as collect does it before any file is taken."""
    pool, tasks = session.connection, TaskTable(session.connection)
    (claim,) = tasks.claim("etax", ["pending"], "worker", RUN.day, 1, None)
    request = replace(session.request(claim), observed_at=NOON)
    applied = stand.hook.apply(request)
    tasks.accepted(claim, applied, NOON)
    first = stand.ready(request, applied)
    for number, page in enumerate(stand.rest(request, applied, first)):
        tasks.store(claim, PartCursor(1, {}, stored=number), page)
    tasks.downloaded(claim)
    pool.execute("UPDATE sync.task SET lease_until = NULL")
    (claim,) = tasks.claim("etax", ["downloaded"], "worker", RUN.day, 1, None)
    pool.commit()
    return claim


def held_by_the_bureau(stand: Stand, number: str) -> dict[str, bytes]:
    """The files as the bureau makes them."""
    (document,) = stand.bureau.bureau.store.find(number)
    return {kind: bureau_files.made(document, kind) for kind in bureau_files.MAKERS}


def shown(pool: Pool, number: str) -> dict[str, str]:
    """The hash of each file that the pool shows."""
    return dict(
        pool.execute("SELECT file_type, sha256 FROM fapiao.layout_file WHERE document_key = %s", [number]).fetchall()
    )


@pytest.mark.req("R130", "R131", "R133", "R136")
@pytest.mark.parametrize("fplx", ["82", "81", "61", "51"])
def test_files_of_each_type_are_those_of_the_bureau(
    pool: Pool, session: WorkerSession, stand: Stand, store: FolderStore, fplx: str
) -> None:
    (number,) = planned(pool, stand, fplx)
    collect_files(session, delivered(session, stand))
    found = shown(pool, number)
    for kind, content in held_by_the_bureau(stand, number).items():
        assert store.read(found[kind]) == content
    picture = store.read(found["snapshot"]).decode()
    assert number in picture
    (row,) = file_tasks(pool)
    assert (row["status"], row["inserted_count"], row["failed_count"]) == ("succeeded", 1, 0)


def test_more_files_than_a_page_holds_all_come(pool: Pool, session: WorkerSession, stand: Stand) -> None:
    keys = planned(pool, stand, "81", count=70)
    collect_files(session, delivered(session, stand))
    counted = pool.execute("SELECT count(*), count(DISTINCT document_key) FROM fapiao.layout_file").fetchone()
    assert counted == (4 * len(keys), len(keys))


def test_an_invoice_without_lines_has_those_of_the_bureaus_xml(
    pool: Pool, session: WorkerSession, stand: Stand
) -> None:
    (number,) = planned(pool, stand, "81")
    collect_files(session, delivered(session, stand))
    found = pool.execute("SELECT goods_name, amount FROM pool.line WHERE document_key = %s", [number]).fetchall()
    assert found
    assert all(name and amount is not None for name, amount in found)


def test_a_corrupt_file_is_never_stored(pool: Pool, session: WorkerSession, stand: Stand, store: FolderStore) -> None:
    (number,) = planned(pool, stand, "81")
    claim = delivered(session, stand)
    stand.fault("corrupt_file", "file")
    with pytest.raises(TryLater, match="与税局告知的不一致"):
        collect_files(session, claim)
    collect_files(session, claim)
    for kind, content in held_by_the_bureau(stand, number).items():
        assert store.read(shown(pool, number)[kind]) == content


def test_what_the_bureau_does_not_know_is_failed_in_its_words(pool: Pool, session: WorkerSession, stand: Stand) -> None:
    planned(pool, stand, "81")
    stranger = "27442000009999999999"
    pool.execute(
        "UPDATE sync.task SET argument = jsonb_insert(argument, '{invoices, 0}', %s) WHERE job = 'layout_files'",
        [psycopg.types.json.Jsonb({"invoiceType": "27", "invoiceNo": stranger, "invoiceDate": "2027-01-05"})],
    )
    collect_files(session, delivered(session, stand))
    (row,) = file_tasks(pool)
    assert (row["downloaded_count"], row["inserted_count"], row["failed_count"]) == (2, 1, 1)
    ((key, reason),) = pool.execute("SELECT document_key, reason FROM pool.rejected_row").fetchall()
    assert (key, reason.startswith("[")) == (stranger, True)


def test_a_token_that_ends_between_two_files_is_renewed(pool: Pool, session: WorkerSession, stand: Stand) -> None:
    (number,) = planned(pool, stand, "81")
    claim = delivered(session, stand)
    stand.fault("token_revoked", "file")
    collect_files(session, claim)
    assert len(shown(pool, number)) == 4
