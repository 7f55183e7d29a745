"""What a run may be started with: the fields of its DAG; a key that is none of them is refused, never ignored."""

from collections.abc import Collection, Iterable

from fapiao.closed_lists import meant
from fapiao.errors import BadInput
from fapiao.texts.catalogue import listed, sentence

OF_AIRFLOW = ("openlineage",)
"""What Airflow's own operator puts beside the fields when a run of it triggers another one."""


def refuse_unknown(dag_id: str, given: Iterable[str], fields: Collection[str]) -> None:
    """Raises BadInput with a sentence for every key that is no field, with the nearest one and those that there are."""
    known = listed(fields)
    unknown = [name for name in given if name not in fields and name not in OF_AIRFLOW]
    if unknown:
        raise BadInput(
            [sentence("runs.no_field", dag_id=dag_id, name=name, known=known) + meant(name, fields) for name in unknown]
        )
