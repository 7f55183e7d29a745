"""An ordinary Airflow that mounts dags/, plugins/ and include/: no launcher, no PYTHONPATH, nothing of ours installed."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from asked_of_gateway import company, gateway_connection
from asked_of_leqi import UNIT, order
from launcher.ports import free_port
from launcher.processes import wait_until
from rehearsal import DIRECT_UNIT, GENERAL, KEY, leqi_connection
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.gateway.credentials import APP_SECRET
from simulator.running import RunningSimulator
from temporary_postgres import ROOT, temporary_folder

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack"), pytest.mark.finding("F61")]
MOUNTED = ("dags", "plugins", "include")
START_SECONDS = 180.0
Connection = dict[str, Any]


class OwnAirflow:
    """Somebody's Airflow: its home, and the environment of its processes, in which only they are set."""

    def __init__(self, home: Path, bureau: RunningSimulator) -> None:
        self.port, self.log = free_port(), home / "log.txt"
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "HOME": str(home),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API_AUTH__JWT_SECRET": "only-for-tests-" * 6,
            "AIRFLOW_CONN_LEQI": leqi_connection(bureau.url, sydwptbh=UNIT),
            "AIRFLOW_CONN_BUREAU_GATEWAY": gateway_connection(bureau.url),
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, *arguments: str, **more: str) -> tuple[int, str]:
        """One command of Airflow's: its exit code and all that it says."""
        command, where = ["airflow", *arguments], {"cwd": "/", "env": self.environment | more}
        done = subprocess.run(command, check=False, capture_output=True, text=True, **where)  # type: ignore[call-overload]
        return done.returncode, done.stdout + done.stderr

    def serve(self) -> subprocess.Popen[bytes]:
        """The api-server, when it answers."""
        command = ["airflow", "api-server", "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("wb") as log:
            process = subprocess.Popen(command, env=self.environment, cwd="/", stdout=log, stderr=log)
        up = wait_until(lambda: process.poll() is not None or self._answers(), START_SECONDS, step=0.5)
        assert up and process.poll() is None, self.log.read_text()[-2000:]
        return process

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/api/v2/version", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def client(self) -> httpx.Client:
        """A person who may do everything, at the api-server."""
        client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=60)
        token = client.get("/auth/token").json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client


@pytest.fixture(scope="module")
def bureau() -> Iterator[RunningSimulator]:
    """The bureau of both connections."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        known = {"nsrsbh": GENERAL, "jrdwptbh": DIRECT_UNIT, "sydwptbh": UNIT, "authorised_on": "2020-01-01"}
        order(simulator, "seed", companies=[known, company("etax", "91310000MA1EXAMP15")], documents=[])
        yield simulator


@pytest.fixture(scope="module")
def airflow(bureau: RunningSimulator) -> Iterator[OwnAirflow]:
    """A home elsewhere with the three folders in it and SQLite for the metadata."""
    with temporary_folder() as home:
        for name in MOUNTED:
            shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        own = OwnAirflow(home, bureau)
        assert own.run("db", "migrate")[0] == 0
        yield own


@pytest.fixture(scope="module")
def client(airflow: OwnAirflow) -> Iterator[httpx.Client]:
    """Somebody at its api-server, when the DAG files have been read."""
    code, told = airflow.run("dags", "reserialize")
    assert code == 0, told
    process = airflow.serve()
    try:
        with closing(airflow.client()) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def form_of(written: str, **changed: Any) -> Connection:
    """What the form sends for a connection when Test is pressed."""
    fields = json.loads(written)
    return {"connection_id": "typed_in", "description": None, "port": None, "schema": None} | fields | changed


def test_every_dag_is_there_and_no_file_has_an_error(client: httpx.Client) -> None:
    with (ROOT / "tests/dags/dags.csv").open(encoding="utf-8", newline="") as file:
        ours = {row["dag_id"] for row in csv.DictReader(file)}
    assert client.get("/api/v2/importErrors").json()["import_errors"] == []
    assert {dag["dag_id"] for dag in client.get("/api/v2/dags", params={"limit": 100}).json()["dags"]} == ours


def test_the_form_knows_both_types_with_our_labels_and_a_field_for_each_extra(client: httpx.Client) -> None:
    types = {one["connection_type"]: one for one in client.get("/ui/connections/hook_meta").json()}
    leqi, gateway = types["leqi"], types["bureau_gateway"]
    assert (leqi["hook_name"], gateway["hook_name"]) == ("乐企 LeQi (leqi)", "税局网关 Bureau gateway (bureau_gateway)")
    for one in (leqi, gateway):
        assert all(one["standard_fields"][name]["hidden"] for name in ("port", "url_schema"))
        assert all(one["standard_fields"][name]["title"] for name in ("host", "login", "password"))
        assert all(field["schema"]["title"] and field["description"] for field in one["extra_fields"].values())
    assert leqi["standard_fields"]["password"]["title"] == "SM4 密钥 SM4 key"
    assert leqi["standard_fields"]["host"]["placeholder"].startswith("https://")
    assert gateway["extra_fields"]["encoding_key"]["schema"]["format"] == "password"
    assert gateway["extra_fields"]["encoding"]["schema"]["enum"] == ["base64", "aes"]


def test_test_in_the_form_asks_the_bureau_for_what_was_typed_in(client: httpx.Client, bureau: RunningSimulator) -> None:
    before = len(bureau.bureau.journal.entries())
    for written in (leqi_connection(bureau.url, sydwptbh=UNIT), gateway_connection(bureau.url)):
        told = client.post("/api/v2/connections/test", json=form_of(written)).json()
        assert (told["status"], "连接正常" in told["message"]) == (True, True), told
    services = [entry.service for entry in bureau.bureau.journal.entries()[before:]]
    assert [services.count(name) for name in ("PLFPXZSQFK", "getAppToken", "login")] == [1, 1, 1]


def test_a_refusal_of_the_bureau_is_the_answer_of_test_and_names_no_secret(
    client: httpx.Client, bureau: RunningSimulator
) -> None:
    other = "fedcba98765432100123456789abcdef"
    wrong = [
        (form_of(leqi_connection(bureau.url, sydwptbh=UNIT), password=other), "报文解密失败"),
        (form_of(gateway_connection(bureau.url), login="nobody"), "[GATEWAY_LOGIN] P0401"),
        (form_of(leqi_connection(""), host=None), "has no host"),
    ]
    for written, sentence in wrong:
        told = client.post("/api/v2/connections/test", json=written).json()
        assert (told["status"], sentence in told["message"]) == (False, True), told
        assert not any(secret in told["message"] for secret in (other, KEY, APP_SECRET))


def test_the_command_of_airflow_tests_them_too(airflow: OwnAirflow, bureau: RunningSimulator) -> None:
    for name in ("leqi", "bureau_gateway"):
        assert airflow.run("connections", "test", name)[0] == 0
    code, told = airflow.run(
        "connections", "test", "leqi", AIRFLOW_CONN_LEQI=leqi_connection(bureau.url, sydwptbh="SYDW999999")
    )
    assert (code, "LEQI_USING_UNIT" in told) == (1, True), told
