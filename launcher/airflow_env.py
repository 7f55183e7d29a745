"""The Airflow of this project: its environment, and its metadata database brought up to date."""

import base64
import json
import os
import secrets
import subprocess
import sys
import zlib
from pathlib import Path

import psycopg

from fapiao.errors import Unusable
from fapiao.queries import query
from launcher.connections import POOL_VARIABLE
from launcher.home import ROOT, home, locked, logs, secret
from launcher.pool import embedded

DATABASE = "airflow"
LOGIN = "admin"
NOT_FOR_AIRFLOW = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME")


def airflow_environment(pool_url: str, port: int = 8080) -> dict[str, str]:
    """Every variable an Airflow process of ours needs; `port` is the api-server's.

    The embedded Postgres must run: it holds the metadata even when the pool is elsewhere. What the user set as
    AIRFLOW_CONN_… is kept; what he set for another Airflow (AIRFLOW__…) is not.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in NOT_FOR_AIRFLOW and not name.startswith("AIRFLOW__")
    }
    base = f"http://127.0.0.1:{port}"
    return (
        inherited
        | _here()
        | _secrets()
        | {
            POOL_VARIABLE: inherited.get(POOL_VARIABLE) or pool_url,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _metadata_url(),
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__BASE_URL": base,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
        }
    )


def _here() -> dict[str, str]:
    """Folders, and how this Airflow shall behave."""
    folder = airflow_home()
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(folder)),
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
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
        "AIRFLOW__API_AUTH__JWT_SECRET": secret("jwt", lambda: secrets.token_urlsafe(64)),
        "AIRFLOW__API__SECRET_KEY": secret("api", lambda: secrets.token_urlsafe(32)),
    }


def airflow_home() -> Path:
    """Where Airflow keeps its generated configuration and the logs of tasks."""
    folder = home() / "airflow"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def login_password() -> str:
    """The password of the user `admin`, made once."""
    return secret("login", lambda: secrets.token_hex(8))


def passwords_file(folder: Path) -> Path:
    """The file from which Airflow's simple login manager reads; only its owner may."""
    file = folder / "passwords.json"
    content = json.dumps({LOGIN: login_password()})
    if not file.exists() or file.read_text(encoding="utf-8") != content:
        file.touch(mode=0o600)
        file.write_text(content, encoding="utf-8")
    return file


def ensure_metadata() -> None:
    """Bring the metadata database up to date, once for each lock: the second start asks one question.

    The embedded Postgres must run. Raises Unusable with the place of the log when Airflow's migration fails.
    """
    with locked(home() / "airflow-migration.lock"):
        server = embedded()
        server.ensure_database(DATABASE)
        lock = str(zlib.crc32((ROOT / "requirements.txt").read_bytes()))
        stamp = airflow_home() / "migrated"
        if stamp.exists() and stamp.read_text(encoding="ascii") == lock and _has_tables(server.url(DATABASE)):
            return
        _migrate()
        stamp.write_text(lock, encoding="ascii")


def _has_tables(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute(query("airflow", "has_tables")).fetchone() == (True,)


def dag_files() -> tuple[int, list[tuple[str, str]]]:
    """How many DAG files Airflow has read, and those it could not with their errors."""
    with psycopg.connect(embedded().url(DATABASE)) as connection:
        read = connection.execute(query("airflow", "files_read")).fetchone()
        unreadable = connection.execute(query("airflow", "files_unreadable")).fetchall()
    return (read[0] if read else 0), unreadable


def _migrate() -> None:
    log = logs() / "airflow-migration.log"
    print("Preparing Airflow's metadata (once, about ten seconds)…", file=sys.stderr, flush=True)
    with log.open("wb") as output:
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        environment = airflow_environment(embedded().url())
        done = subprocess.run(command, env=environment, check=False, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Unusable(f"Airflow could not prepare its metadata database; {log} says why.")


def _metadata_url() -> str:
    return embedded().url(DATABASE).replace("postgresql://", "postgresql+psycopg2://", 1)
