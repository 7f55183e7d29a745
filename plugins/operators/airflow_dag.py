"""What every DAG of this project has alike, and a form as Airflow shows it; a file of dags/ says what differs.

Airflow reads only files that name both words of this module's name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, CronTriggerTimetable, MultipleCronTriggerTimetable, Param

from fapiao.dag_texts.cards import dag_card, dag_doc
from fapiao.errors import BadInput
from fapiao.forms.fields import Form, FormField
from fapiao.forms.run_conf import refuse_unknown
from fapiao.forms.runs import EVERY_RUN
from fapiao.permissions.entrances import entrances, name_of_dag
from hooks.enterprise.permissions import enter
from hooks.pool.connection import PoolHook
from operators.refusal import refusal
from operators.run_context import by_a_person, who

TIMEZONE = "Asia/Shanghai"


def project_dag(dag_id: str, form: Form) -> DAG:
    """A DAG with its form as parameters; what is said of it, and when it fires and is ended, is in the catalogue.

    Without crons only a person starts a run. No task and no run is without end; a task that is stopped leaves its rows
    to the next one, and no ticket ends with it (ADR 0051). Raises KeyError for a DAG that has no texts.
    """
    card = dag_card(dag_id)
    return DAG(
        dag_id,
        dag_display_name=card.name,
        description=card.summary,
        doc_md=dag_doc(dag_id),
        schedule=_schedule(card.crons),
        params=params_of((*form, *EVERY_RUN)),
        tags=[*card.tags],
        start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo(TIMEZONE)),
        catchup=False,
        max_active_runs=card.runs,
        dagrun_timeout=timedelta(hours=card.run_hours),
        default_args={
            "pre_execute": admit,
            "owner": card.owner,
            "pool": card.pool,
            "retries": 3,
            "retry_delay": timedelta(seconds=30),
            "execution_timeout": timedelta(hours=card.task_hours),
        },
    )


def admit(context: Mapping[str, Any]) -> None:
    """The gate of runs, before anything else of every task: the fields there are, and what rights.yaml says of them.

    The calendar is nobody who could be asked. Raises AirflowFailException in the manual's words: no retry changes that.
    """
    try:
        _refuse_unknown_fields(context)
        if by_a_person(context):
            _ask_for_rights(context)
    except BadInput as refused:
        raise refusal(context, str(refused)) from None


def _refuse_unknown_fields(context: Mapping[str, Any]) -> None:
    """Whoever made the run, by whatever way: a mistyped restriction would mean everything."""
    run = context["dag_run"]
    if given := getattr(run, "conf", None):
        refuse_unknown(run.dag_id, given, [*context["dag"].params])


def _ask_for_rights(context: Mapping[str, Any]) -> None:
    ways = entrances("dag", name_of_dag(context["dag_run"].dag_id), context.get("params") or {})
    if any(one.action for one in ways):
        actor = who(context)
        with PoolHook().connect(actor) as connection:
            enter(connection, actor, ways)


def _schedule(crons: Sequence[str]) -> CronTriggerTimetable | MultipleCronTriggerTimetable | None:
    if len(crons) == 1:
        return CronTriggerTimetable(crons[0], timezone=TIMEZONE)
    return MultipleCronTriggerTimetable(*crons, timezone=TIMEZONE) if crons else None


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
