"""One DAG per (channel, job) of include/rules/calendar.yaml, on every channel with a hook: plan → apply → collect."""

from fapiao.forms.runs import CALENDAR_RUN
from fapiao.rules.book import rulebook
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from operators.airflow_dag import project_dag
from operators.downloads.operators import ApplyOperator, CollectOperator, PlanOperator

for job in rulebook().jobs(channels=tuple(DOWNLOAD_CHANNELS)):
    with project_dag(job.dag_id, CALENDAR_RUN):
        plan = PlanOperator(task_id="plan", channel=job.channel, job=job.job, many_a_day=len(job.crons) > 1)
        apply = ApplyOperator(task_id="apply", channel=job.channel)
        plan >> apply >> CollectOperator(task_id="collect", channel=job.channel)
