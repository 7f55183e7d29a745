"""进项发票关键要素同步 (S0): a form asks for the headers of one organisation's 发票勾选确认; plan → apply → collect."""

from fapiao.key_elements.fields import KEY_ELEMENTS
from operators.airflow_dag import project_dag
from operators.downloads.operators import ApplyOperator, apply_and_collect
from operators.key_elements.operators import CHANNELS, KeyElementPlanOperator

with project_dag("key_element_sync", KEY_ELEMENTS):
    apply_and_collect(KeyElementPlanOperator(task_id="plan"), CHANNELS, ApplyOperator)
