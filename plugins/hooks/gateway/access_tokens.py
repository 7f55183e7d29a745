"""The gateway's tokens: an app token, then an access token of two hours, shared by all threads (protocols §10.1)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import msgspec

from fapiao.boundary import boundary
from fapiao.channels.stated import ticket_of
from fapiao.errors import BureauError, CallerRefused, TryLater
from fapiao.texts.said import Said, said
from fapiao.tolerant_json import fields, text_of
from hooks.bureau.connection import BureauConnection
from hooks.bureau.redaction import Secrets
from hooks.gateway.http_client import GatewayHttp, TokenRejected

LIFE = timedelta(hours=2) - timedelta(minutes=5)
"""Two hours, less what a call may take."""
_LONGEST_TOKEN = 4096
"""It travels in the address, of which servers take 8,000 characters."""


class Tokens:
    """One access token at a time; whoever finds it rejected logs in, and the others wait for that."""

    def __init__(
        self, http: GatewayHttp, connection: BureauConnection, secrets: Secrets, now: Callable[[], datetime]
    ) -> None:
        self._http, self._connection, self._secrets, self._now = http, connection, secrets, now
        self._lock = Lock()
        self._token = ""
        self._until: datetime | None = None

    def current(self) -> str:
        """The token; logs in where there is none or it is about to end. Raises Refused or TryLater."""
        with self._lock:
            if self._until is None or self._now() >= self._until:
                self._log_in()
            return self._token

    def renew(self, rejected: str) -> str:
        """The token after `rejected`: the one another thread has got meanwhile, or a new one."""
        with self._lock:
            if self._token == rejected:
                self._log_in()
            return self._token

    def _log_in(self) -> None:
        known, extra = self._connection, self._connection.extra
        same = {name: str(extra.get(name) or "") for name in ("tenantid", "accountId")}
        self._until = None
        app = {"appId": known.login, "appSecret": known.password, "language": "zh_CN"}
        app_token = self._ask("/api/getAppToken.do", app | same, "app_token")
        user_type = str(extra.get("usertype") or "UserName")
        user = {"user": str(extra.get("user") or ""), "apptoken": app_token, "usertype": user_type}
        self._token = self._ask("/api/login.do", user | same, "access_token")
        self._until = self._now() + LIFE

    def _ask(self, path: str, body: Mapping[str, str], name: str) -> str:
        """A token. Raises CallerRefused where the gateway says no, TryLater where it says nothing that is a token."""
        data = self._answer(path, body)
        token, success = ticket_of(data.get(name), _LONGEST_TOKEN), str(data.get("success", True)).lower()
        if token is None or success != "true":
            code = str(data.get("error_code") or "").strip("0")  # 0 and 0000 say that all is well
            detail = f"{code and data['error_code']} {data.get('error_desc') or ''}".strip()
            told = self._secrets.hide(detail) or said("errors.no_token")
            raise self._refused(told) if success == "false" else self._not_now(told, self._http.poll_delay(60))
        self._secrets.add(token)
        return token

    def _answer(self, path: str, body: Mapping[str, str]) -> dict[str, Any]:
        """What came of one step. Raises TryLater where it did not work just now: no row is to blame for that."""
        try:
            content = self._http.post(path, msgspec.json.encode(body))
        except TokenRejected:
            raise self._refused("HTTP 401") from None
        except BureauError as failed:
            if failed.code == self._http.not_sent:
                raise
            raise self._not_now(failed.said, failed.wait_seconds) from None
        with boundary(self._unreadable):
            return dict(fields(text_of(content))["data"])

    def _unreadable(self, broken: BaseException) -> TryLater:
        return self._not_now(said("errors.unreadable", why=type(broken).__name__), self._http.poll_delay(60))

    def _refused(self, text: str | Said) -> CallerRefused:
        return CallerRefused("GATEWAY_LOGIN", text, wait_seconds=self._http.poll_delay(60))

    def _not_now(self, why: str | Said, seconds: float) -> TryLater:
        return TryLater("GATEWAY_SIGN_IN", said("errors.signing_in", why=why), wait_seconds=seconds, free=True)
