"""HTTP to a bureau, and what a failed call proves (protocols §5.1, §10.1); safe to share between threads."""

from collections.abc import Callable
from typing import ClassVar

import httpx

from fapiao.errors import AnswerLost, Refused, TryLater
from hooks.bureau.connection import BureauConnection

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_GATEWAY_SILENT = frozenset({502, 504})


class BureauHttp:
    """Keep-alive calls over one connection; its extra says how many side by side, and how patient they are."""

    not_sent: ClassVar[str]
    answer_lost: ClassVar[str]
    http: ClassVar[str]
    """The codes of its errors; the last one is followed by the status."""
    who: ClassVar[str]
    check: ClassVar[str]
    """Whom its errors name, and what is to be looked at first."""
    lost: ClassVar[str]
    silent: ClassVar[str]
    """What to do where the answer was lost, or where a gateway (502, 504) gave up waiting for it."""

    def __init__(self, known: BureauConnection, hide: Callable[[str], str] = str) -> None:
        extra = known.extra
        self.concurrency = int(extra.get("concurrency", 8))
        self._base = known.base_url.rstrip("/")
        self._hide = hide
        self._poll_seconds = float(extra["poll_seconds"]) if "poll_seconds" in extra else None
        self._client = httpx.Client(
            timeout=httpx.Timeout(float(extra.get("timeout_seconds", 60)), connect=10.0),
            limits=httpx.Limits(max_connections=self.concurrency, max_keepalive_connections=self.concurrency),
            headers={"Content-Type": "application/json; charset=UTF-8"},
            trust_env=False,
        )

    def close(self) -> None:
        """Closes the kept connections."""
        self._client.close()

    def poll_delay(self, seconds: float) -> float:
        """How long to wait: `poll_seconds` of the connection where it is set, else what the rules say."""
        return seconds if self._poll_seconds is None else self._poll_seconds

    def repeat_seconds(self) -> float:
        """When what was lost may be asked again."""
        return 60.0

    def _content(self, response: httpx.Response) -> bytes:
        self._check(response)
        return response.content

    def _check(self, response: httpx.Response) -> None:
        """Raises what the status proves, where it is no success."""
        if response.is_success:
            return
        status = response.status_code
        code, text = f"{self.http}_{status}", f"HTTP {status} {response.reason_phrase}"
        if status in _GATEWAY_SILENT:
            raise AnswerLost(code, text, self.silent, self.repeat_seconds())
        if response.is_server_error:
            advice = f"{self.who} answers with an error of its own; it is asked again"
            raise TryLater(code, text, advice, self.poll_delay(60))
        raise Refused(code, text, self.check)

    def _failed(self, failed: httpx.HTTPError) -> TryLater | AnswerLost:
        """What a call that brought no answer proves."""
        if isinstance(failed, _NOT_SENT):
            text = f"{self.who} cannot be reached: {self._hide(str(failed))}"
            return TryLater(self.not_sent, text, f"{self.check} and the network", self.poll_delay(60))
        text = f"the answer did not arrive: {type(failed).__name__}"
        return AnswerLost(self.answer_lost, text, self.lost, self.repeat_seconds())
