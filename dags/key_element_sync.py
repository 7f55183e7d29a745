"""进项发票关键要素同步 (S0): a form asks for the headers of one organisation's 发票勾选确认; plan → apply → collect."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset, Param

from fapiao.key_elements.form import choices
from fapiao.rules.book import rulebook
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from operators.downloads.operators import ApplyOperator, CollectOperator
from operators.key_elements.operators import CHANNELS, KeyElementPlanOperator

CHOICES = choices(rulebook())
LISTED = {
    name: {"type": ["null", "array"], "items": {"type": "string"}, "examples": [*labels], "values_display": labels}
    for name, labels in CHOICES.items()
}
DAY = {"type": ["null", "string"], "format": "date"}
ALL = "可多选；不选为全部。"

PARAMS = {
    "org": Param(type="string", minLength=1, title="核算组织", description="填一个组织编码，下载其上查税号的数据。"),
    "taxpayer_no": Param(None, type=["null", "string"], title="税号", description="仅当该组织有多个税号时填写。"),
    "document": Param(
        "invoice",
        enum=[*CHOICES["document"]],
        values_display=CHOICES["document"],
        title="票据类型",
        description="发票或海关缴款书；后者不填发票类型和发票状态。",
    ),
    "invoice_types": Param([], **LISTED["invoice_types"], title="发票类型", description=ALL),
    "deduction_statuses": Param([], **LISTED["deduction_statuses"], title="抵扣状态", description=ALL),
    "invoice_statuses": Param([], **LISTED["invoice_statuses"], title="发票状态", description=ALL),
    "date_from": Param(None, **DAY, title="开票日期从", description="空为当月1号。"),
    "date_to": Param(None, **DAY, title="开票日期到", description="空为执行当天。"),
    "date": Param(None, **DAY, title="日期", description="按哪一天执行；空为今天（北京时间）。"),
}

with DAG(
    dag_id="key_element_sync",
    description="进项发票关键要素同步: headers of what the bureau lists for selection, by a form",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=4,
    tags=["form"],
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    plan = KeyElementPlanOperator(task_id="plan")
    for channel in sorted({*CHANNELS} & {*DOWNLOAD_CHANNELS}):
        apply = ApplyOperator(task_id=f"apply_{channel}", channel=channel)
        collect = CollectOperator(task_id=f"collect_{channel}", channel=channel, outlets=[Asset("invoice_pool")])
        plan >> apply >> collect
