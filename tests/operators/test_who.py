"""Who acts by a run: the user that triggered it, the account at a command, or the calendar (A-56)."""

import getpass
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.api.datamodels._generated import DagRunType

from operators.run_context import by_a_person, who


def context(run_type: str, user: str | None = None) -> dict[str, Any]:
    """What Airflow gives a task about its run."""
    return {"dag_run": SimpleNamespace(run_type=run_type, triggering_user_name=user)}


@pytest.mark.finding("F42")
@pytest.mark.req("A-56", "R254")
@pytest.mark.parametrize(
    ("run_type", "user", "expected"),
    [("manual", "li", "li"), ("backfill", "li", "li"), ("scheduled", None, "calendar"), ("manual", "dag_test", "wang")],
)
def test_the_person_behind_a_run_stands_for_it(
    run_type: str, user: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAPIAO_ACTOR", "wang")
    assert who(context(run_type, user)) == expected


@pytest.mark.req("A-56")
def test_a_run_by_a_command_without_a_name_is_the_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAPIAO_ACTOR", raising=False)
    assert who(context("manual")) == getpass.getuser()


@pytest.mark.finding("F42")
@pytest.mark.req("A-56")
def test_a_run_that_no_person_made_is_the_calendars_in_the_words_that_airflow_gives_a_task() -> None:
    """The type of a run comes as an enum whose text is not its value."""
    unasked = {DagRunType.SCHEDULED, DagRunType.ASSET_TRIGGERED, DagRunType.ASSET_MATERIALIZATION}
    assert {kind for kind in DagRunType if not by_a_person(context(kind))} == unasked
    assert {who(context(kind)) for kind in unasked} == {"calendar"}
