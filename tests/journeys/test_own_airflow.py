"""An ordinary Airflow that mounts dags/, plugins/ and include/: no launcher, no PYTHONPATH, nothing of ours installed."""

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from asked_of_gateway import company, gateway_connection
from asked_of_leqi import UNIT, order
from own_airflow import OwnAirflow, own_airflow
from rehearsal import DIRECT_UNIT, GENERAL, KEY, leqi_connection
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.gateway.credentials import APP_SECRET
from simulator.running import RunningSimulator
from temporary_postgres import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack"), pytest.mark.finding("F61")]
Connection = dict[str, Any]


@pytest.fixture(scope="module")
def bureau() -> Iterator[RunningSimulator]:
    """The bureau of both connections."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        known = {"nsrsbh": GENERAL, "jrdwptbh": DIRECT_UNIT, "sydwptbh": UNIT, "authorised_on": "2020-01-01"}
        order(simulator, "seed", companies=[known, company("etax", "91310000MA1EXAMP15")], documents=[])
        yield simulator


@pytest.fixture(scope="module")
def airflow(bureau: RunningSimulator) -> Iterator[OwnAirflow]:
    """Somebody's Airflow, with both connections in its environment."""
    leqi, gateway = leqi_connection(bureau.url, sydwptbh=UNIT), gateway_connection(bureau.url)
    with own_airflow(AIRFLOW_CONN_LEQI=leqi, AIRFLOW_CONN_BUREAU_GATEWAY=gateway) as airflow:
        yield airflow


@pytest.fixture(scope="module")
def client(airflow: OwnAirflow) -> Iterator[httpx.Client]:
    """Somebody at its api-server, when the DAG files have been read."""
    code, told = airflow.run("dags", "reserialize")
    assert code == 0, told
    with airflow.serving(), closing(airflow.client()) as client:
        yield client


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


def test_the_button_in_the_list_tests_what_is_stored_with_the_secret_that_the_page_does_not_know(
    client: httpx.Client, bureau: RunningSimulator
) -> None:
    empty = dict.fromkeys(("poll_seconds", "concurrency", "timeout_seconds", "encryption"))
    written = form_of(leqi_connection(bureau.url), connection_id="typed", extra=json.dumps(empty | {"sydwptbh": UNIT}))
    assert client.post("/api/v2/connections", json=written).status_code == 201
    shown = client.get("/api/v2/connections/typed").json()
    page = {name: shown[name] or "" for name in ("conn_type", "connection_id", "description", "extra", "host", "login")}
    told = client.post("/api/v2/connections/test", json=page | {"password": "***", "schema": "", "port": 0}).json()
    assert (told["status"], "连接正常" in told["message"]) == (True, True), told


def test_the_key_of_aes_is_shown_no_more_than_a_password(client: httpx.Client) -> None:
    sealed = form_of(gateway_connection("https://gateway.example", encoding="aes", encoding_key="of-the-seal"))
    written = client.post("/api/v2/connections", json=sealed | {"connection_id": "sealed"}).text
    shown = client.get("/api/v2/connections/sealed").text
    assert "of-the-seal" not in written + shown
    assert APP_SECRET not in written + shown


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
