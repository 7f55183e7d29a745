"""自动抵扣勾选 (S2 §4-1, R222): once a day what the enabled rules pick is preselected or selected; off by default."""

from fapiao.forms.runs import AS_OF
from operators.airflow_dag import project_dag
from operators.project_operator import INVOICE_POOL
from operators.selections.operators import AutoSelectionOperator, SelectionFollowOperator

with project_dag("auto_selection", AS_OF):
    pick = AutoSelectionOperator(task_id="pick", inlets=[INVOICE_POOL])
    pick >> SelectionFollowOperator(task_id="select", submitted_by="pick")
