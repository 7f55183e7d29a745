"""A program of this machine is asked past every proxy, and whatever goes wrong is one sentence."""

import json
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from fapiao.errors import BadInput, Unusable
from launcher import remote_run
from launcher.command_simulator import Simulation
from launcher.local_program import CallRefused, LocalProgram
from launcher.ports import free_port
from launcher.processes import birth
from launcher.stack import MONITORED, Part, Stack, me
from one_answer_server import OneAnswer, one_answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OneAnswer]:
    """A program that answers, behind a proxy that does not."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, nowhere)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with one_answer() as answer:
        yield answer


def test_a_body_is_posted_and_without_one_it_is_a_question(server: OneAnswer) -> None:
    server.body = b'{"a": "\xe7\xa5\xa8"}'
    program = LocalProgram("it", server.url)
    assert program.ask("/x") == program.ask("/y", {"b": 1}, token="t") == {"a": "票"}
    (path, headers, body), (other, more, posted) = server.asked
    assert (path, body, other, posted) == ("/x", b"", "/y", b'{"b":1}')
    assert ("authorization" in headers, more["authorization"]) == (False, "Bearer t")
    assert more["content-type"] == "application/json"


def test_a_refusal_says_who_refused_what_and_keeps_the_words(server: OneAnswer) -> None:
    server.status, server.body = 409, b"already there"
    with pytest.raises(CallRefused, match=r"^it refuses /x: HTTP 409 Conflict$") as refused:
        LocalProgram("it", server.url).ask("/x")
    assert (refused.value.status, refused.value.text) == (409, "already there")
    with pytest.raises(Unusable, match=r"^the simulator refuses seed: already there$"):
        Simulation(server.url, server.url).order("seed", {})


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff"])
def test_an_answer_that_is_no_json_is_none(server: OneAnswer, body: bytes) -> None:
    server.body = body
    with pytest.raises(Unusable, match=f"^it does not answer at {server.url}: "):
        LocalProgram("it", server.url).ask("/x")


def test_nobody_there_is_a_sentence() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unusable, match=f"^it does not answer at {url}: .*refused"):
        LocalProgram("it", url).ask("/x")


def test_a_stack_that_does_not_answer_or_says_nonsense_is_not_healthy(server: OneAnswer) -> None:
    stack = Stack(int(server.url.rpartition(":")[2]), me())
    assert stack.supervisor.born == birth(stack.supervisor.pid)
    server.body = b'{"metadatabase": {"status": "healthy"}, "scheduler": {"status": "unhealthy"}, "triggerer": null}'
    assert stack.unhealthy() == ["scheduler", "dag_processor", "triggerer"]
    server.body = b"starting"
    assert stack.unhealthy() == ["api-server"]
    server.status = 503
    assert stack.unhealthy() == ["api-server"]
    assert Stack(free_port(), me()).unhealthy() == ["api-server"]


def test_a_part_that_has_ended_is_no_longer_well_though_its_heartbeat_is_recent(server: OneAnswer) -> None:
    server.body = json.dumps({name: {"status": "healthy"} for name in MONITORED}).encode()
    ended = Part(me().pid, "born before")
    stack = Stack(int(server.url.rpartition(":")[2]), me(), {"scheduler": me(), "dag-processor": ended})
    assert stack.unhealthy() == []
    assert stack.troubled() == ["dag-processor"]


def test_a_dag_that_the_stack_does_not_know_is_an_error_of_who_asked(
    server: OneAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(int(server.url.rpartition(":")[2]), me())
    monkeypatch.setattr(remote_run, "login_password", lambda: "x")
    server.status = 404
    with pytest.raises(BadInput, match=r"the running stack has no DAG for /auth/token; ./fapiao status shows"):
        remote_run.run_on_stack(stack, "none", {})
    server.status = 500
    with pytest.raises(Unusable, match=r"^the running stack refuses /auth/token: HTTP 500 Internal Server Error$"):
        remote_run.run_on_stack(stack, "none", {})


def test_a_value_that_the_stack_does_not_take_is_to_be_corrected(
    server: OneAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_run, "login_password", lambda: "x")
    airflow = LocalProgram("it", server.url)
    server.status, server.body = 400, b'{"detail": "Invalid input for param red_when\\n\\nFailed validating"}'
    with pytest.raises(
        BadInput, match=r"^sweep_results does not take a value, correct it: Invalid input for param red"
    ):
        remote_run._begun(airflow, "sweep_results", {"red_when": "x"}, "t")


@pytest.mark.finding("F41")
def test_a_run_on_the_stack_that_was_refused_brings_its_reasons_back(server: OneAnswer) -> None:
    server.body = b'{"xcom_entries": [{"task_id": "plan"}, {"task_id": "apply"}], "value": "closed"}'
    assert remote_run._refusals(LocalProgram("it", server.url), "/runs/r", "t") == "closed"
    assert [path for path, _, _ in server.asked] == [
        "/runs/r/taskInstances/~/xcomEntries?xcom_key=refused",
        "/runs/r/taskInstances/plan/xcomEntries/refused",
        "/runs/r/taskInstances/apply/xcomEntries/refused",
    ]


@pytest.mark.finding("F42")
@pytest.mark.req("A-56")
def test_a_run_on_the_stack_is_started_in_the_name_of_whoever_asked(
    monkeypatch: pytest.MonkeyPatch, fapiao_home: Path
) -> None:
    secret = "only-for-tests-" * 6
    monkeypatch.setenv(remote_run.JWT_VARIABLE, secret)
    claims = {"sub": "admin", "role": "admin", "aud": "apache-airflow", "jti": "1", "exp": 4102444800}
    login = jwt.encode(claims, secret, algorithm="HS512", headers={"kid": "not-used"})
    assert remote_run.token_of(login, "admin") == login
    told = jwt.decode(remote_run.token_of(login, "zhang"), secret, algorithms=["HS512"], audience="apache-airflow")
    assert {name: told[name] for name in ("sub", "role", "exp")} == {"sub": "zhang", "role": "admin", "exp": 4102444800}
    assert told["jti"] != "1"
    monkeypatch.setenv(remote_run.JWT_VARIABLE, "another-secret-" * 6)
    with pytest.raises(
        Unusable, match=r"signs with another secret .* in the name of zhang: start it on Airflow's page"
    ):
        remote_run.token_of(login, "zhang")
