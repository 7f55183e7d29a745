"""The sweep works every channel that has open rows; one that cannot be worked does not hold up the others."""

from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowNotFoundException

from fapiao.tasks import RunDay
from operators.downloads.plan import plan_day
from operators.sweep import SweepOperator
from rehearsal import GENERAL, Rehearsal

DAY = "2027-02-02"
OTHER = "91310000MA1EXAMP15"


def test_a_channel_without_its_connection_fails_the_run_after_the_others_had_their_turn(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_BUREAU_GATEWAY", raising=False)
    rehearsal.taxpayer()
    rehearsal.pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel) VALUES (%s, '乙公司', 'aisino')", [OTHER]
    )
    rehearsal.scheme("81")
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15")
    rehearsal.today(DAY)
    day = datetime.fromisoformat(DAY).date()
    with psycopg.connect(rehearsal.pool_url) as connection:
        for channel, job in (("leqi", "history_output"), ("aisino", "current_month")):
            plan_day(connection, RunDay(f"{channel}__{job}", "planned", day, DAY, explicit=True), channel, job)
    run = SimpleNamespace(dag_id="sweep_results", run_id="one", start_date=datetime.now(UTC))
    context = {
        "dag_run": run,
        "params": {"date": DAY},
        "ti": SimpleNamespace(task_id="sweep", xcom_push=lambda **_: None),
    }

    with pytest.raises(AirflowNotFoundException, match="bureau_gateway"):
        SweepOperator(task_id="sweep").execute(context)

    assert {task["channel"]: task["status"] for task in rehearsal.tasks()} == {
        "leqi": "succeeded",
        "aisino": "pending",
    }
