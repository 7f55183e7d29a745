"""What Airflow is told of us as a provider: the connection types that stand in its form (ADR 0050)."""

from collections.abc import Callable
from typing import Any

from fapiao.provider.gateway import GATEWAY
from fapiao.provider.leqi import LEQI

NAME = "airflow-provider-fapiao"
VERSION = "0.1.0"
"""As in plugins/airflow_provider_fapiao.dist-info/METADATA."""


def provider_info() -> dict[str, Any]:
    """The answer of the entry point `apache_airflow_provider`.

    Every process of Airflow asks for it while it starts and stops where it fails: so it reads no file and imports
    nothing but itself.
    """
    return {
        "package-name": NAME,
        "name": "fapiao",
        "description": "乐企 and the gateway to 电子税局, 软证书, 税盘 and 航信.",
        "connection-types": [LEQI, GATEWAY],
    }


def announce(known: dict[str, Any], made: Callable[[str, dict[str, Any]], Any]) -> None:
    """Adds us to the providers that Airflow knows, unless it has found us itself; `made` is how it keeps one."""
    if NAME not in known:
        known[NAME] = made(VERSION, provider_info())
