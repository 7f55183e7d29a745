"""软证书: works with the company's certificate, so nobody logs in; it may also collect the headers a person chooses."""

from fapiao.channels.gateway import interfaces, questions
from fapiao.downloads.protocol import Request
from hooks.gateway.certified import CertifiedHook
from hooks.gateway.hook import Offer


class SoftCertificateHook(CertifiedHook):
    """软证书."""

    hook_name = "软证书"
    channel = "soft_certificate"

    def offer(self, request: Request) -> Offer:
        """As 税盘, and headers (O4) for a key-element sync, by what was chosen: 获得税局软证书 (S0 §3.2-1, R030)."""
        if request.job == "key_element_sync":
            return Offer(interfaces.HEADERS, lambda of: [questions.chosen(of)], questions.headers)
        return super().offer(request)
