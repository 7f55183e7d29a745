"""导入电子税局文件 (S1, S3): a form names one file of the inbox; every ten minutes whatever lies there is taken."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset, CronTriggerTimetable, Param

from fapiao.imports.requests import DATA_TYPES, INVOICE_DATA
from operators.imports.operators import ImportFilesOperator

TEXT = {"type": ["null", "string"]}
PARAMS = {
    "path": Param(
        None, **TEXT, title="文件路径", description="收件夹里的文件名，最大 10M；留空则处理收件夹里的全部文件。"
    ),
    "taxpayer_no": Param(None, **TEXT, title="税号", description="仅支持选择一个税号；填写文件路径时必填。"),
    "direction": Param(
        None,
        type=["null", "string"],
        enum=[None, "input", "output"],
        values_display={"null": "由文件内容判断", "input": "进项", "output": "销项"},
        title="进销项",
        description="留空则由文件内容判断。",
    ),
    "scheme": Param(
        None, **TEXT, title="下载方案", description="导入到该方案：方案以外的企业和发票类型不导入；留空不限。"
    ),
    "data_type": Param(
        INVOICE_DATA,
        type="string",
        enum=[*DATA_TYPES],
        title="发票数据类型",
        description="导入电子税局文件不支持发票用途状态，请改用税局下载获取。",
    ),
    "password_connection": Param(
        None,
        **TEXT,
        title="密码连接",
        description="压缩包有密码时：存放该密码的 Airflow 连接的 ID；密码本身不要填在这里。",
    ),
    "replay": Param(
        False, type="boolean", title="重新识别", description="词表维护后，把待识别票种的文件重新处理一遍。"
    ),
    "date": Param(None, **TEXT, format="date", title="日期", description="按哪一天处理；留空为今天（上海时间）。"),
}

with DAG(
    dag_id="import_bureau_file",
    description="导入电子税局文件: by a form, and every ten minutes out of the inbox",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="Asia/Shanghai"),
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=1,
    tags=["form"],
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    ImportFilesOperator(task_id="import_files", outlets=[Asset("invoice_pool")])
