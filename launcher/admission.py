"""The gate of commands: whoever opens the pool by a command is asked, before anything else, whether he may use it."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fapiao.permissions.entrances import entrances, name_of_dag
from fapiao.permissions.rules import Entrance, permission_rules
from hooks.enterprise.permissions import enter
from hooks.pool.sessions import open_reading_session
from launcher.actor import actor_of
from launcher.entrance import CommandLine, entered


def admit(url: str) -> None:
    """Asks the rights in the pool behind `url`. Raises BadInput in the manual's words, Unusable as ways_of."""
    line = entered()
    ways = ways_of(line) if line else []
    if line and any(one.action for one in ways):
        actor = actor_of(line.arguments)
        with open_reading_session(url) as connection:
            enter(connection, actor, ways)


def ways_of(line: CommandLine) -> list[Entrance]:
    """The entrances of a command line, for `run` those of its DAG too. Raises Unusable where no rule speaks of it."""
    filled = vars(line.arguments)
    found = entrances("command", line.words, filled)
    dag = name_of_dag(filled.get("dag_id") or "")
    return found + (entrances("dag", dag, _conf(filled)) if ("dag", dag) in permission_rules().entrances else [])


def _conf(filled: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `run --conf` fills in; one that cannot be read is refused by the command itself."""
    with suppress(ValueError):
        conf = json.loads(filled["conf"])
        return conf if isinstance(conf, dict) else {}
    return {}
