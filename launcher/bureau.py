"""Which bureau a command talks to: the connection that a variable gives or that Airflow knows, and no other."""

import os
from collections.abc import Mapping
from functools import reduce

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from hooks.queues.imports import DAG_ID as IMPORTS
from launcher.airflow_connections import known_to_airflow
from launcher.airflow_env import airflow_environment, ensure_metadata, metadata_is_prepared, metadata_server
from launcher.connections import BUREAU_VARIABLES, GATEWAY_VARIABLE, LEQI_VARIABLE, name_of
from launcher.secrets_backend import held_by_backend

ASK_NOBODY = (IMPORTS,)
"""DAGs that work with what lies here."""
NAMES = tuple(map(name_of, BUREAU_VARIABLES))


def require_bureau(dag_id: str, pool_url: str) -> None:
    """Raises Unusable when there is no bureau for the DAG to talk to: its channel's, or any for one of all channels."""
    channel, _, job = dag_id.partition("__")
    needed = BUREAU_VARIABLES if not job else (LEQI_VARIABLE if channel == "leqi" else GATEWAY_VARIABLE,)
    if dag_id in ASK_NOBODY or any(os.environ.get(name) for name in needed):
        return
    if not bureaus_of_airflow(pool_url).keys() & {*needed}:
        raise Unusable(sentence("runs.no_bureau", dag_id=dag_id, variables=reduce(_either, needed)))


def _either(one: str, other: str) -> str:
    return sentence("runs.either", one=one, other=other)


def bureaus_of_airflow(pool_url: str) -> dict[str, str]:
    """As given_bureaus, for a command that does without Airflow; as bureaus_without_airflow where none was prepared."""
    if not metadata_is_prepared():
        return bureaus_without_airflow()
    with metadata_server():
        ensure_metadata()
        return given_bureaus(airflow_environment(pool_url))


def given_bureaus(environment: Mapping[str, str]) -> dict[str, str]:
    """The connections to bureaus by variable: those of the environment, else those that its Airflow knows otherwise.

    Raises Unusable as known_to_airflow.
    """
    return bureaus_in(environment) or _by_variable(known_to_airflow(NAMES, environment))


def bureaus_without_airflow() -> dict[str, str]:
    """The same where no Airflow was ever prepared here: beside the environment only a secrets backend can know any.

    Raises Unusable as held_by_backend.
    """
    return bureaus_in(os.environ) or _by_variable(held_by_backend(*NAMES))


def bureaus_in(environment: Mapping[str, str]) -> dict[str, str]:
    """The connections to bureaus that variables of an environment hold, by variable."""
    return {name: text for name in BUREAU_VARIABLES if (text := environment.get(name, "").strip())}


def _by_variable(found: Mapping[str, str]) -> dict[str, str]:
    return {variable: found[name] for variable in BUREAU_VARIABLES if (name := name_of(variable)) in found}
