"""The parameters of the DAGs that run by the calendar: the day, and whom or what a person restricts a run to."""

from fapiao.forms.fields import FormField, run_day_field

AS_OF = (run_day_field("As of this day."),)
CALENDAR_RUN = (
    run_day_field("The day the run works for; empty: the day it was scheduled for, in Asia/Shanghai."),
    FormField(
        "taxpayers", "texts", "税号", "Only these tax numbers; empty: every taxpayer of the channel.", needed=True
    ),
)
SWEEP_RUN = (
    *AS_OF,
    FormField(
        "batches",
        "texts",
        "下载批次号",
        "获取异步结果: poll only these tasks, once; empty: everything that is due.",
        needed=True,
    ),
)
AUTO_UPDATE_RUN = (run_day_field("按哪一天更新上月；空为排定日。"),)
