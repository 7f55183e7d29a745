"""Imports in the pool: the tasks of a set of files, their queue by company, and what became of every row."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from fapiao.imports.owners import Owner
from fapiao.imports.schemes import ImportScheme
from fapiao.payloads.values import json_text
from fapiao.queries import query
from fapiao.tasks import LEASE, Claim, RunDay
from hooks.pool.heartbeat import beating
from hooks.pool.sessions import end_silent
from hooks.queues.statements import Statements

Connection = psycopg.Connection[Any]
DAG_ID = "import_bureau_file"
_LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a set: its own name and hash, and those of what was handed in (the file itself, or a ZIP)."""

    name: str
    sha256: str
    size: int
    uploaded_as: str
    uploaded_sha256: str


@dataclass(frozen=True, slots=True)
class FileSet:
    """The files of one company and direction, with the types that they hold."""

    owner: Owner
    document: str
    invoice_types: tuple[str, ...]
    sources: Mapping[int, Source]
    argument: Mapping[str, Any]
    scheme_ids: tuple[int, ...] = ()


class Imports(Statements):
    """The import tasks over one connection; the caller owns the transactions."""

    sql_file = "imports"

    def taxpayers(self) -> dict[str, str | None]:
        """Every tax number with its organisation."""
        return dict(self._run("known_taxpayers").fetchall())

    def scheme(self, name: str) -> ImportScheme | None:
        """The download scheme of that name, if there is one."""
        found = self._records(ImportScheme, "scheme", name=name)
        return found[0] if found else None

    def schemes_of(self, claim: Claim) -> list[ImportScheme]:
        """The schemes that a task was imported into, deleted ones too."""
        return self._records(ImportScheme, "schemes_of", task_id=claim.task_id)

    def lock_plans(self, taxpayers: Collection[str]) -> None:
        """One submission of files at a time for these tax numbers, to the end of the transaction."""
        self._run("lock_plans", taxpayers=list(taxpayers))

    def imported_before(self, owner: Owner, hashes: Collection[str]) -> dict[str, str]:
        """Which of these files are imported already without a failed row, by hash with the batch that did it."""
        return dict(self._run("imported_before", hashes=list(hashes), **owner._asdict()).fetchall())

    def plan(self, run: RunDay, sets: Sequence[FileSet], created_by: str) -> list[str]:
        """One task per set, waiting (待同步), under one batch of the run; returns their batch numbers."""
        opened = {"dag_id": run.dag_id, "run_id": run.run_id, "day": run.day, "created_by": created_by}
        row = self.connection.execute(query("plan", "open_batch"), opened).fetchone()
        assert row is not None  # noqa: S101 the statement always returns its row
        batch_no = next(iter(row.values())) if isinstance(row, dict) else row[0]
        planned = [self._plan_one(run, batch_no, one, created_by) for one in sets]
        self._run("note_planned", batch_no=batch_no, tasks=len(planned))
        return planned

    def _plan_one(self, run: RunDay, batch_no: str, files: FileSet, created_by: str) -> str:
        values = {"batch_no": batch_no, "dag_id": run.dag_id, "run_id": run.run_id, "created_by": created_by}
        values |= {"document": files.document, "invoice_types": ",".join(files.invoice_types) or files.document}
        asked = {"argument": Jsonb(dict(files.argument)), "scheme_ids": list(files.scheme_ids)}
        task_id, own_batch_no = self._one("plan", **asked, **values, **files.owner._asdict())
        for file_no, source in files.sources.items():
            self._run("add_file", task_id=task_id, file_no=file_no, **asdict(source))
        return str(own_batch_no)

    def files(self, claim: Claim) -> list[tuple[int, str, str]]:
        """Number, name and hash of the files of a task."""
        return self._run("files", task_id=claim.task_id).fetchall()

    def queues(self, *, suspects: bool) -> list[str]:
        """The companies with files that are due, those that wait longest first; `suspects` may have ended a worker."""
        return [taxpayer_no for (taxpayer_no,) in self._run("queues", suspects=suspects).fetchall()]

    @contextmanager
    def queue(self, taxpayer_no: str, *, wait: float) -> Iterator[bool]:
        """Holds a company's queue for this session (R283); False where somebody else still does after `wait` seconds.

        It asks again and again and waits for no lock: how long a statement may wait for one is another's bound. Whoever
        holds the queue is alive: a session that is frozen with its process ends.
        """
        end = time.monotonic() + wait
        while not (held := self._try_queue(taxpayer_no)) and time.monotonic() < end:
            time.sleep(_LOOK_AGAIN_SECONDS)
            end_silent(self.connection)
        if not held:
            yield False
            return
        try:
            with beating(self.connection):
                yield True
        finally:
            if not self.connection.closed:
                with self.connection.transaction():
                    self._run("unlock_queue", taxpayer_no=taxpayer_no)

    def _try_queue(self, taxpayer_no: str) -> bool:
        with self.connection.transaction():
            return bool(self._one("try_queue", taxpayer_no=taxpayer_no)[0])

    def take(
        self, taxpayer_no: str, owner: str, observed_at: datetime, *, suspects: bool | None = None
    ) -> Claim | None:
        """The oldest due task of a company whose queue is held; 待同步 → 数据预处理中. `suspects` as everywhere."""
        whose = {"taxpayer_no": taxpayer_no, "owner": owner, "observed_at": observed_at}
        found = self._records(Claim, "take", lease=LEASE, suspects=suspects, **whose)
        return found[0] if found else None

    def next_due(self, owner: str) -> tuple[int, float | None]:
        """How many files this worker has put off, and the seconds until the earliest is due; None: for time, never."""
        open_rows, seconds = self._one("next_due", owner=owner)
        return int(open_rows), None if seconds is None else max(float(seconds), 0.0)

    def is_mine(self, claim: Claim) -> bool:
        """Whether neither a person stopped the task nor another worker took it; asked without a lock on it."""
        return self._run("is_mine", task_id=claim.task_id, claim_no=claim.claim_no).fetchone() == (True,)

    def merging(self, claim: Claim) -> None:
        """数据预处理中 → 同步中."""
        self._run("note_merging", task_id=claim.task_id)

    def know_the_pool(self) -> None:
        """Gives the planner its numbers where it has none: it would search a new pool row by row for what comes second.

        They are locked until the end of the transaction.
        """
        row = self._run("has_statistics").fetchone()
        if row and not row[0]:
            self._run("analyse")

    def keep_reading(self, claim: Claim, part_no: int, seen: Mapping[str, Any], row_count: int, at: datetime) -> int:
        """The evidence of one merge step; returns its reply number."""
        body = json_text(dict(seen)).encode()
        values = {"part_no": part_no, "row_count": row_count, "observed_at": at, "body": body}
        return int(self._one("keep_reading", task_id=claim.task_id, **values)[0])

    def known_documents(self, claim: Claim, keys: Collection[str]) -> dict[str, bool]:
        """Of these documents those that the pool holds, and whether this task's batch wrote them last."""
        owner = {"taxpayer_no": claim.taxpayer_no, "direction": claim.direction, "batch_no": claim.batch_no}
        return dict(self._run("known_documents", keys="\n".join(keys), **owner).fetchall())

    def store_verdicts(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Task, file, sheet, row, document, verdict and sentence of every row."""
        statement = query("imports", "copy_verdicts")
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def quarantine(self, claim: Claim, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows that wait for a rule, and those that waited and are documents now."""
        owner = {"taxpayer_no": claim.taxpayer_no, "direction": claim.direction, "batch_no": claim.batch_no}
        if rows:
            self._run("quarantine", rows=Jsonb([dict(row) for row in rows]), **owner)
        self._run("release", task_id=claim.task_id, **owner)

    def contradicted(self, claim: Claim) -> list[str]:
        """A sentence about every staged document of a list whose face is another in the pool."""
        rows = self._run("contradicted", direction=claim.direction, taxpayer_no=claim.taxpayer_no).fetchall()
        sentence = "票据{}：文件中的开票日期和金额（{}）与全票池（{}）不同，全票池未改，请核对。"
        return [sentence.format(*row) for row in rows]

    def waiting_files(self, organisations: Sequence[str] | None) -> list[tuple[Owner, tuple[int, ...], Source]]:
        """The files with rows in quarantine, by whose they are and the schemes they were imported into; None is all."""
        rows = self._run("waiting_files", organisations=organisations).fetchall()
        return [(Owner(*row[:2]), tuple(row[2]), Source(*row[3:])) for row in rows]

    def outcome(self, batches: Sequence[str]) -> list[dict[str, Any]]:
        """How tasks stand, as the sync log shows them."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query("imports", "outcome"), {"batches": list(batches)}).fetchall()


def hand_files_on(connection: Connection, batches: Iterable[str]) -> None:
    """Gives new retries the kept files of the imports they repeat; a download has none."""
    connection.execute(query("imports", "hand_files_on"), {"batches": list(batches)})


def files_of_import(connection: Connection, batch_no: str) -> list[dict[str, Any]]:
    """The files of an import task, each with how many of its rows were kept, refused or wait for a rule."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("imports", "files_of_import"), {"batch_no": batch_no}).fetchall()


def failed_rows(connection: Connection, batches: Sequence[str], most: int) -> list[tuple[str, str, int, str]]:
    """File, sheet, row and sentence of the first rows that did not come in."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query("imports", "failed_rows"), {"batches": list(batches), "most": most}).fetchall()


def failed_row_count(connection: Connection, batches: Sequence[str]) -> int:
    """How many rows did not come in: refused, or waiting for a rule."""
    return _count(connection, "count_failed_rows", batches)


VERDICT_HEADINGS = {
    "批次号": "text",
    "税号": "text",
    "进销项": "text",
    "文件": "text",
    "工作表": "text",
    "行号": "count",
    "票据标识": "text",
    "结果": "text",
    "说明": "text",
}
"""The columns of `verdict_rows`, each with its form in a workbook."""


def verdict_count(connection: Connection, batches: Sequence[str]) -> int:
    """How many rows `verdict_rows` has."""
    return _count(connection, "count_verdicts", batches)


def _count(connection: Connection, statement: str, batches: Sequence[str]) -> int:
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(query("imports", statement), {"batches": list(batches)}).fetchone()
    return int(row[0]) if row else 0


def verdict_rows(connection: Connection, batches: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Every row of these tasks under VERDICT_HEADINGS, through a server-side cursor: 5,000 are in memory at once."""
    with connection.transaction(), connection.cursor(name="verdicts", row_factory=tuple_row) as cursor:
        cursor.itersize = 5000
        yield from cursor.execute(query("imports", "verdicts"), {"batches": list(batches)})


def quarantined_rows(connection: Connection, organisations: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """What waits for a rule in these 核算组织, None for all."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("imports", "waiting"), {"organisations": organisations}).fetchall()
