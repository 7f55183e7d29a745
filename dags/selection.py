"""海关缴款书不抵扣勾选 (S2): a form, a sheet by default, then the request to the bureau and its result."""

from fapiao.selection.form import SELECTION
from operators.airflow_dag import project_dag
from operators.selections.operators import SelectionFollowOperator, SelectionFormOperator

with project_dag("selection", SELECTION):
    submit = SelectionFormOperator(task_id="submit")
    submit >> SelectionFollowOperator(task_id="select", submitted_by="submit")
