"""Every ten minutes: invoices that wait for their 查验 are asked about, each at most five times a day."""

from fapiao.forms.runs import AS_OF
from operators.airflow_dag import project_dag
from operators.downloads.operators import INVOICE_POOL
from operators.verifications.operators import VerifyOperator

with project_dag(
    "verify_invoices",
    "查验: asks about every invoice that waits for its verification",
    __doc__,
    AS_OF,
    cron="*/10 * * * *",
    tags=["verify"],
):
    VerifyOperator(task_id="verify", outlets=[INVOICE_POOL])
