"""A Postgres of the driver's own, which it may kill: its data outlive that, and its clock is the world's."""

import os
import signal
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psycopg

from hooks.pool import migrations
from hooks.pool.roles import APPLICATION, give_rights
from hooks.pool.rule_tables import load_rules
from launcher.postgres import EmbeddedPostgres
from temporary_postgres import CARELESS
from world_clock import WorldClock

POOL = "invoice_pool"
_SETTINGS = CARELESS | {
    "synchronous_commit": "on",  # what was committed must be there after kill -9
    "include_if_exists": "clock.conf",
    "max_connections": "300",
}
_CLOCK = """
CREATE OR REPLACE FUNCTION sync.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN now() + make_interval(secs => coalesce(nullif(current_setting('torture.ahead', true), '')::float8, 0));
CREATE OR REPLACE FUNCTION sync.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN clock_timestamp()
    + make_interval(secs => coalesce(nullif(current_setting('torture.ahead', true), '')::float8, 0));
"""
_MADE = "UPDATE public.fapiao_migration SET applied_at = %s"
"""Nobody makes up for what the calendar named before the pool was there."""
_PATIENCE_SECONDS = 60.0


class Cluster:
    """The server in `folder`; its sessions show the time of the clock given."""

    def __init__(self, folder: Path, clock: WorldClock) -> None:
        self.clock = clock
        self.database = POOL
        self._server = EmbeddedPostgres(folder / "postgres", settings=_SETTINGS)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def url(self, database: str = "", port: int | None = None) -> str:
        """A libpq URL of the pool or of another database for its owner; those who work come by a port that leads to it."""
        if port is None:
            return self._server.url(database or self.database)
        return self._server.url(database or self.database, APPLICATION).replace(f":{self.port}/", f":{port}/")

    def create(self, morning: datetime) -> None:
        """Starts it with a migrated pool whose clock is the world's, and which was made on its first morning."""
        self._server.start()
        self._server.ensure_database(POOL)
        self._server.ensure_logins(APPLICATION)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            migrations.migrate(connection)
            load_rules(connection)
            give_rights(connection)
            connection.execute(_CLOCK)
            connection.execute(_MADE, [morning])

    def turn(self) -> None:
        """Every session shows the world's time from its next statement on."""
        ahead = self.clock.ahead.total_seconds()
        (self._server.data / "clock.conf").write_text(f"torture.ahead = '{ahead}'\n", encoding="ascii")
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
            _wait(lambda: _shown(connection) == ahead)

    def kill_server(self) -> None:
        """kill -9 of the postmaster; whoever was connected notices by and by."""
        postmaster = int((self._server.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        with suppress(ProcessLookupError):
            os.kill(postmaster, signal.SIGKILL)

    def kill_backend(self, place: float) -> None:
        """kill -9 of one session of a worker, by its place from 0 to 1; Postgres starts all of them anew."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY pid", [POOL])
            pids = [pid for (pid,) in found]
        if pids:
            with suppress(ProcessLookupError):
                os.kill(pids[int(place * len(pids))], signal.SIGKILL)

    def restart(self) -> None:
        """Starts it where it was killed, and waits until it serves."""
        self._server.start()
        self.recovered()

    def recovered(self) -> None:
        """Waits until it serves, with the world's clock."""
        _wait(self._serves)
        self.turn()

    def _serves(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _shown(connection: psycopg.Connection) -> float | None:
    (shown,) = connection.execute("SELECT nullif(current_setting('torture.ahead', true), '')::float8").fetchone()
    return shown


def _wait(done) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("Postgres does not come to what it was told")
        time.sleep(0.01)
