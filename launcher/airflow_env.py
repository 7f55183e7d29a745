"""The Airflow of this project: its environment, and its metadata database brought up to date."""

import base64
import contextlib
import json
import os
import secrets
import sys
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

from fapiao.errors import Unusable
from fapiao.queries import query
from fapiao.texts.catalogue import sentence
from hooks.files.data_folder import data_folder
from launcher.airflow_settings import SECRETS_BACKENDS, is_given, merged, spellings, told_about
from launcher.connections import OWNER_VARIABLE, POOL_VARIABLE
from launcher.guard import ended_here, start
from launcher.home import ROOT, home, locked, logs, secret
from launcher.pool import embedded, last_line, running_postgres

DATABASE = "airflow"
ROLE = "fapiao_airflow"
"""Who owns the metadata, and nothing else: tasks are given its URL, and it is not let into the pool's tables."""
METADATA = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
LOGIN = "admin"
NOT_FOR_AIRFLOW = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", OWNER_VARIABLE)
"""No task shall have the owner of the pool."""
NO_JOB = "No alive jobs found"
"""What Airflow says where it looked and there is none; its exit code is that of every failure."""


def airflow_environment(pool_url: str, port: int = 8080) -> dict[str, str]:
    """Every variable an Airflow process of ours needs; `port` is the api-server's.

    What the user set wins (AIRFLOW__…, AIRFLOW_CONN_…), but for what is `fixed`. It is for inside of `metadata_server`.
    """
    user = {name: value for name, value in os.environ.items() if name not in NOT_FOR_AIRFLOW}
    pool = {POOL_VARIABLE: user.get(POOL_VARIABLE) or pool_url}
    return merged(user, _defaults(port), fixed(port)) | _paths() | pool


def rehearse_apart() -> list[str]:
    """Takes out of the environment what would lead a rehearsal to another's data; sentences that say so.

    A secrets backend is asked before the connections that are given to the run; a metadata database is another's.
    """
    apart = [name for name in os.environ if name.startswith(SECRETS_BACKENDS) or name in spellings(METADATA)]
    for name in apart:
        del os.environ[name]
    return [sentence("runs.rehearses_apart", name=name) for name in apart]


def fixed(port: int) -> dict[str, str]:
    """What is set whatever the user says, because it is this project and this machine (docs/platform.md)."""
    return {
        "AIRFLOW_HOME": str(airflow_home()),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
    }


def settings_of_the_user(port: int = 8080) -> list[str]:
    """Sentences about what he set and what becomes of it; no value is in them."""
    return told_about(os.environ, fixed(port))


def _defaults(port: int) -> dict[str, str]:
    """How this Airflow behaves where the user says nothing."""
    folder = airflow_home()
    metadata = {} if metadata_is_given() else {METADATA: _embedded_metadata()}
    return metadata | {
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": "encoding_key",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(folder)),
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        **_secrets(),
    }


def _paths() -> dict[str, str]:
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        # a proxy for the world must not stand between parts of one machine
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1", "localhost"])),
        "no_proxy": ",".join(filter(None, [os.environ.get("no_proxy"), "127.0.0.1", "localhost"])),
    }


def _secrets() -> dict[str, str]:
    def fernet() -> str:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()

    return {
        "AIRFLOW__CORE__FERNET_KEY": secret("fernet", fernet),
        "AIRFLOW__API_AUTH__JWT_SECRET": jwt_secret(),
        "AIRFLOW__API__SECRET_KEY": secret("api", lambda: secrets.token_urlsafe(32)),
    }


def jwt_secret() -> str:
    """What the stack signs its tokens with, made once."""
    return secret("jwt", lambda: secrets.token_urlsafe(64))


def airflow_home() -> Path:
    """Where Airflow keeps its generated configuration and the logs of tasks."""
    folder = home() / "airflow"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def login_is_ours(environment: Mapping[str, str]) -> bool:
    """Whether the user left it to us who may log in."""
    users = environment.get("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS") == f"{LOGIN}:admin"
    file = environment.get("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE") == str(_passwords(airflow_home()))
    return users and file and "AIRFLOW__CORE__AUTH_MANAGER" not in environment


def login_password() -> str:
    """The password of the user `admin`, made once."""
    return secret("login", lambda: secrets.token_hex(8))


def passwords_file(folder: Path) -> Path:
    """The file from which Airflow's simple login manager reads; only its owner may."""
    file = _passwords(folder)
    content = json.dumps({LOGIN: login_password()})
    if not file.exists() or file.read_text(encoding="utf-8") != content:
        file.touch(mode=0o600)
        file.write_text(content, encoding="utf-8")
    return file


def _passwords(folder: Path) -> Path:
    return folder / "passwords.json"


def metadata_is_given() -> bool:
    """Whether the user says where the metadata are: no server of ours holds them then."""
    return is_given(METADATA, os.environ)


@contextlib.contextmanager
def metadata_server() -> Iterator[None]:
    """The metadata can be reached inside the block: where no other database is given, the embedded server runs."""
    with contextlib.nullcontext() if metadata_is_given() else running_postgres():
        yield


def ensure_metadata() -> None:
    """Bring the metadata database up to date, once for each lock: the second start asks one question.

    It is for inside of `metadata_server`. Raises Unusable with the place of the log when Airflow's migration fails.
    """
    with locked(home() / "airflow-migration.lock"):
        if not metadata_is_given():
            _hand_over()
        stamp, there = airflow_home() / "migrated", _has_tables(_metadata_url())
        if there and stamp.exists() and stamp.read_text(encoding="ascii") == _stamp():
            return
        if metadata_is_given() and there is not False:
            _check()
        else:
            _migrate()
        stamp.write_text(_stamp(), encoding="ascii")


def metadata_is_prepared() -> bool:
    """Whether there is an Airflow to ask: in the database that is given, else in this home, its server stopped or not.

    Raises Unusable where the given database does not answer.
    """
    if metadata_is_given():
        return _has_tables(_metadata_url()) is not False
    return (data_folder() / "airflow" / "migrated").exists()


def scheduler_at_work() -> bool:
    """Whether a scheduler of somebody works on the metadata: it would take a run that is made behind its back.

    Raises Unusable with the place of the log where Airflow cannot say.
    """
    log = logs() / "airflow-scheduler-asked.log"
    if _airflow(log, "jobs", "check", "--job-type", "SchedulerJob") == 0:
        return True
    if NO_JOB not in log.read_text(encoding="utf-8", errors="replace"):
        raise Unusable(sentence("runs.scheduler_unsaid", log=log))
    return False


def _hand_over() -> None:
    """The metadata are the role's alone, those of an older version too."""
    server = embedded()
    server.ensure_database(DATABASE)
    server.ensure_logins(ROLE)
    server.hand_over(DATABASE, ROLE)


def _stamp() -> str:
    """Changes with the requirements, and with where the user says that the metadata are."""
    said = [os.environ.get(name, "") for name in spellings(METADATA)]
    told = "\n".join(said).encode() if any(said) else b""
    return str(zlib.crc32((ROOT / "requirements.txt").read_bytes() + told))


def _has_tables(url: str | None) -> bool | None:
    """None where we cannot look."""
    if url is None:
        return None
    try:
        with psycopg.connect(url) as connection:
            return connection.execute(query("airflow", "has_tables")).fetchone() == (True,)
    except psycopg.Error as refused:
        if metadata_is_given():
            raise Unusable(sentence("runs.metadata_silent", variable=METADATA, reason=last_line(refused))) from None
        raise


def dag_files() -> tuple[int, list[tuple[str, str]]] | None:
    """How many DAG files Airflow has read, and those it could not with their errors; None where we cannot look."""
    url = _metadata_url()
    if url is None:
        return None
    with psycopg.connect(url) as connection:
        read = connection.execute(query("airflow", "files_read")).fetchone()
        unreadable = connection.execute(query("airflow", "files_unreadable")).fetchall()
    return (read[0] if read else 0), unreadable


def _migrate() -> None:
    print(sentence("runs.preparing"), file=sys.stderr, flush=True)
    log = logs() / "airflow-migration.log"
    if _airflow(log, "db", "migrate"):
        raise Unusable(sentence("runs.not_prepared", log=log))


def _check() -> None:
    """A database that the user named and that is in use is his to migrate: it may be another Airflow's."""
    log = logs() / "airflow-migration.log"
    if _airflow(log, "db", "check-migrations", "--migration-wait-timeout", "0"):
        raise Unusable(sentence("runs.other_metadata", variable=METADATA, log=log))


def _airflow(log: Path, *words: str) -> int:
    with log.open("wb") as output:
        command = [sys.executable, "-m", "airflow", *words]
        # none of these asks the pool
        with ended_here(start(command, output, airflow_environment(pool_url=""))) as airflow:
            return airflow.wait()


def _embedded_metadata() -> str:
    embedded().ensure_logins(ROLE)
    return embedded().url(DATABASE, ROLE).replace("postgresql://", "postgresql+psycopg2://", 1)


def _metadata_url() -> str | None:
    """Where the metadata are, for libpq; None where a command or a secret says it, or they are in no Postgres."""
    if not metadata_is_given():
        return embedded().url(DATABASE, ROLE)
    said = next((os.environ[name] for name in spellings(METADATA) if name in os.environ), "")
    scheme, _, rest = said.partition("://")
    return f"postgresql://{rest}" if rest and scheme.partition("+")[0] in ("postgresql", "postgres") else None
