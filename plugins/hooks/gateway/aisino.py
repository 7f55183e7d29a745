"""航信: full input downloads only, every day (A-26)."""

from hooks.gateway.hook import GatewayHook


class AisinoHook(GatewayHook):
    """航信."""

    hook_name = "航信"
    channel = "aisino"
