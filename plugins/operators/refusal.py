"""A refusal that ends a task: in its log, and kept with it, so that whoever asked for the run is told the reason."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

REFUSED = "refused"
"""The key of the XCom with the sentences."""


def refusal(context: Mapping[str, Any], told: str) -> AirflowFailException:
    """What to raise: no retry changes the reason."""
    context["ti"].xcom_push(key=REFUSED, value=told)
    return AirflowFailException(told)


def refusals_of(dag_id: str, run_id: str) -> str:
    """Why tasks of a run were refused, a sentence a line; nothing where none was.

    It reads Airflow's metadata, which a task may not: it is for a program that has a run made and waits for its end.
    """
    from airflow.models.xcom import XComModel  # noqa: PLC0415 as above
    from airflow.utils.session import create_session  # noqa: PLC0415 as above

    with create_session() as session:
        kept = session.scalars(XComModel.get_many(run_id=run_id, key=REFUSED, dag_ids=dag_id))
        return "\n".join(dict.fromkeys(str(XComModel.deserialize_value(one)) for one in kept))
