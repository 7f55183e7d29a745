"""What 软证书 and 税盘 share: full downloads, and what the bureau recorded on some days (O8)."""

from collections.abc import Sequence
from typing import Any

from fapiao.channels.gateway import interfaces, questions
from fapiao.channels.gateway.interfaces import AsyncInterface
from fapiao.downloads.protocol import Argument, Request
from hooks.gateway.hook import GatewayHook


class CertifiedHook(GatewayHook):
    """A channel with a certificate or a device of the company."""

    def pair(self, request: Request) -> AsyncInterface:
        """Full downloads (O6), recorded changes (O8)."""
        if request.download_type == "input_status" and request.job == "status_update":
            return interfaces.STATUS_UPDATE
        return super().pair(request)

    def parts(self, request: Request) -> Sequence[Argument]:
        """A question a month, or the days of the changes."""
        if self.pair(request) is interfaces.STATUS_UPDATE:
            return [questions.changes(request)]
        return super().parts(request)

    def application(self, request: Request, argument: Argument) -> dict[str, Any]:
        """The data of one application."""
        if self.pair(request) is interfaces.STATUS_UPDATE:
            return questions.recorded_changes(request, argument)
        return super().application(request, argument)
