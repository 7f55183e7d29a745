"""Which bureau a command talks to: the connection that a variable gives or that Airflow knows, and no other."""

import os
from collections.abc import Mapping

from fapiao.errors import Unusable
from launcher.airflow_connections import known_to_airflow
from launcher.airflow_env import airflow_environment, ensure_metadata, metadata_is_prepared
from launcher.connections import BUREAU_VARIABLES, GATEWAY_VARIABLE, LEQI_VARIABLE, name_of
from launcher.pool import running_postgres


def require_bureau(dag_id: str, pool_url: str) -> None:
    """Raises Unusable when there is no bureau for the DAG to talk to: its channel's, or any for one of all channels."""
    channel, _, job = dag_id.partition("__")
    needed = BUREAU_VARIABLES if not job else (LEQI_VARIABLE if channel == "leqi" else GATEWAY_VARIABLE,)
    if any(os.environ.get(name) for name in needed):
        return
    if not bureaus_of_airflow(pool_url).keys() & {*needed}:
        raise Unusable(
            f"There is no bureau for {dag_id} to talk to: set {' or '.join(needed)} to its connection, "
            "or start the stack with its simulator by ./fapiao up, or rehearse by ./fapiao demo."
        )


def bureaus_of_airflow(pool_url: str) -> dict[str, str]:
    """As given_bureaus, for a command that does without Airflow: nothing where no Airflow was ever prepared here."""
    if not (metadata_is_prepared() or os.environ.get("AIRFLOW__SECRETS__BACKEND")):
        return {}
    with running_postgres():
        ensure_metadata()
        return given_bureaus(airflow_environment(pool_url))


def given_bureaus(environment: Mapping[str, str]) -> dict[str, str]:
    """The connections to bureaus by variable: those of the environment, else those that its Airflow knows otherwise.

    Raises Unusable as known_to_airflow.
    """
    given = {name: text for name in BUREAU_VARIABLES if (text := environment.get(name, "").strip())}
    if given:
        return given
    found = known_to_airflow([name_of(variable) for variable in BUREAU_VARIABLES], environment)
    return {variable: found[name] for variable in BUREAU_VARIABLES if (name := name_of(variable)) in found}
