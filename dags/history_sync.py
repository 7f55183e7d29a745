"""历史发票数据同步 (S3): years or months of sales invoices by a form; a dry run first, then plan → apply → collect."""

from fapiao.history.form import HISTORY
from operators.airflow_dag import project_dag
from operators.downloads.operators import apply_and_collect
from operators.history.operators import CHANNELS, HistoryApplyOperator, HistoryPlanOperator

with project_dag("history_sync", HISTORY):
    apply_and_collect(HistoryPlanOperator(task_id="plan"), CHANNELS, HistoryApplyOperator)
