"""What 软证书 and 税盘 share: full downloads, and what the bureau recorded on some days (O8)."""

from fapiao.channels.gateway import interfaces, questions
from fapiao.downloads.protocol import Request
from hooks.gateway.hook import GatewayHook, Offer


class CertifiedHook(GatewayHook):
    """A channel with a certificate or a device of the company."""

    def offer(self, request: Request) -> Offer:
        """Full downloads (O6), recorded changes (O8)."""
        if request.download_type == "input_status" and request.job == "status_update":
            return Offer(interfaces.STATUS_UPDATE, lambda of: [questions.changes(of)], questions.recorded_changes)
        return super().offer(request)
