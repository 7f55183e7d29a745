"""The pool's connections in a secrets backend of the user's: Airflow asks that first, so the commands do too."""

import os
from functools import cache

from launcher.airflow_connections import known_to_airflow
from launcher.airflow_settings import SECRETS_BACKENDS, is_given
from launcher.home import home

BACKEND, _ = SECRETS_BACKENDS


def held_by_backend(*names: str) -> dict[str, str]:
    """Those of the connections that the backend holds, as JSON; nothing, and at once, where the user set none.

    It takes the seconds of Airflow's import, once in a process. Raises Unusable where the backend does not answer.
    """
    if not is_given(BACKEND, os.environ):
        return {}
    return _asked(names, tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith(BACKEND))))


@cache
def _asked(names: tuple[str, ...], _backend: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Airflow's own database is not asked, and need not be there."""
    folder = home() / "airflow"
    folder.mkdir(mode=0o700, exist_ok=True)
    nowhere = {"AIRFLOW_HOME": str(folder), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite://"}
    return known_to_airflow(names, os.environ | nowhere, backend_only=True)
