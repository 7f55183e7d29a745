"""自动抵扣勾选 (S2 §4-1, R222): once a day what the enabled rules pick is preselected or selected; off by default."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset, CronTriggerTimetable, Param

from operators.selections.operators import AutoSelectionOperator, SelectionFollowOperator

with DAG(
    dag_id="auto_selection",
    description="自动抵扣勾选: what the enabled rules pick, every morning; nothing while every rule is off",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 7 * * *", timezone="Asia/Shanghai"),
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=1,
    tags=["selection"],
    params={"date": Param(None, type=["null", "string"], format="date", title="日期", description="As of this day.")},
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    pick = AutoSelectionOperator(task_id="pick")
    pick >> SelectionFollowOperator(task_id="select", submitted_by="pick", outlets=[Asset("invoice_pool")])
