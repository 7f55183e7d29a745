"""海关缴款书不抵扣勾选 (S2): a form, a sheet by default, then the request to the bureau and its result."""

from fapiao.selection.form import SELECTION
from operators.airflow_dag import project_dag
from operators.downloads.operators import INVOICE_POOL
from operators.selections.operators import SelectionFollowOperator, SelectionFormOperator

with project_dag(
    "selection",
    "海关缴款书不抵扣勾选: select, withdraw, preselect, statistics, by a form; a dry run by default",
    __doc__,
    SELECTION,
    tags=["form"],
    max_active_runs=4,
):
    submit = SelectionFormOperator(task_id="submit")
    submit >> SelectionFollowOperator(task_id="select", submitted_by="submit", outlets=[INVOICE_POOL])
