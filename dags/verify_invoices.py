"""Every ten minutes: invoices that wait for their 查验 are asked about, each at most five times a day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset, CronTriggerTimetable, Param

from operators.verifications.operators import VerifyOperator

with DAG(
    dag_id="verify_invoices",
    description="查验: asks about every invoice that waits for its verification",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="Asia/Shanghai"),
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=1,
    tags=["verify"],
    params={"date": Param(None, type=["null", "string"], format="date", title="日期", description="As of this day.")},
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    VerifyOperator(task_id="verify", outlets=[Asset("invoice_pool")])
