"""The embedded Postgres: started, stopped, asked for a URL."""

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.accounts import account_for, own_folder
from launcher.cluster import USER, configure, create_cluster, refuse_other_major, refuse_unspeakable
from launcher.home import locked
from launcher.logins import ensure_logins, hand_over, password_file
from launcher.ports import free_port, port_is_free
from launcher.postgres_errors import explained
from launcher.postmaster import disown_stale_pid_file, living, workers_on
from launcher.processes import wait_until
from launcher.programs import Programs

PATIENCE_SECONDS = 60
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
}


class EmbeddedPostgres:
    """A Postgres 18 of our own in `folder`, on 127.0.0.1, with a generated password.

    `port` None takes the port of the last start, or a free one. `settings` go into its configuration.
    """

    def __init__(self, folder: Path, port: int | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self._settings = SETTINGS | dict(settings or {})
        self._wanted_port = port

    @property
    def data(self) -> Path:
        """The data folder of Postgres, links resolved."""
        return self.folder.resolve() / "data"

    @property
    def log(self) -> Path:
        """What the server itself wrote."""
        return self.folder.resolve() / "postgres.log"

    @property
    def running(self) -> bool:
        """Whether the server lives and accepts connections."""
        postmaster = living(self.data)
        return postmaster is not None and postmaster.ready

    @property
    def port(self) -> int:
        """The port it listens on, or did at the last start; raises Unusable before the first."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.folder / "port").read_text(encoding="ascii"))
        raise Unusable(sentence("machine.never_started", folder=self.folder))

    def url(self, database: str = "invoice_pool", role: str = USER) -> str:
        """A libpq URL with the password in it: hand it on, never print it unasked.

        Raises Unusable for a role that cannot log in here.
        """
        file = self.folder / "password" if role == USER else password_file(self.folder, role)
        try:
            password = file.read_text(encoding="ascii")
        except FileNotFoundError:
            raise Unusable(sentence("machine.no_login", folder=self.folder, role=role)) from None
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Run the server until `stop`; creates its data at the first time, does nothing when it runs.

        Raises Unusable with one sentence when the port is taken, the disk is full, or the data is another's.
        """
        refuse_unspeakable(self.folder)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.folder.with_name(f"{self.folder.name}.lock")):
            account = account_for(self.data)
            own_folder(self.folder, account)
            if self._answers_in_time():
                return
            refuse_other_major(self.data)
            programs = Programs(account)
            if not self.data.exists():
                create_cluster(self.data, self.folder.resolve() / "password", programs)
            disown_stale_pid_file(self.data)
            self._launch(programs)

    def stop(self) -> None:
        """End the server in order, and every connection to it; does nothing when it does not run."""
        if not living(self.data):
            return
        programs = Programs(account_for(self.data))
        done = programs.run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", str(PATIENCE_SECONDS))
        if done.returncode and living(self.data):
            raise Unusable(explained(sentence("machine.does_not_stop", data=self.data), done.stdout + done.stderr))

    def stop_when_started(self) -> None:
        """As stop, also for a server that a killed starter left in the middle of its start."""
        wait_until(lambda: self.running or not workers_on(self.data), PATIENCE_SECONDS)
        self.stop()

    def ensure_database(self, name: str) -> None:
        """Create the database unless it exists; of two who create it at once one meets the other in the catalogue."""
        create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        with (
            psycopg.connect(self.url("postgres"), autocommit=True) as connection,
            contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation),
        ):
            connection.execute(create)

    def ensure_logins(self, *roles: str) -> None:
        """Let these roles log in, with nothing but what tables and databases give them."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            ensure_logins(connection, self.folder, roles)

    def hand_over(self, database: str, role: str) -> None:
        """The role, which can log in, owns the database from now on, and nobody else may enter it."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            hand_over(connection, role)

    def _launch(self, programs: Programs) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            port = self._choose_port()
            configure(self.data, self._settings | {"port": str(port)})
            (self.folder / "port").write_text(str(port), encoding="ascii")
            complaint = self._try_to_start(programs)
            if complaint is None:
                return
            if not self._may_pass(complaint) or time.monotonic() > deadline:
                raise Unusable(explained(sentence("machine.does_not_start", data=self.data), complaint))
            time.sleep(0.1)

    def _try_to_start(self, programs: Programs) -> str | None:
        """None when it runs, else what it wrote."""
        seen = self.log.stat().st_size if self.log.exists() else 0
        patience = ("-w", "-t", str(PATIENCE_SECONDS))
        done = programs.run("pg_ctl", "start", "-D", self.data, "-l", self.log, *patience)
        if done.returncode == 0:
            return None
        written = self.log.read_bytes()[seen:].decode(errors="replace") if self.log.exists() else ""
        return written or done.stdout + done.stderr

    def _may_pass(self, complaint: str) -> bool:
        """Children of a killed server are leaving, or somebody was quicker to take the free port."""
        taken = self._wanted_port is None and "Address already in use" in complaint
        return taken or "shared memory block" in complaint

    def _choose_port(self) -> int:
        if self._wanted_port is not None:
            if not port_is_free(self._wanted_port):
                raise Unusable(sentence("machine.port_is_taken", port=self._wanted_port))
            return self._wanted_port
        with contextlib.suppress(Unusable):
            if port_is_free(self.port):
                return self.port
        return free_port()

    def _answers_in_time(self) -> bool:
        """Whether a living server answers; one that was killed a moment ago may still look alive, and does not."""
        if not wait_until(lambda: not living(self.data) or self._answers(), PATIENCE_SECONDS, step=0.05):
            raise Unusable(sentence("machine.does_not_answer", data=self.data, log=self.log))
        return living(self.data) is not None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True
