"""HTTP to the gateway: calls with a token, and files from its own host only (protocols §10.1)."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import httpx

from fapiao.boundary import boundary
from fapiao.bounds import Bound
from fapiao.errors import AnswerLost, Refused
from fapiao.masking import masked_text
from fapiao.shown import shown
from fapiao.texts.said import said
from hooks.bureau.connection import BureauConnection
from hooks.bureau.http import BureauHttp
from hooks.bureau.redaction import Secrets

_UNAUTHORISED = 401


class TokenRejected(Exception):
    """The gateway does not take this token (HTTP 401 or P0401)."""


class GatewayHttp(BureauHttp):
    """Keep-alive calls to one tenant of the gateway."""

    not_sent, answer_lost, http = "GATEWAY_UNREACHABLE", "GATEWAY_ANSWER_LOST", "GATEWAY_HTTP"
    beyond = "GATEWAY_BEYOND_BOUNDS"
    ours = (TokenRejected,)

    def __init__(self, known: BureauConnection, secrets: Secrets) -> None:
        super().__init__(known, secrets.hide)

    def repeat_seconds(self) -> float:
        """An application whose answer was lost may be repeated after P6912's three minutes."""
        return self.poll_delay(180)

    def post(self, path: str, body: bytes, parameters: Mapping[str, str] | None = None) -> bytes:
        """One call's answer. Raises TokenRejected, TryLater (provably not taken), AnswerLost (unknown) or Refused."""
        return self._post(self._base + path, params=parameters, content=body)

    def get(self, url: str, token: str, most: Bound) -> bytes:
        """A file's bytes, no more than `most`. Raises as `post`."""
        address = self._address(url)
        self._rest.check()
        try:
            return self._call("GET", address, most, params={"access_token": token})
        except AnswerLost as lost:
            if lost.code != self.beyond:
                raise
            raise Refused("GATEWAY_FILE_SIZE", said("errors.file_size", why=lost.said)) from lost

    def _address(self, url: str) -> str:
        """Where a file lies. Raises Refused for another host, and for what is no address."""
        no_address = said("errors.file_no_address", address=shown(masked_text(url), 80))
        with boundary(lambda _: Refused("GATEWAY_FILE_HOST", no_address)):
            address = urljoin(self._base + "/", url)
            if urlsplit(address)[:2] != urlsplit(self._base)[:2]:
                host = shown(str(urlsplit(address).hostname), 80)
                raise Refused("GATEWAY_FILE_HOST", said("errors.file_other_host", host=host))
            return str(httpx.URL(address))

    def _check(self, response: httpx.Response) -> None:
        if response.status_code == _UNAUTHORISED:
            raise TokenRejected
        super()._check(response)
