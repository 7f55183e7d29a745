"""Which bureau a foreground run talks to: the connection that is given, and no other."""

import os

from fapiao.errors import Unusable
from launcher.connections import BUREAU_VARIABLES, GATEWAY_VARIABLE, LEQI_VARIABLE


def require_bureau(dag_id: str) -> None:
    """Raises Unusable when there is no bureau for the DAG to talk to: its channel's, or any for one of all channels."""
    channel, _, job = dag_id.partition("__")
    needed = BUREAU_VARIABLES if not job else (LEQI_VARIABLE if channel == "leqi" else GATEWAY_VARIABLE,)
    if not any(os.environ.get(name) for name in needed):
        raise Unusable(
            f"There is no bureau for {dag_id} to talk to: set {' or '.join(needed)} to its connection, "
            "or start the stack with its simulator by ./fapiao up, or rehearse by ./fapiao demo."
        )
