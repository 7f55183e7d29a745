"""HTTP to the gateway, and what a failed call proves (protocols §10.1); safe to share between threads."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import httpx

from fapiao.errors import AnswerLost, Refused, TryLater
from hooks.gateway.redaction import Secrets, mask_addresses

REPEAT_SECONDS = 180.0
"""An application whose answer was lost may be repeated after P6912's three minutes."""
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_GATEWAY_SILENT = frozenset({502, 504})
_UNAUTHORISED = 401
_CHUNK = 64 * 1024
_ADVICE = "check the host of connection bureau_gateway and the network"


class TokenRejected(Exception):
    """The gateway does not take this token (HTTP 401 or P0401)."""


class GatewayHttp:
    """Keep-alive calls to one tenant of the gateway."""

    def __init__(
        self, base_url: str, secrets: Secrets, *, concurrency: int, timeout_seconds: float, poll_seconds: float | None
    ) -> None:
        mask_addresses()
        self._base = base_url.rstrip("/")
        self._secrets = secrets
        self._poll_seconds = poll_seconds
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout_seconds, connect=10.0),
            limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
            headers={"Content-Type": "application/json; charset=UTF-8"},
            trust_env=False,
        )

    def poll_delay(self, seconds: float) -> float:
        """How long to wait: `poll_seconds` of the connection where it is set, else what the rules say."""
        return seconds if self._poll_seconds is None else self._poll_seconds

    def close(self) -> None:
        """Closes the kept connections."""
        self._client.close()

    def post(self, path: str, body: bytes, parameters: Mapping[str, str] | None = None) -> bytes:
        """One call's answer. Raises TokenRejected, TryLater (provably not taken), AnswerLost (unknown) or Refused."""
        try:
            response = self._client.post(self._base + path, params=parameters, content=body)
        except httpx.HTTPError as failed:
            raise self._failed(failed) from None
        self._check(response)
        return response.content

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
        if response.is_success:
            return
        status = response.status_code
        if status == _UNAUTHORISED:
            raise TokenRejected
        code, text = f"GATEWAY_HTTP_{status}", f"HTTP {status} {response.reason_phrase}"
        if status in _GATEWAY_SILENT:
            raise AnswerLost(code, text, "it may be repeated after three minutes", self.poll_delay(REPEAT_SECONDS))
        if response.is_server_error:
            raise TryLater(
                code, text, "the gateway answers with an error of its own; it is asked again", self.poll_delay(60)
            )
        raise Refused(code, text, "check the host of connection bureau_gateway")

    def _failed(self, failed: httpx.HTTPError) -> TryLater | AnswerLost:
        text = self._secrets.hide(str(failed))
        if isinstance(failed, _NOT_SENT):
            return TryLater(
                "GATEWAY_UNREACHABLE", f"the gateway cannot be reached: {text}", _ADVICE, self.poll_delay(60)
            )
        return AnswerLost(
            "GATEWAY_ANSWER_LOST",
            f"the answer did not arrive: {type(failed).__name__}",
            "it may be repeated after three minutes",
            self.poll_delay(REPEAT_SECONDS),
        )


def _read(response: httpx.Response, limit: int) -> bytes:
    found = bytearray()
    for chunk in response.iter_bytes(_CHUNK):
        found += chunk
        if len(found) > limit:
            raise Refused("GATEWAY_FILE_SIZE", f"the file is larger than {limit} bytes", "fetch it by hand")
    return bytes(found)
