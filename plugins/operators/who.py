"""Who acts by a run (A-56): the user of Airflow's page or API, the account at a command line, or the calendar."""

import getpass
import os
from collections.abc import Mapping
from typing import Any

CALENDAR = "calendar"
"""Whoever would be asked about a run that nobody triggered."""
ACTOR_VARIABLE = "FAPIAO_ACTOR"
_FOREGROUND = "dag_test"
"""What Airflow calls whoever runs a DAG in the foreground; `./fapiao run` does, and says who it is."""
_UNTRIGGERED = ("scheduled", "asset_triggered", "asset_materialization")
"""Airflow's types of runs that no person makes; a backfill has the person who asked for it."""


def who(context: Mapping[str, Any]) -> str:
    """The name that stands in created_by and in every event, and whose rights are checked."""
    run = context["dag_run"]
    named = getattr(run, "triggering_user_name", None)
    if named == _FOREGROUND:
        return os.environ.get(ACTOR_VARIABLE, "").strip() or _FOREGROUND
    if named:
        return str(named)
    return CALENDAR if str(getattr(run, "run_type", "")) in _UNTRIGGERED else account()


def account() -> str:
    """Who sits at the command line: FAPIAO_ACTOR, which `--as` sets for a run, else the account of the system."""
    return os.environ.get(ACTOR_VARIABLE, "").strip() or getpass.getuser()
