"""Every ten minutes: invoices that wait for their 查验 are asked about, each at most five times a day."""

from fapiao.forms.runs import AS_OF
from operators.airflow_dag import project_dag
from operators.verifications.operators import VerifyOperator

with project_dag("verify_invoices", AS_OF):
    VerifyOperator(task_id="verify")
