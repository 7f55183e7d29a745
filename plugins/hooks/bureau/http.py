"""HTTP to a bureau, and what a failed call proves (protocols §5.1, §10.1); safe to share between threads."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Any, ClassVar

import httpx

from fapiao.boundary import boundary
from fapiao.bounds import Bound, bound
from fapiao.errors import AnswerLost, BureauError, Refused, TryLater
from fapiao.masking import masked_text
from fapiao.retry_after import retry_after
from fapiao.texts.said import Said, said
from hooks.bureau.addresses import mask_addresses
from hooks.bureau.answer import BeyondBounds, read_answer
from hooks.bureau.connection import BureauConnection
from hooks.bureau.identity import BureauIdentity
from hooks.bureau.rest import Rest
from hooks.bureau.transport import CallWatch, TimeIsOver, WatchedTransport

log = logging.getLogger(__name__)
_GATEWAY_SILENT = frozenset({502, 504})
_ASKS_FOR_PATIENCE = frozenset({408, 425, 429})
_BUSY = 503
_LARGE = 1024 * 1024
CONCURRENCY = 8
"""Calls side by side, and so sessions of the pool beside the one that hands out rows, unless the connection says so."""
one_at_a_time = Lock()
"""Held by who opens what may take several times its size; a package of 20 KB may hold 60 MB."""


@contextmanager
def opening(content: bytes) -> Iterator[None]:
    """Large answers are opened one after another, for each takes several times its size."""
    if len(content) < _LARGE:
        yield
    else:
        with one_at_a_time:
            yield


class BureauHttp:
    """Keep-alive calls over one connection; its extra says how many side by side, and how patient they are."""

    not_sent: ClassVar[str]
    answer_lost: ClassVar[str]
    http: ClassVar[str]
    """The codes of its errors; the last one is followed by the status."""
    beyond: ClassVar[str]
    """The code of an answer that passes a bound."""
    ours: ClassVar[tuple[type[Exception], ...]] = ()
    """What a wire raises beside errors of the bureau."""

    def __init__(self, known: BureauConnection, hide: Callable[[str], str] = masked_text) -> None:
        """Raises FapiaoError where the connection cannot be used; what it would send in clear is warned of."""
        mask_addresses()
        self.concurrency = int(known.number("concurrency") or CONCURRENCY)
        self._base = known.base_url.rstrip("/")
        if known.unencrypted:
            log.warning("%s", known.unencrypted)
        self._hide = hide
        self._poll_seconds = known.number("poll_seconds")
        patience = known.number("timeout_seconds") or 60.0
        self._seconds = patience * bound("answer_patiences").value
        self._watch, self._rest = CallWatch(), Rest()
        self.identity = BureauIdentity(known, self._look)
        self._client = httpx.Client(
            transport=WatchedTransport(self.concurrency, self._watch),
            timeout=httpx.Timeout(patience, connect=10.0),
            headers={"Content-Type": "application/json; charset=UTF-8", "Accept-Encoding": "identity"},
            trust_env=False,
        )

    def close(self) -> None:
        """Closes the kept connections."""
        self._client.close()

    def _look(self) -> None:
        """One call that costs nothing and asks nothing: whatever answers says who it is."""
        with suppress(BureauError, *self.ours):
            self._call("GET", f"{self._base}/", bound("answer_bytes"))

    def poll_delay(self, seconds: float) -> float:
        """How long to wait: `poll_seconds` of the connection where it is set, else what the rules say."""
        return seconds if self._poll_seconds is None else self._poll_seconds

    def repeat_seconds(self) -> float:
        """When what was lost may be asked again."""
        return self.poll_delay(60)

    def _post(self, url: str, **request: Any) -> bytes:
        """One call's answer. Raises TryLater (provably not taken), AnswerLost (unknown) or Refused."""
        self._rest.check()
        try:
            content = self._call("POST", url, bound("answer_bytes"), **request)
        except BureauError as failed:
            self._spare(failed)
            raise
        self._rest.reached()
        return content

    def _spare(self, failed: BureauError) -> None:
        """An answer, whatever it says, is about its own question; only who cannot be reached at all is left alone."""
        if failed.code == self.not_sent:
            self._rest.barred(TryLater(failed.code, failed.said, failed.advised, failed.wait_seconds))
        else:
            self._rest.reached()

    def _call(self, method: str, url: str, most: Bound, **request: Any) -> bytes:
        """The bytes of one answer; whatever any library raises on the way is what a failed call proves."""
        with (
            boundary(self._failed, *self.ours),
            self._watch.call(self._seconds),
            self._client.stream(method, url, **request) as response,
        ):
            self.identity.heard(response.headers)
            self._check(response)
            return read_answer(response, most)

    def _check(self, response: httpx.Response) -> None:
        """Raises what the status proves, where it is no success."""
        if response.is_success:
            return
        status = response.status_code
        code, reason = f"{self.http}_{status}", self._hide(response.reason_phrase)
        text = said("errors.http", status=status, reason=reason)
        asked = retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
        wait = self.poll_delay(60) if asked is None else asked
        if status in _ASKS_FOR_PATIENCE or (status == _BUSY and asked is not None):
            raise TryLater(code, text, Said(f"advice.{self.http}_busy"), wait, free=True)
        if status in _GATEWAY_SILENT:
            raise AnswerLost(code, text, Said(f"advice.{self.http}_silent"), self.repeat_seconds())
        if response.is_server_error:
            raise TryLater(code, text, Said(f"advice.{self.http}_failed"), wait)
        raise Refused(code, text, wait_seconds=wait, free=True)

    def _failed(self, failed: BaseException) -> TryLater | AnswerLost:
        """What a call that brought no answer proves: whether anything was sent is known, whatever went wrong."""
        if not self._watch.sent:
            not_reached = said("errors.not_reached", why=self._hide(str(failed)) or type(failed).__name__)
            return TryLater(self.not_sent, not_reached, wait_seconds=self.poll_delay(60))
        if isinstance(failed, BeyondBounds):
            return AnswerLost(self.beyond, str(failed), wait_seconds=self.repeat_seconds())
        why = str(failed) if isinstance(failed, TimeIsOver) else type(failed).__name__
        return AnswerLost(self.answer_lost, said("errors.answer_lost", why=why), wait_seconds=self.repeat_seconds())
