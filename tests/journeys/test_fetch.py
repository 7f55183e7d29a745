"""获取异步结果 against the bureau: the asked tasks are polled once, the others wait for their time."""

import psycopg
import pytest

from fapiao.permissions.task_actions import ActionOutcome
from operators.downloads.actions import answers, poll_now
from rehearsal import GENERAL, Rehearsal, leqi_connection

LONGER_THAN_A_RUN_WAITS = 30_000
FEEDBACK = "PLFPXZSQFK"


@pytest.fixture
def accepted(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    """Two downloads of January that the bureau has accepted; nobody would ask for hours."""
    connection = leqi_connection(rehearsal.simulator.url, poll_seconds=LONGER_THAN_A_RUN_WAITS)
    monkeypatch.setenv("AIRFLOW_CONN_LEQI", connection)
    rehearsal.taxpayer()
    rehearsal.scheme("81", "82")
    for fplx in ("81", "82"):
        rehearsal.document(fplx=fplx, nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15")
    rehearsal.run("leqi__history_output", "2027-02-02")
    assert {task["status"] for task in rehearsal.tasks()} == {"downloading"}
    return rehearsal


def ask(rehearsal: Rehearsal, batch_no: str) -> list[ActionOutcome]:
    """What a person gets who presses the button."""
    with psycopg.connect(rehearsal.pool_url, autocommit=True) as connection:
        poll_now(connection, "li", [batch_no])
        rehearsal.run("sweep_results", None, batches=[batch_no])
        return answers(connection, [batch_no])


@pytest.mark.req("R291", "R293", "R319")
def test_only_the_asked_task_is_polled_once_at_each_request_until_it_is_there(accepted: Rehearsal) -> None:
    """The bureau has a download ready at the second question."""
    first, second = accepted.tasks()
    assert ask(accepted, first["batch_no"]) == [ActionOutcome(first["batch_no"], "任务处理中")]
    assert len(accepted.calls(FEEDBACK)) == 1
    assert ask(accepted, first["batch_no"]) == [ActionOutcome(first["batch_no"], "成功")]
    assert len(accepted.calls(FEEDBACK)) == 2
    assert [task["status"] for task in accepted.tasks()] == ["succeeded", "downloading"]
    assert accepted.tasks()[1]["not_before"] == second["not_before"]
    assert len(accepted.invoices()) == 1


@pytest.mark.req("R315", "R319")
def test_what_the_bureau_refuses_is_the_answer(accepted: Rehearsal) -> None:
    task = accepted.tasks()[0]
    accepted.fault("returncode", code="01", text="报文不符合要求", service=FEEDBACK, times=1)
    assert ask(accepted, task["batch_no"]) == [ActionOutcome(task["batch_no"], "下载失败：01 报文不符合要求")]


def test_a_voided_task_is_not_polled_even_when_it_is_asked_for(accepted: Rehearsal) -> None:
    task = accepted.tasks()[0]
    accepted.pool.execute(
        "UPDATE sync.task SET void_state = 'voided', voided_by = 'li', voided_at = now(), void_reason = 'why'"
    )
    accepted.run("sweep_results", None, batches=[task["batch_no"]])
    assert accepted.calls(FEEDBACK) == []
