"""每月定时更新 (S3): on the 5th, the month before for whoever switched it on; what is complete is left out."""

from fapiao.forms.runs import AUTO_UPDATE_RUN
from operators.airflow_dag import project_dag
from operators.downloads.operators import ApplyOperator, apply_and_collect
from operators.history.operators import CHANNELS, HistoryAutoUpdateOperator

with project_dag(
    "history_auto_update",
    "历史发票数据导入定时计划: details and usage of the month before, for whoever switched them on",
    __doc__,
    AUTO_UPDATE_RUN,
    cron="0 5 5 * *",
    tags=["sim_his_inv_data_import_task_SKDP_S"],
):
    apply_and_collect(HistoryAutoUpdateOperator(task_id="plan"), CHANNELS, ApplyOperator)
