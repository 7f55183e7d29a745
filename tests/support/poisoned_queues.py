"""Two rows of every queue, a poisoned one before a sound one; what the poison does to its worker is given.

`bomb` goes off where the bureau, the store or the act of a download would be: with the connection of the session.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar, cast

import psycopg
from psycopg.rows import dict_row

from bureau_workbooks import KEY, bring_in, company, export, header, line, run_day
from bureau_workbooks import NOON as FILE_NOON
from fapiao.errors import Refused
from fapiao.rules.book import rulebook
from fapiao.selection.answers import Action, Document, Party, Uploaded
from fapiao.tasks import Claim, RunDay
from fapiao.verification import Question, verification_rules
from hooks.channels.download_channel import DownloadChannel
from hooks.files.store import FolderStore
from operators.downloads.session import WorkerSession
from operators.downloads.worker_pool import WorkerPool
from operators.imports.tasks import ImportSession, work
from operators.leased_queue.session import releasing
from operators.selections.submit import submit
from operators.verifications.worker import VerificationSession, verify_due
from scripted_selection import ScriptedBureau
from selection_room import SelectionRoom
from task_rows import DAY, RUN, put_many

Pool = psycopg.Connection[Any]
Bomb = Callable[[Pool], object]
NOON = datetime(2027, 6, 10, 4, tzinfo=UTC)
_DONE = Refused("DONE", "done", "")


class PoisonedQueue(ABC):
    """One queue with its two rows."""

    table: ClassVar[str]
    view: ClassVar[str]
    status: ClassVar[str] = "status"
    code: ClassVar[str] = "error_code"
    text: ClassVar[str] = "error_message"
    waiting: ClassVar[str]

    def __init__(self, url: str, place: str | None = None) -> None:
        self.url, self.place = url, place or mkdtemp()

    @abstractmethod
    def furnish(self, pool: Pool) -> None:
        """Puts both rows in."""

    @abstractmethod
    def work(self, bomb: Bomb) -> None:
        """One worker over whatever is due."""

    def connect(self) -> Pool:
        """A session of a worker."""
        return psycopg.connect(self.url)

    def rows(self) -> list[dict[str, Any]]:
        """The poisoned row and the sound one, as people see them in the view, with what is counted."""
        with psycopg.connect(self.url, row_factory=dict_row) as pool:
            return pool.execute(
                f"SELECT r.batch_no, v.{self.status} AS status, v.{self.code} AS code, v.{self.text} AS text, v.advice,"
                f" r.broke_workers, r.attempts, r.lease_until, coalesce(r.not_before = 'infinity', false) AS aside"
                f" FROM {self.table} AS r JOIN {self.view} AS v USING (batch_no) ORDER BY r.batch_no"
            ).fetchall()

    def poison(self) -> dict[str, Any]:
        """The poisoned one."""
        return self.rows()[0]

    def sound(self) -> dict[str, Any]:
        """The one behind it."""
        return self.rows()[1]

    def wait_over(self) -> None:
        """Every wait is over that ends by itself, and every lease of a dead worker."""
        with psycopg.connect(self.url, autocommit=True) as pool:
            pool.execute(f"UPDATE {self.table} SET not_before = NULL WHERE not_before < 'infinity'")
            pool.execute(f"UPDATE {self.table} SET lease_until = now() - interval '1 second' WHERE lease_until > now()")
            pool.execute("UPDATE sync.selection SET sent_at = sent_at - interval '1 hour' WHERE finished_at IS NULL")


class Downloads(PoisonedQueue):
    """Two downloads whose answers are kept."""

    table, view, waiting = "sync.task", "fapiao.sync_log", "downloaded"

    def furnish(self, pool: Pool) -> None:
        """Both rows."""
        put_many(pool, 2, status="downloaded")

    def work(self, bomb: Bomb) -> None:
        """One worker."""
        first = self.poison()["batch_no"]

        def act(session: WorkerSession, claim: Claim) -> None:
            if claim.batch_no == first:
                bomb(session.connection)
            with session.locked(claim) as tables:
                tables.queue.fail(claim, "download_failed", _DONE)

        with self.connect() as front:
            channel = cast(DownloadChannel, None)
            session = WorkerSession(front, RUN, "worker", lambda: NOON, channel, rulebook(), {})
            with WorkerPool(session, self.connect, "leqi", 1) as workers:
                workers.run_until_none_due(["downloaded"], act, None)


class Imports(PoisonedQueue):
    """Two files of one company."""

    table, view, waiting = "sync.task", "fapiao.sync_log", "downloading"

    def furnish(self, pool: Pool) -> None:
        """Both rows."""
        company(pool)
        for number in ("1", "2"):
            named = {"数电发票号码": KEY[:-1] + number}
            file = export(Path(self.place) / f"{number}.xlsx", [header(**named)], [line(**named)])
            bring_in(pool, FolderStore(Path(self.place) / "files"), file, work_it=False)

    def work(self, bomb: Bomb) -> None:
        """One worker."""
        with self.connect() as connection:
            first = connection.execute("SELECT sha256 FROM sync.import_file ORDER BY task_id LIMIT 1").fetchone()
            connection.commit()
            store = MinedStore(Path(self.place) / "files", first[0] if first else "", lambda: bomb(session.connection))
            session = ImportSession(connection, run_day(), "worker", lambda: FILE_NOON, store, connect=self.connect)
            with releasing(session):
                work(session)


class MinedStore(FolderStore):
    """A store in which one file is a bomb."""

    def __init__(self, folder: Path, poison: str, bomb: Callable[[], object]) -> None:
        super().__init__(folder)
        self._poison, self._bomb = poison, bomb

    def read(self, sha256: str) -> bytes:
        """The bytes, after the bomb."""
        if sha256 == self._poison:
            self._bomb()
        return super().read(sha256)


class Selections(PoisonedQueue):
    """Two requests on 乐企."""

    table, view, waiting = "sync.selection", "fapiao.selection_log", "unprocessed"

    def furnish(self, pool: Pool) -> None:  # noqa: ARG002 the room has sessions of its own
        """Both rows."""
        room = SelectionRoom(self.url, ScriptedBureau())
        room.company()
        for key in room.documents("A", "B"):
            submit(room.another_run(), room.request([key]), "tester")
        room.close()

    def work(self, bomb: Bomb) -> None:
        """One worker."""
        room = SelectionRoom(self.url, MinedBureau(lambda: bomb(room.session.connection)))
        room.session.connect = self.connect
        try:
            with releasing(room.session):
                room.work()
        finally:
            room.close()


class MinedBureau(ScriptedBureau):
    """A bureau at which the upload of document A is a bomb."""

    def __init__(self, bomb: Callable[[], object]) -> None:
        super().__init__()
        self._bomb = bomb

    def upload(self, party: Party, action: Action, documents: Sequence[Document]) -> Uploaded:
        """The upload, after the bomb."""
        if [one.document_key for one in documents] == ["A"]:
            self._bomb()
        return super().upload(party, action, documents)


class Verifications(PoisonedQueue):
    """Two invoices to be verified."""

    table, view, waiting = "sync.verification", "fapiao.verification", "waiting"
    status, code, text = "state", "result_code", "result_text"

    def furnish(self, pool: Pool) -> None:
        """Both rows."""
        for number in ("1", "2"):
            pool.execute(
                "INSERT INTO sync.verification (direction, taxpayer_no, document_key, invoice_type, invoice_no,"
                " etax_invoice_no, issue_date, total_amount, reason)"
                " VALUES ('input', '91310000MA1EXAMP07', %(key)s, '81', %(key)s, %(key)s, '2027-06-01', 100, 'received')",
                {"key": KEY[:-1] + number},
            )

    def work(self, bomb: Bomb) -> None:
        """One worker."""

        def ask(question: Question) -> bytes:
            if question["invoiceNo"] == KEY[:-1] + "1":
                bomb(session.connection)
            raise _DONE

        run = RunDay("verify_invoices", "run", DAY, DAY.isoformat(), explicit=True)
        with self.connect() as connection:
            session = VerificationSession(
                connection, run, "worker", lambda: NOON, ask, verification_rules(), {}, connect=self.connect
            )
            with releasing(session):
                verify_due(session)


QUEUES: dict[str, type[PoisonedQueue]] = {
    "downloads": Downloads,
    "imports": Imports,
    "selections": Selections,
    "verifications": Verifications,
}
