"""The doctor says what is wrong and what to do, changes nothing, and never shows a secret."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from acted_rows import company, grant
from fapiao.bureau_kind import REAL
from hooks.pool.bureau_kind import claim
from launcher.connections import BUREAU_VARIABLES, GATEWAY_VARIABLE, LEQI_VARIABLE, POOL_VARIABLE
from launcher.doctor.machine import disk, python
from launcher.doctor.pool import apart
from launcher.main import main
from launcher.stack_simulator import connections
from old_postgres import postgres_of
from operators.run_context import account
from rehearsal import KEY
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator
from simulator.sample import sample_enterprise
from temporary_postgres import ROOT

FOREIGN = "91310000MA2000001E"
Pool = psycopg.Connection[Any]
Rows = dict[str, dict[str, str]]


@pytest.fixture(autouse=True)
def _nothing_given(fapiao_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*BUREAU_VARIABLES, POOL_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def looked(capsys: pytest.CaptureFixture[str], code: int) -> Rows:
    """The rows of one look, by part."""
    assert main(["doctor", "--json"]) == code
    out = capsys.readouterr().out
    assert KEY not in out
    return {row["part"]: row for row in map(json.loads, out.splitlines())}


def test_where_nothing_is_nothing_is_wrong_and_the_next_step_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    rows = looked(capsys, 0)
    assert {part: row["state"] for part, row in rows.items()} == {
        "python": "ok", "disk": "ok", "postgres": "absent", "airflow": "absent", "connections": "absent",
    }  # fmt: skip
    assert rows["postgres"]["next_step"] == "./fapiao demo or ./fapiao up makes one"


def test_a_pool_that_does_not_answer_is_wrong_and_the_password_stays_hidden(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(POOL_VARIABLE, f"postgresql://me:{KEY}@127.0.0.1:9/pool")
    row = looked(capsys, 1)["postgres"]
    assert row["state"] == "wrong"
    assert row["found"].startswith("127.0.0.1:9/pool does not answer: ")
    assert POOL_VARIABLE in row["next_step"]


@pytest.mark.parametrize("text", ["mysql://somewhere", "{", "postgresql://u:p@host:port/name"])
def test_a_pool_url_that_is_none_is_wrong_and_the_others_are_looked_at(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(POOL_VARIABLE, text)
    rows = looked(capsys, 1)
    assert (rows["postgres"]["state"], rows["airflow"]["state"]) == ("wrong", "absent")


def test_a_server_that_is_too_old_is_said_by_the_doctor_and_by_every_other_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_of("15.13 (Debian 15.13-0+deb12u1)") as url:
        monkeypatch.setenv(POOL_VARIABLE, url)
        assert "The pool's Postgres is version 15" in looked(capsys, 1)["postgres"]["found"]
        assert main(["log"]) == 1
    assert "The pool's Postgres is version 15, fapiao needs 18 or newer" in capsys.readouterr().err


def test_a_pool_is_read_and_not_migrated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, empty_url: str
) -> None:
    monkeypatch.setenv(POOL_VARIABLE, empty_url)
    row = looked(capsys, 0)["schema"]
    assert (row["state"], row["next_step"]) == ("absent", "./fapiao db migrate")
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT to_regclass('public.fapiao_migration')").fetchone() == (None,)


def test_a_schema_that_is_behind_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pool_url: str, owner_url: str
) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute("DELETE FROM public.fapiao_migration WHERE number > 30")
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    row = looked(capsys, 1)["schema"]
    assert row["state"] == "wrong"
    assert "missing" in row["found"]
    assert row["next_step"] == "./fapiao db migrate"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM public.fapiao_migration", "migration 0 of "),
        ("DELETE FROM public.fapiao_definitions", "The pool is older than this program"),
        ("DELETE FROM sync.module", "The pool knows other rules than this program"),
    ],
)
def test_whatever_else_makes_it_another_pool_than_this_programs_is_said_with_the_next_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pool_url: str, owner_url: str,
    statement: LiteralString, said: str
) -> None:  # fmt: skip
    with psycopg.connect(owner_url) as connection:
        connection.execute(statement)
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    row = looked(capsys, 1)["schema"]
    assert said in row["found"]
    assert (row["state"], row["next_step"]) == ("wrong", "./fapiao db migrate")


def test_a_pool_of_a_newer_fapiao_is_not_to_be_migrated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pool_url: str, owner_url: str
) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute("INSERT INTO public.fapiao_migration (number, name, sha256) VALUES (9000, 'later', 'x')")
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    row = looked(capsys, 1)["schema"]
    assert "This database has seen migration 9000_later" in row["found"]
    assert row["next_step"].endswith("use that one, or another database")


@pytest.mark.finding("F52")
def test_a_bureau_of_a_secrets_backend_is_looked_at_before_any_airflow_was_prepared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "connections.json"
    kept.write_text(json.dumps({"leqi": json.loads(connections("http://127.0.0.1:9", KEY)[LEQI_VARIABLE])}))
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "airflow.secrets.local_filesystem.LocalFilesystemBackend")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", json.dumps({"connections_file_path": str(kept)}))
    rows = looked(capsys, 1)
    assert rows["connection leqi"]["state"] == "wrong"
    assert "connections" not in rows
    assert rows["airflow"]["found"].endswith("never started here")


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("limited", [False, True])
def test_accounts_and_companies_are_named_to_whom_every_organisation_is_open(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    pool: Pool,
    pool_url: str,
    limited: bool,
    known: bool,
) -> None:
    company(pool, FOREIGN)
    pool.execute(
        "INSERT INTO sync.login_request (channel, account, city_code, taxpayer_no, reason, next_check)"
        " VALUES ('etax', 'zhang-of-another', '3100', %s, 'x', now())", [FOREIGN],
    )  # fmt: skip
    if limited:
        pool.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('ORG1')")
        grant(pool, (account(), "ORG1", "auditor"))
    pool.commit()
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        if known:
            with simulator.client() as admin:
                admin.post("/_sim/seed", json=sample_enterprise(datetime.now(UTC).date()))
                for one in admin.get("/_sim/session").json()["sessions"]:
                    admin.post("/_sim/session", json={"account": one["account"], "state": "offline"})
        monkeypatch.setenv(GATEWAY_VARIABLE, connections(simulator.url, KEY)[GATEWAY_VARIABLE])
        assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert ("zhang-of-another" in said, FOREIGN in said) == (not limited, not limited)
    assert ("0 of 1 companies on 电子税局 are logged in" if known else "the accounts cannot be asked about") in said
    assert ("tasks wait for 1 accounts" in said) == limited


def test_bureaus_are_asked_for_real_with_the_kind_the_clock_and_the_accounts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pool_url: str
) -> None:
    day = datetime.now(UTC).date()
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    with psycopg.connect(pool_url) as connection:
        connection.execute(
            "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel) SELECT %s, 'A', 'etax'",
            ["91310000MA2000001E"],
        )
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        with simulator.client() as admin:
            admin.post("/_sim/seed", json=sample_enterprise(day))
        for name, text in connections(simulator.url, KEY).items():
            monkeypatch.setenv(name, text)
        rows = looked(capsys, 0)
        assert rows["connection leqi"]["state"] == rows["connection bureau_gateway"]["state"] == "ok"
        assert rows["clock: leqi"]["state"] == rows["clock: pool"]["state"] == "ok"
        assert "companies on 电子税局 are logged in" in rows["logins"]["found"]

        broken = json.loads(os.environ[LEQI_VARIABLE]) | {"password": "f" * 32}
        monkeypatch.setenv(LEQI_VARIABLE, json.dumps(broken))
        monkeypatch.delenv(GATEWAY_VARIABLE)
        with psycopg.connect(pool_url) as connection:
            claim(connection, REAL, "connection leqi", binding=True)
        assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "连接失败" in said
    assert "a rehearsal never shares a pool" in said
    assert "f" * 32 not in said


def test_a_bureau_that_cannot_be_reached_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in connections("http://127.0.0.1:9", KEY).items():
        monkeypatch.setenv(name, text)
    rows = looked(capsys, 1)
    assert rows["connection leqi"]["state"] == rows["connection bureau_gateway"]["state"] == "wrong"


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (4, "ok"), (6, "wrong"), (-6, "wrong")])
def test_a_clock_that_is_too_far_apart_is_wrong(seconds: int, state: str) -> None:
    now = datetime(2027, 3, 10, tzinfo=UTC)
    assert apart("clock: pool", now + timedelta(seconds=seconds), now, now).state == state


@pytest.mark.parametrize(("free", "state"), [(2**40, "ok"), (2**30, "warning"), (2**20, "wrong")])
def test_a_disk_that_is_nearly_full_is_said_before_it_is(tmp_path: Path, free: int, state: str) -> None:
    assert disk(tmp_path / "not" / "there", free).state == state


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10), "wrong"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "wrong")]
)
def test_a_python_that_the_requirements_do_not_know_is_wrong(version: tuple[int, int], state: str) -> None:
    assert python(version).state == state


def test_an_embedded_pool_that_stood_still_stands_still_afterwards(fapiao_home: Path) -> None:
    def fapiao(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, ROOT / "launcher", *words], check=False, capture_output=True, text=True)

    assert fapiao("db", "migrate").returncode == 0
    looked = fapiao("doctor")
    assert looked.returncode == 0, looked.stderr
    assert "migration" in looked.stdout
    assert fapiao("status").stdout.splitlines()[0].split() == ["postgres", "stopped"]
