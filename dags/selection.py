"""海关缴款书不抵扣勾选 (S2): a form, a sheet by default, then the request to the bureau and its result."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset

from fapiao.rules.book import rulebook
from fapiao.selection.rules import selection_rules
from operators.selections.operators import SelectionFollowOperator, SelectionFormOperator
from operators.selections.params import selection_params

with DAG(
    dag_id="selection",
    description="海关缴款书不抵扣勾选: select, withdraw, preselect, statistics, by a form; a dry run by default",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=4,
    tags=["form"],
    params=selection_params(rulebook(), selection_rules()),
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    submit = SelectionFormOperator(task_id="submit")
    submit >> SelectionFollowOperator(task_id="select", submitted_by="submit", outlets=[Asset("invoice_pool")])
