"""Which bureau a command talks to: a variable's, or the one that Airflow knows by a secrets backend or its database."""

import json
import os
import time
from pathlib import Path

import pytest

from airflow_home import OWN
from fapiao.errors import Unusable
from launcher.airflow_connections import known_to_airflow
from launcher.bureau import given_bureaus, require_bureau
from launcher.connections import BUREAU_VARIABLES, LEQI_VARIABLE

KEY = "0123456789abcdeffedcba9876543210"


@pytest.fixture(autouse=True)
def _no_bureau(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*BUREAU_VARIABLES, "AIRFLOW__SECRETS__BACKEND"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.finding("F52")
def test_a_bureau_in_a_secrets_backend_is_found_as_airflow_finds_it(
    fapiao_home: Path, tmp_path: Path, airflow_metadata: None
) -> None:
    kept = tmp_path / "connections.json"
    extra = {"sydwptbh": "SYDW"}
    kept.write_text(
        json.dumps({"leqi": {"conn_type": "leqi", "host": "https://a", "login": "JR", "password": KEY, "extra": extra}})
    )
    backend = {
        "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({"connections_file_path": str(kept)}),
    }
    found = given_bureaus({**os.environ, **OWN, **backend})
    assert found.keys() == {LEQI_VARIABLE}
    assert json.loads(found[LEQI_VARIABLE]) == {
        "conn_type": "leqi", "host": "https://a", "login": "JR", "password": KEY, "extra": extra,
    }  # fmt: skip
    said = (fapiao_home / "logs" / "airflow-connections.log").read_text(encoding="utf-8")
    assert KEY not in said


@pytest.mark.finding("F52")
def test_an_airflow_that_cannot_say_is_one_sentence_without_what_it_said(fapiao_home: Path) -> None:
    kept = {"AIRFLOW__SECRETS__BACKEND": "nowhere.Vault", "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"token": "hvs.abc"}'}
    with pytest.raises(
        Unusable, match=r"Airflow cannot say which connections it knows: .*airflow-connections.log"
    ) as no:
        known_to_airflow(["leqi"], os.environ | OWN | kept)
    assert "hvs.abc" not in str(no.value)


def test_without_any_bureau_a_run_is_refused_at_once(fapiao_home: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Unusable, match="There is no bureau for leqi__incremental to talk to: set AIRFLOW_CONN_LEQI to"):
        require_bureau("leqi__incremental", "postgresql://nowhere")
    assert time.monotonic() - began < 1


def test_an_import_asks_no_bureau(fapiao_home: Path) -> None:
    require_bureau("import_bureau_file", "postgresql://nowhere")
