"""Every ten minutes: apply and collect for open rows whose run is gone or gave up, on every channel that has a hook."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, CronTriggerTimetable, Param

from operators.sweep import SweepOperator

with DAG(
    dag_id="sweep_results",
    description="扫尾: the same collect over rows whose run is gone or gave up",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="Asia/Shanghai"),
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=1,
    tags=["sweep"],
    params={
        "date": Param(None, type=["null", "string"], format="date", title="日期", description="As of this day."),
        "batches": Param(
            [],
            type="array",
            items={"type": "string"},
            title="下载批次号",
            description="获取异步结果: poll only these tasks, once; empty: everything that is due.",
        ),
    },
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    SweepOperator(task_id="sweep")
