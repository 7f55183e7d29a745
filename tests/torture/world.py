"""A world of one seed: cluster, bureau, lines and workers, with the hands that the driver has on them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bureau_side import BureauSide, connections, running_bureau
from cluster import Cluster
from company_group import CHANNELS, Group, furnish, group_of
from cut_line import CutLine
from simulator.clock import SHANGHAI
from temporary_postgres import temporary_folder
from workers import Workers, worker_host
from world_clock import WorldClock

Row = dict[str, Any]


_PROGRESS = """
SELECT ARRAY[(SELECT sum(claim_no) FROM sync.task), (SELECT count(*) FROM sync.task_event), (SELECT count(*) FROM sync.reply),
    (SELECT sum(claim_no) FROM sync.selection), (SELECT sum(claim_no) FROM sync.verification),
    (SELECT count(*) FROM pool.sighting), (SELECT count(*) FROM sync.batch)] AS moved
"""


@dataclass
class Tally:
    """What a seed went through, for the table of figures."""

    days: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, times: int = 1) -> None:
        """It happened."""
        self.counts[name] = self.counts.get(name, 0) + times


@dataclass
class Evening:
    """What the pool said when the driver looked last: its documents by place, and how far the log of changes went."""

    documents: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    last_change: int = 0


@dataclass
class World:
    """Everything that belongs to one seed."""

    seed: int
    folder: Path
    group: Group
    clock: WorldClock
    cluster: Cluster
    bureau: BureauSide
    pool_line: CutLine
    bureau_line: CutLine
    workers: Workers
    tally: Tally = field(default_factory=Tally)
    filed: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    """Documents that files bring, by their place in the pool."""
    evening: Evening = field(default_factory=Evening)
    laid: dict[str, str] = field(default_factory=dict)
    """Files that were laid into the inbox, by name, and of which kind they are."""
    fired: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Ticks of the calendar whose planning came to its end, by DAG and run."""

    def pool(self) -> psycopg.Connection[Row]:
        """A session of the driver's own, straight to Postgres."""
        pool = psycopg.connect(self.cluster.url(), autocommit=True, row_factory=dict_row)
        pool.execute("SET TIME ZONE 'Asia/Shanghai'")
        return pool

    def rows(self, statement: str, values: Sequence[Any] | Row = ()) -> list[Row]:
        """What a question of the driver's brings."""
        with self.pool() as pool:
            return pool.execute(statement, values).fetchall()

    def progress(self) -> Row:
        """What moves while anybody works."""
        return self.rows(_PROGRESS)[0]

    def turn(self, instant: datetime) -> None:
        """It is this instant everywhere: in Python, in Postgres, at the bureau."""
        self.clock.turn(instant)
        self.cluster.turn()
        self.bureau.turn(instant)

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai."""
        return self.clock.now().astimezone(SHANGHAI).date()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a day in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


@contextmanager
def world_of(seed: int, first_day: date, channels: Sequence[str] = CHANNELS) -> Iterator[World]:
    """The world of a seed on the morning of its first day; nothing of it is left behind."""
    group = group_of(seed, channels)
    with temporary_folder() as folder, ExitStack() as stack:
        clock = WorldClock.made(folder / "clock")
        cluster = Cluster(folder, clock)
        cluster.create(at(first_day, 0))
        bureau = stack.enter_context(running_bureau(folder))
        pool_line = stack.enter_context(CutLine(lambda: cluster.port))
        bureau_line = stack.enter_context(CutLine(lambda: bureau.port))

        def environment() -> dict[str, str]:
            return {
                **connections(bureau_line.port),
                "AIRFLOW_CONN_INVOICE_POOL": cluster.url(port=pool_line.port),
                "FAPIAO_HOME": str(folder),
                "FAPIAO_INBOX": str(folder / "inbox"),
                "FAPIAO_FILES": str(folder / "files"),
            }

        (folder / "inbox").mkdir()
        workers = stack.enter_context(worker_host(clock.file, folder / "workers.log", environment))
        world = World(seed, folder, group, clock, cluster, bureau, pool_line, bureau_line, workers)
        world.turn(
            at(first_day, 0)
        )  # the companies are there before the calendar's first tick, which asks for nobody earlier
        bureau.plant([one.at_bureau() for one in group.companies])
        with world.pool() as pool:
            furnish(pool, group, seed)
        world.turn(at(first_day, 6))
        yield world
        if keep := os.environ.get("FAPIAO_TORTURE_LOG"):
            Path(keep).write_bytes((folder / "workers.log").read_bytes())
