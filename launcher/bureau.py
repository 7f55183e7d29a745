"""Which bureau a foreground run talks to: the connection that is given, and no other."""

import os

from fapiao.errors import Unusable
from launcher.connections import LEQI_VARIABLE


def require_bureau() -> None:
    """Raises Unusable when there is no bureau to talk to."""
    if not os.environ.get(LEQI_VARIABLE):
        raise Unusable(
            f"There is no bureau to talk to: set {LEQI_VARIABLE} to the 乐企 connection, or start the stack with its "
            "simulator by ./fapiao up, or rehearse by ./fapiao demo."
        )
