"""每月定时更新 (S3): on the 5th, the month before for whoever switched it on; what is complete is left out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset, CronTriggerTimetable, Param

from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from operators.downloads.operators import ApplyOperator, CollectOperator
from operators.history.operators import CHANNELS, HistoryAutoUpdateOperator

with DAG(
    dag_id="history_auto_update",
    description="历史发票数据导入定时计划: details and usage of the month before, for whoever switched them on",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 5 5 * *", timezone="Asia/Shanghai"),
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=1,
    tags=["sim_his_inv_data_import_task_SKDP_S"],
    params={
        "date": Param(
            None, type=["null", "string"], format="date", title="日期", description="按哪一天更新上月；空为排定日。"
        ),
    },
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    plan = HistoryAutoUpdateOperator(task_id="plan")
    for channel in sorted({*CHANNELS} & {*DOWNLOAD_CHANNELS}):
        apply = ApplyOperator(task_id=f"apply_{channel}", channel=channel)
        collect = CollectOperator(task_id=f"collect_{channel}", channel=channel, outlets=[Asset("invoice_pool")])
        plan >> apply >> collect
