"""Imports, from the files that were handed in to settled tasks: checked, kept, queued by company, worked in turn."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import psycopg

from fapiao.downloads.announced import Owed
from fapiao.errors import BadInput, MergeError, Refused, Unusable
from fapiao.imports.owners import Owner
from fapiao.imports.requests import ImportRequest
from fapiao.imports.schemes import ImportScheme
from fapiao.payloads.line_filter import ERROR_GOODS, line_filter
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI, Claim, RunDay
from hooks.enterprise.parameters import read_parameter
from hooks.enterprise.permissions import allowed_organisations, demand
from hooks.files.store import FileStore
from hooks.pool.sessions import acting, name_actor
from hooks.queues.imports import Imports, Source
from hooks.queues.tasks import TaskTable
from operators.imports.merge import merge, translated
from operators.imports.reading import ReadFiles, read_request, read_stored
from operators.leased_queue.guard import Guard
from operators.leased_queue.loop import MOST_IDLE_ROUNDS, TURN_SECONDS, run_until_idle, run_until_none_due
from operators.leased_queue.session import QueueTables, Session

Connection = psycopg.Connection[Any]

_RIGHT = "import"
"""导入, for a tax number 登录用户具备权限 (S3 §3.3)."""
_SCOPE = "bureau_file_import"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Created:
    """What an import came to: its tasks with what was read for them, and files imported already with their batch.

    `refused` says what is wrong with files of a ZIP that were not taken, while others of it were.
    """

    readings: Mapping[str, ReadFiles] = field(default_factory=dict)
    already: Mapping[str, str] = field(default_factory=dict)
    checked: tuple[ReadFiles, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def batches(self) -> list[str]:
        """The batch numbers of the tasks."""
        return list(self.readings)


def create(
    connection: Connection,
    store: FileStore,
    run: RunDay,
    request: ImportRequest,
    created_by: str,
    *,
    password: str | None = None,
    dry_run: bool = False,
) -> Created:
    """Reads and checks the files, then makes one task per tax number and direction, all or none (R242, R255).

    The bytes are in the store before anyone parses them; a file that is imported already makes no task. Raises BadInput
    with what is wrong, and then nothing is planned; a file in a ZIP keeps only itself out.
    """
    imports = Imports(connection)
    with connection.transaction():
        known, scheme = imports.taxpayers(), _scheme(imports, request.scheme)
    refused: list[str] = []
    readings = read_request(store, request, known, run.day, password, refused)
    if scheme:
        _into_scheme(scheme, readings)
    with connection.transaction():
        numbers = sorted({one.owner.taxpayer_no for one in readings})
        demand(connection, created_by, _RIGHT, [(number, known.get(number)) for number in numbers])
    if request.surface == "form" and len({one.owner.taxpayer_no for one in readings}) > 1:
        raise BadInput([rulebook().message("one_tax_number", "import")])
    planned = _planned(connection, run, readings, created_by, dry_run=dry_run)
    return replace(planned, refused=tuple(refused))


def _scheme(imports: Imports, name: str | None) -> ImportScheme | None:
    """Raises BadInput where there is no scheme of that name."""
    found = imports.scheme(name) if name else None
    if name and found is None:
        raise BadInput([f"没有下载方案“{name}”，请用 ./fapiao schemes list 查看。"])
    return found


def _into_scheme(scheme: ImportScheme, readings: Collection[ReadFiles]) -> None:
    """Hands back the documents that the scheme does not name. Raises BadInput for a file of somebody it is not for."""
    if problems := [problem for one in readings if (problem := scheme.objection(one.owner))]:
        raise BadInput(problems)
    for one in readings:
        one.scheme_ids = (scheme.scheme_id,)
        if one.documents:
            scheme.hand_back(one.documents, rulebook())


def _planned(
    connection: Connection, run: RunDay, readings: list[ReadFiles], created_by: str, *, dry_run: bool
) -> Created:
    imports = Imports(connection)
    already: dict[str, str] = {}
    with acting(connection, created_by):
        imports.lock_plans({one.owner.taxpayer_no for one in readings})
        for one in readings:
            found = imports.imported_before(one.owner, [source.sha256 for source in one.sources.values()])
            already |= {source.name: found[source.sha256] for source in one.sources.values() if source.sha256 in found}
        fresh = [one for one in readings if not all(source.name in already for source in one.sources.values())]
        batches = [] if dry_run or not fresh else imports.plan(run, [one.file_set() for one in fresh], created_by)
    return Created(dict(zip(batches, fresh, strict=False)), already, tuple(readings))


def replay(connection: Connection, run: RunDay, created_by: str) -> Created:
    """Plans the files with rows in quarantine anew, each for the company it belongs to; the rules may know them now.

    Whoever asks has the files of the companies he may import for. What is in the pool already stays as it is. Raises
    BadInput where he may import for none.
    """
    imports = Imports(connection)
    asked: dict[tuple[Owner, tuple[int, ...]], list[Source]] = {}
    with connection.transaction():
        for owner, schemes, source in imports.waiting_files(allowed_organisations(connection, created_by, _RIGHT)):
            asked.setdefault((owner, schemes), []).append(source)
        readings = [
            ReadFiles(owner, dict(enumerate(found, start=1)), None, scheme_ids=schemes)
            for (owner, schemes), found in asked.items()
        ]
        name_actor(connection, created_by)
        batches = imports.plan(run, [one.file_set() for one in readings], created_by) if readings else []
    return Created(dict(zip(batches, readings, strict=True)))


@dataclass(slots=True)
class ImportSession(Session[QueueTables[TaskTable]]):
    """One worker's place, with the store that keeps the files."""

    store: FileStore

    def tables(self) -> QueueTables[TaskTable]:
        """The tasks, imports among them."""
        return QueueTables(self.connection, TaskTable(self.connection))


def work(session: ImportSession, created: Created | None = None) -> int:
    """Works the queues of companies, each from its oldest task on (R283); returns how many tasks were handled.

    With `created` only the companies of those tasks, and waits its turn for whoever is at work there; without, every
    company nobody is at work for. Files over which a worker ended come last. A crash leaves a task where it was; the
    next worker reads the kept bytes again. Raises Unusable when the store does not give them, after the others' turn.
    """
    working = _Working(session, created)
    done = run_until_idle("imports", working.round, working.next_due)
    if working.unusable:
        raise working.unusable[0]
    return done


class _Working:
    """The companies that one call of `work` is for, and what it has read of their files already."""

    def __init__(self, session: ImportSession, created: Created | None) -> None:
        self.session = session
        self.readings = dict(created.readings) if created else {}
        self.mine = {one.owner.taxpayer_no for one in self.readings.values()} if created else None
        self.unusable: list[Unusable] = []

    def round(self) -> tuple[int, int]:
        """What is due of every company; a file waits for no login, and so many were handled."""
        return 0, sum(self._company(number, suspects) for suspects in (False, True) for number in self._due(suspects))

    def next_due(self) -> tuple[int, float | None]:
        """How many files this worker has put off, and the seconds to the earliest."""
        with self.session.transaction():
            return Imports(self.session.connection).next_due(self.session.owner)

    def _due(self, suspects: bool) -> list[str]:
        with self.session.transaction():
            waiting = Imports(self.session.connection).queues(suspects=suspects)
        return [number for number in waiting if self.mine is None or number in self.mine]

    def _company(self, taxpayer_no: str, suspects: bool) -> int:
        """A file that costs the connection frees the company with it: it is taken anew for the next."""
        done = 0
        for _ in range(MOST_IDLE_ROUNDS):
            connection = self.session.connection
            with Imports(connection).queue(taxpayer_no, wait=TURN_SECONDS if self.mine else 0.0) as held:
                if not held:
                    log.info("%s: another worker is at its imports and goes on with these", taxpayer_no)
                else:
                    done += run_until_none_due(partial(self._take, connection, taxpayer_no, suspects), self._handle)
            if self.session.connection is connection:
                break
        return done

    def _take(self, holding: Connection, taxpayer_no: str, suspects: bool) -> list[Claim]:
        if self.session.connection is not holding:
            return []
        with self.session.transaction():
            whose = (taxpayer_no, self.session.owner, self.session.instant())
            found = Imports(holding).take(*whose, suspects=suspects)
        return [found] if found else []

    def _handle(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            reading = self.readings.pop(claim.batch_no, None)  # what is tried again is read again
            try:
                _GUARD.run(self.session, claim, partial(_import_one, reading=reading))
            except Unusable as missing:  # perhaps this file's bytes alone
                self.unusable.append(missing)


def _import_one(session: ImportSession, claim: Claim, reading: ReadFiles | None) -> None:
    try:
        _into_pool(session, claim, reading)
    except MergeError as broken:
        why = Refused("MERGE_CHECK", str(broken))
    except BadInput as refused:
        why = Refused("FILE_REFUSED", str(refused))
    else:
        return
    with session.locked(claim) as tables:
        tables.queue.fail(claim, "download_failed", why, cost=1)


def _into_pool(session: ImportSession, claim: Claim, reading: ReadFiles | None) -> None:
    connection, imports = session.connection, Imports(session.connection)
    with session.transaction():
        sources, schemes = imports.files(claim), imports.schemes_of(claim)
        wanted = line_filter(read_parameter(connection, *ERROR_GOODS), _SCOPE)
    owner = Owner(claim.taxpayer_no, claim.direction)
    documents = (reading.documents if reading else None) or read_stored(session.store, sources, owner, _day(claim))
    for scheme in schemes:
        scheme.hand_back(documents, rulebook())
    steps = translated(claim, documents, wanted)
    with session.locked(claim):
        imports.merging(claim)
        imports.know_the_pool()
    with session.transaction() as tables:
        counts, doubts = merge(connection, claim, sources, steps, documents)
        tables.queue.lock_claimed(claim)  # only now: a merge takes minutes, and a person stops a task at any instant
        tables.queue.settle(claim, counts, Owed(warnings=doubts))


def _day(claim: Claim) -> date:
    """The day on which a task was taken up first, in Asia/Shanghai."""
    assert claim.observed_at is not None  # noqa: S101 a task that is taken has it
    return claim.observed_at.astimezone(SHANGHAI).date()


_GUARD: Guard[QueueTables[TaskTable], Claim] = Guard("import", nobodys_fault=(Unusable,))
