"""Which bureau a foreground run talks to: the connection that is given, else the simulator of the running stack."""

from collections.abc import Mapping

from fapiao.errors import Unusable
from launcher import rehearsal
from launcher.connections import LEQI_VARIABLE
from launcher.stack import running_stack


def bureau_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with a connection `leqi`. Raises Unusable when there is no bureau to talk to."""
    if environment.get(LEQI_VARIABLE):
        return dict(environment)
    stack = running_stack()
    if stack is None or not stack.simulator_url:
        raise Unusable(
            f"There is no bureau to talk to: set {LEQI_VARIABLE} to the 乐企 connection, or start the stack with its "
            "simulator by ./fapiao up, or rehearse by ./fapiao demo."
        )
    return {**environment, LEQI_VARIABLE: rehearsal.connection(stack.simulator_url, rehearsal.sm4_key())}
