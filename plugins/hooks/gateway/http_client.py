"""HTTP to the gateway: calls with a token, and files from its own host only (protocols §10.1)."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import httpx

from fapiao.errors import Refused
from hooks.bureau.connection import BureauConnection
from hooks.bureau.http import BureauHttp
from hooks.gateway.redaction import Secrets, mask_addresses

_UNAUTHORISED = 401
_CHUNK = 64 * 1024


class TokenRejected(Exception):
    """The gateway does not take this token (HTTP 401 or P0401)."""


class GatewayHttp(BureauHttp):
    """Keep-alive calls to one tenant of the gateway."""

    not_sent, answer_lost, http = "GATEWAY_UNREACHABLE", "GATEWAY_ANSWER_LOST", "GATEWAY_HTTP"
    who = "the gateway"
    check = "check the host of connection bureau_gateway"
    lost = silent = "it may be repeated after three minutes"

    def __init__(self, known: BureauConnection, secrets: Secrets) -> None:
        mask_addresses()
        super().__init__(known, secrets.hide)

    def repeat_seconds(self) -> float:
        """An application whose answer was lost may be repeated after P6912's three minutes."""
        return self.poll_delay(180)

    def post(self, path: str, body: bytes, parameters: Mapping[str, str] | None = None) -> bytes:
        """One call's answer. Raises TokenRejected, TryLater (provably not taken), AnswerLost (unknown) or Refused."""
        try:
            return self._content(self._client.post(self._base + path, params=parameters, content=body))
        except httpx.HTTPError as failed:
            raise self._failed(failed) from None

    def get(self, url: str, token: str, limit: int) -> bytes:
        """A file's bytes, read as they come and at most `limit` of them. Raises as `post`."""
        address = urljoin(self._base + "/", url)
        if urlsplit(address)[:2] != urlsplit(self._base)[:2]:
            text = f"the file lies on another host: {urlsplit(address).hostname}"
            raise Refused("GATEWAY_FILE_HOST", text, "a token is never sent there; ask the bureau")
        try:
            with self._client.stream("GET", address, params={"access_token": token}) as response:
                self._check(response)
                return _read(response, limit)
        except httpx.HTTPError as failed:
            raise self._failed(failed) from None

    def _check(self, response: httpx.Response) -> None:
        if response.status_code == _UNAUTHORISED:
            raise TokenRejected
        super()._check(response)


def _read(response: httpx.Response, limit: int) -> bytes:
    found = bytearray()
    for chunk in response.iter_bytes(_CHUNK):
        found += chunk
        if len(found) > limit:
            raise Refused("GATEWAY_FILE_SIZE", f"the file is larger than {limit} bytes", "fetch it by hand")
    return bytes(found)
