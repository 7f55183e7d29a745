"""The parameters of the DAGs that run by the calendar, and the one that every DAG has: what makes a run red."""

from fapiao.dag_texts.catalogue import field_texts, texts_of
from fapiao.forms.fields import FormField, run_day_field
from fapiao.identifiers import one_spelling

AS_OF = (run_day_field("as_of"),)
CALENDAR_RUN = (
    run_day_field("calendar_run"),
    FormField("taxpayers", "texts", *texts_of("calendar_run", "taxpayers"), needed=True, means=one_spelling),
)
SWEEP_RUN = (*AS_OF, FormField("batches", "texts", *texts_of("sweep_run", "batches"), needed=True))
AUTO_UPDATE_RUN = (run_day_field("auto_update_run"),)
_RED = field_texts("every_run", "red_when")
EVERY_RUN = (
    FormField(
        "red_when",
        "text",
        *texts_of("every_run", "red_when"),
        choices=lambda: _RED.choices,
        nothing=_RED.nothing,
    ),
)
"""标红条件; empty: as the parameter fapiao/red_when says."""
