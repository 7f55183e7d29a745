"""Plane O on the wire: the envelope around `data`, and replies in every form they come in (protocols §10.1)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from fapiao.boundary import boundary
from fapiao.bounds import Bound
from fapiao.channels.gateway.interfaces import MESSAGE, Interface
from fapiao.channels.gateway.pages import decoded
from fapiao.channels.stated import code_of, stated
from fapiao.errors import AnswerLost, CallerRefused
from fapiao.texts.said import said
from fapiao.tolerant_json import bytes_of, members, text_of, value_of
from hooks.bureau.http import opening
from hooks.bureau.redaction import Secrets
from hooks.bureau.session import BureauReply
from hooks.gateway.access_tokens import Tokens
from hooks.gateway.cipher import Encoding
from hooks.gateway.http_client import GatewayHttp, TokenRejected

T = TypeVar("T")
_SUCCESSES = frozenset({"0", "0000"})
_BAD_TOKEN = "P0401"  # noqa: S105 an error code


class GatewayWire:
    """Business calls; a rejected token is renewed exactly once."""

    def __init__(
        self, http: GatewayHttp, tokens: Tokens, encoding: Encoding, secrets: Secrets, system: str,
        now: Callable[[], datetime], digits: Callable[[], int],
    ) -> None:  # fmt: skip
        self._http, self._tokens, self._encoding, self._secrets = http, tokens, encoding, secrets
        self._system, self._now, self._digits = system, now, digits

    def sign_in(self) -> None:
        """Makes sure of a token. Raises CallerRefused or TryLater."""
        self._tokens.current()

    def call(self, interface: Interface, data: Mapping[str, Any]) -> BureauReply:
        """One request and its answer, whatever the answer says.

        Raises TryLater where the gateway provably did not take it, AnswerLost where that is unknown, Refused.
        """
        return self._with_token(lambda token: self._once(interface, data, token))

    def download(self, url: str, most: Bound) -> bytes:
        """The bytes behind a file's URL, no more than `most`. Raises as `call`."""
        return self._with_token(lambda token: self._http.get(url, token, most))

    def _with_token(self, ask: Callable[[str], T]) -> T:
        token = self._tokens.current()
        try:
            return ask(token)
        except TokenRejected:
            token = self._tokens.renew(token)
        try:
            return ask(token)
        except TokenRejected:
            text = said("errors.token_rejected", code=_BAD_TOKEN)
            raise CallerRefused("GATEWAY_TOKEN", text, wait_seconds=self._http.poll_delay(60)) from None

    def _once(self, interface: Interface, data: Mapping[str, Any], token: str) -> BureauReply:
        content = self._http.post(
            interface.path, msgspec.json.encode(self._envelope(interface, data)), {"access_token": token}
        )
        with opening(content), boundary(lambda broken: self._unreadable(content, broken)):
            reply = self._read(interface, members(text_of(content)), content)
        if reply.code == _BAD_TOKEN:
            raise TokenRejected
        return reply

    def _unreadable(self, content: bytes, broken: BaseException) -> AnswerLost:
        why = said("errors.unreadable", why=self._secrets.hide(str(broken) or type(broken).__name__))
        return AnswerLost("GATEWAY_UNREADABLE", why, wait_seconds=self._http.repeat_seconds(), answer=content)

    def _envelope(self, interface: Interface, data: Mapping[str, Any]) -> dict[str, Any]:
        number = request_id(self._now(), self._digits())
        if interface.path == MESSAGE:
            return {"messageType": interface.code, "messageId": number, "data": data}
        sealed = self._encoding.encode(msgspec.json.encode(data))
        return {
            "businessSystemCode": self._system,
            "interfaceCode": interface.code,
            "requestId": number,
            "data": sealed,
        }

    def _read(self, interface: Interface, envelope: Mapping[str, str], content: bytes) -> BureauReply:
        """Raises ValueError where code and success contradict each other, and whatever opens no data."""
        code = code_of(value_of(stated(envelope, "errorCode")), "errorCode")
        text = self._secrets.hide(_text(envelope, "message"))
        if code not in _SUCCESSES:
            return BureauReply("errorCode", code, text, {}, b"", content)
        if code != interface.success or _text(envelope, "success").lower() != "true":
            contradiction = f"errorCode {code!r} with success {_text(envelope, 'success')!r}"
            raise ValueError(f"{contradiction} is no answer of {interface.path}")
        raw = self._opened(envelope.get("data", ""))
        return BureauReply("errorCode", code, text, decoded(raw), raw)

    def _opened(self, written: str) -> bytes:
        """`data` is a text to open, or the object itself; an operation without a result has none."""
        if written in ("", "null", '""'):
            return b"{}"
        return self._encoding.decode(str(value_of(written))) if written.startswith('"') else bytes_of(written)


def request_id(now: datetime, digits: int) -> str:
    """13 digits of milliseconds and 3 of chance (protocols §2)."""
    return f"{int(now.timestamp() * 1000):013d}{digits % 1000:03d}"


def _text(envelope: Mapping[str, str], name: str) -> str:
    value = value_of(envelope[name]) if name in envelope else None
    return "" if value is None else str(value)
