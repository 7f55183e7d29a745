"""Every ten minutes: apply and collect for open rows whose run is gone or gave up, on every channel that has a hook."""

from fapiao.forms.runs import SWEEP_RUN
from operators.airflow_dag import project_dag
from operators.sweep import SweepOperator

with project_dag("sweep_results", SWEEP_RUN):
    SweepOperator(task_id="sweep")
