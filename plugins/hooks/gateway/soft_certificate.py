"""软证书: works with the company's certificate, so nobody logs in; it may also collect the headers a person chooses."""

from collections.abc import Sequence
from typing import Any

from fapiao.channels.gateway import interfaces, questions
from fapiao.channels.gateway.interfaces import AsyncInterface
from fapiao.downloads.protocol import Argument, Request
from hooks.gateway.certified import CertifiedHook


class SoftCertificateHook(CertifiedHook):
    """软证书."""

    hook_name = "软证书"
    channel = "soft_certificate"

    def pair(self, request: Request) -> AsyncInterface:
        """As 税盘, and headers (O4) for a key-element sync: 获得税局软证书 (S0 §3.2-1, R030)."""
        return interfaces.HEADERS if request.job == "key_element_sync" else super().pair(request)

    def parts(self, request: Request) -> Sequence[Argument]:
        """What was chosen, or as 税盘."""
        return [questions.chosen(request)] if self.pair(request) is interfaces.HEADERS else super().parts(request)

    def application(self, request: Request, argument: Argument) -> dict[str, Any]:
        """The data of one application."""
        if self.pair(request) is interfaces.HEADERS:
            return questions.headers(request, argument)
        return super().application(request, argument)
