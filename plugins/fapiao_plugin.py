"""What Airflow loads out of plugins/: it tells the form of connections of our types, where plugins/ is only mounted.

Airflow's processes look for providers before plugins/ is on sys.path, and only the hooks of connections are looked for
once more afterwards; so the form, which the api-server draws, is told here (ADR 0050).
"""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin
from airflow.providers_manager import ProviderInfo, ProvidersManager

from fapiao.provider import announce
from fapiao.provider.portless_test import PortlessTest


class FapiaoPlugin(AirflowPlugin):
    """Registers the provider, and lets its connections be tested."""

    name = "fapiao"
    fastapi_root_middlewares: ClassVar[list[dict[str, Any]]] = [{"middleware": PortlessTest, "name": "portless test"}]

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:  # noqa: ARG003 Airflow's signature
        """Called once in a process, before the form is drawn for the first time."""
        announce(ProvidersManager().providers, ProviderInfo)
