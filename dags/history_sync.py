"""历史发票数据同步 (S3): years or months of sales invoices by a form; a dry run first, then plan → apply → collect."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset

from fapiao.rules.book import rulebook
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from operators.downloads.operators import CollectOperator
from operators.history.operators import CHANNELS, HistoryApplyOperator, HistoryPlanOperator
from operators.history.params import history_params

with DAG(
    dag_id="history_sync",
    description="历史发票数据同步: years of sales invoices, or their usage status, by a form; a dry run by default",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=4,
    tags=["form"],
    params=history_params(rulebook()),
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    plan = HistoryPlanOperator(task_id="plan")
    for channel in sorted({*CHANNELS} & {*DOWNLOAD_CHANNELS}):
        apply = HistoryApplyOperator(task_id=f"apply_{channel}", channel=channel)
        collect = CollectOperator(task_id=f"collect_{channel}", channel=channel, outlets=[Asset("invoice_pool")])
        plan >> apply >> collect
