"""Somebody's ordinary Airflow, in which dags/, plugins/ and include/ are mounted and nothing else of ours is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from launcher.ports import free_port
from launcher.processes import wait_until
from temporary_postgres import ROOT, temporary_folder

MOUNTED = ("dags", "plugins", "include")
START_SECONDS = 180.0


class OwnAirflow:
    """Its home, and the environment of its processes, in which only they are set. It lets everybody in."""

    def __init__(self, home: Path, **more: str) -> None:
        self.port, self._log = free_port(), home / "api-server.log"
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "HOME": str(home),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
            "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": "encoding_key",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
            "AIRFLOW__API_AUTH__JWT_SECRET": "only-for-tests-" * 6,
            "PYTHONWARNINGS": "ignore",
            **more,
        }

    def run(self, *arguments: str, **more: str) -> tuple[int, str]:
        """One command of Airflow's: its exit code and all that it says."""
        where = {"cwd": "/", "env": self._environment | more}
        done = subprocess.run(["airflow", *arguments], check=False, capture_output=True, text=True, **where)  # type: ignore[call-overload]
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Its api-server, from when it answers."""
        command = ["airflow", "api-server", "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("wb") as log:
            process = subprocess.Popen(command, env=self._environment, cwd="/", stdout=log, stderr=log)
        try:
            up = wait_until(lambda: process.poll() is not None or self._answers(), START_SECONDS, step=0.5)
            assert up and process.poll() is None, self._log.read_text()[-2000:]
            yield
        finally:
            process.terminate()
            process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/version", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def client(self) -> httpx.Client:
        """Somebody at its api-server; to be closed."""
        client = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        client.headers["Authorization"] = f"Bearer {client.get('/auth/token').json()['access_token']}"
        return client


@contextmanager
def own_airflow(**more: str) -> Iterator[OwnAirflow]:
    """In a home elsewhere, with SQLite for its metadata; `more` is set in its environment."""
    with temporary_folder() as home:
        for name in MOUNTED:
            shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        airflow = OwnAirflow(home, **more)
        code, told = airflow.run("db", "migrate")
        assert code == 0, told
        yield airflow
