"""每月定时更新 (S3): on the 5th, the month before for whoever switched it on; what is complete is left out."""

from fapiao.forms.runs import AUTO_UPDATE_RUN
from operators.airflow_dag import project_dag
from operators.downloads.operators import ApplyOperator, apply_and_collect
from operators.history.operators import CHANNELS, HistoryAutoUpdateOperator

with project_dag("history_auto_update", AUTO_UPDATE_RUN):
    apply_and_collect(HistoryAutoUpdateOperator(task_id="plan"), CHANNELS, ApplyOperator)
