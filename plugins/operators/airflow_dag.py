"""What every DAG of this project has alike, and a form as Airflow shows it; a file of dags/ says what differs.

Airflow reads only files that name both words of this module's name.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, CronTriggerTimetable, MultipleCronTriggerTimetable, Param

from fapiao.bounds import bound
from fapiao.forms.fields import Form, FormField

TIMEZONE = "Asia/Shanghai"


def project_dag(
    dag_id: str, description: str, doc_md: str | None, form: Form, cron: str | Sequence[str] | None = None, **more: Any
) -> DAG:
    """A DAG with its form as parameters and what else Airflow's DAG takes; one run at a time unless that says more.

    `cron` is read in Asia/Shanghai; without one only a person starts a run. No task and no run is without end; a
    task that is stopped leaves its rows to the next one.
    """
    alike = {
        "start_date": datetime(2026, 1, 1, tzinfo=ZoneInfo(TIMEZONE)),
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(hours=bound("run_hours").value),
        "default_args": {
            "retries": 3,
            "retry_delay": timedelta(seconds=30),
            "execution_timeout": timedelta(hours=bound("task_hours").value),
        },
    }
    about = {"description": description, "doc_md": doc_md, "schedule": _schedule(cron), "params": params_of(form)}
    return DAG(dag_id, **about, **alike | more)


def _schedule(cron: str | Sequence[str] | None) -> CronTriggerTimetable | MultipleCronTriggerTimetable | None:
    if isinstance(cron, str):
        return CronTriggerTimetable(cron, timezone=TIMEZONE)
    return MultipleCronTriggerTimetable(*cron, timezone=TIMEZONE) if cron else None


def params_of(form: Form) -> dict[str, Param]:
    """What the page shows of a form: typed parameters with Chinese titles and a sentence each."""
    return {field.name: _param(field) for field in form if field.label}


def _param(field: FormField) -> Param:
    empty: object = [] if field.kind == "texts" else field.preset
    default = () if field.needed and empty is None else (empty,)
    return Param(*default, description=field.note, **_schema(field), title=field.label)


def _schema(field: FormField) -> dict[str, Any]:
    match field.kind:
        case "flag":
            return {"type": "boolean"}
        case "day":
            return {"type": ["null", "string"], "format": "date"}
        case "texts":
            return {"type": "array" if field.needed else ["null", "array"], "items": {"type": "string"}} | _list(field)
        case _ if field.needed:
            return {"type": "string", "minLength": 1}
    return _choice(field)


def _list(field: FormField) -> dict[str, Any]:
    """What a list suggests; anything else may be typed too."""
    labels = field.labels()
    suggested = [*field.suggested, *labels]
    return ({"examples": suggested} if suggested else {}) | ({"values_display": labels} if labels else {})


def _choice(field: FormField) -> dict[str, Any]:
    """One text, of those there are; labels that only repeat the codes are not shown."""
    labels = {**field.labels()}
    if labels and field.preset is None:
        shown = {"null": field.nothing, **labels}
        return {"type": ["null", "string"], "enum": [None, *labels], "values_display": shown}
    if labels and all(code == label for code, label in labels.items()):
        return {"type": "string", "enum": [*labels]}
    return {"enum": [*labels], "values_display": labels} if labels else {"type": ["null", "string"]}
