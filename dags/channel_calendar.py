"""One DAG per (channel, job) of include/rules/calendar.yaml, on every channel with a hook: plan → apply → collect."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset, MultipleCronTriggerTimetable, Param

from fapiao.rules.book import rulebook
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from operators.downloads.operators import ApplyOperator, CollectOperator, PlanOperator

TIMEZONE = "Asia/Shanghai"
INVOICE_POOL = Asset("invoice_pool")

RETRYING = {"retries": 3, "retry_delay": timedelta(seconds=30)}

PARAMS = {
    "date": Param(
        None,
        type=["null", "string"],
        format="date",
        title="日期",
        description="The day the run works for; empty: the day it was scheduled for, in Asia/Shanghai.",
    ),
    "taxpayers": Param(
        [],
        type="array",
        items={"type": "string"},
        title="税号",
        description="Only these tax numbers; empty: every taxpayer of the channel.",
    ),
}

for job in rulebook().jobs(channels=tuple(DOWNLOAD_CHANNELS)):
    with DAG(
        dag_id=job.dag_id,
        description=job.label,
        doc_md=job.text,
        schedule=MultipleCronTriggerTimetable(*job.crons, timezone=TIMEZONE),
        start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
        catchup=False,
        max_active_runs=1,
        tags=["calendar", job.channel],
        params=PARAMS,
        default_args=RETRYING,
    ):
        plan = PlanOperator(task_id="plan", channel=job.channel, job=job.job, many_a_day=len(job.crons) > 1)
        apply = ApplyOperator(task_id="apply", channel=job.channel)
        collect = CollectOperator(task_id="collect", channel=job.channel, outlets=[INVOICE_POOL])
        plan >> apply >> collect
