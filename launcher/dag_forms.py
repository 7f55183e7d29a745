"""The fields that a run of each DAG takes, for a command that does without Airflow."""

from collections.abc import Mapping
from typing import Any

from fapiao.forms.fields import Form
from fapiao.forms.run_conf import refuse_unknown
from fapiao.forms.runs import AS_OF, AUTO_UPDATE_RUN, CALENDAR_RUN, EVERY_RUN, SWEEP_RUN
from fapiao.history.form import HISTORY
from fapiao.imports.requests import IMPORT
from fapiao.key_elements.fields import KEY_ELEMENTS
from fapiao.permissions.entrances import CALENDAR_DAGS, name_of_dag
from fapiao.selection.form import SELECTION

FORMS: Mapping[str, Form] = {
    CALENDAR_DAGS: CALENDAR_RUN,
    "auto_selection": AS_OF,
    "history_auto_update": AUTO_UPDATE_RUN,
    "history_sync": HISTORY,
    "import_bureau_file": IMPORT,
    "key_element_sync": KEY_ELEMENTS,
    "selection": SELECTION,
    "sweep_results": SWEEP_RUN,
    "verify_invoices": AS_OF,
}
"""As the files of dags/ give them; a DAG of somebody else is not among them."""


def fields_of(dag_id: str) -> list[str] | None:
    """The names of the fields on a DAG's page, in its order; None of a DAG that is none of ours."""
    form = FORMS.get(name_of_dag(dag_id))
    return None if form is None else [one.name for one in (*form, *EVERY_RUN) if one.label]


def refuse_unknown_fields(dag_id: str, conf: Mapping[str, Any]) -> None:
    """Raises BadInput as refuse_unknown, before anything of a run is made."""
    fields = fields_of(dag_id)
    if fields is not None:
        refuse_unknown(dag_id, conf, fields)
