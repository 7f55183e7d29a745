"""The two steps of signing in (protocols 10.1): an app token, then an access token of two hours."""

from datetime import datetime, timedelta
from hashlib import sha256

from simulator.gateway import credentials
from simulator.gateway.codes import BAD_TOKEN
from simulator.wire import Json

LIFE = timedelta(hours=2)
MILLISECONDS = 1000


class Tokens:
    """Which tokens were given out, and until when they count; times are the simulator's."""

    def __init__(self) -> None:
        self._given = 0
        self._app: dict[str, datetime] = {}
        self._access: dict[str, datetime] = {}

    def app_token(self, request: Json, now: datetime) -> Json:
        """The reply of getAppToken.do."""
        wanted = {
            "appId": credentials.APP_ID,
            "appSecret": credentials.APP_SECRET,
            "accountId": credentials.ACCOUNT_ID,
        }
        return self._give("app_token", self._app, _right(request, wanted), now)

    def access_token(self, request: Json, now: datetime) -> Json:
        """The reply of login.do."""
        wanted = {
            "user": credentials.USER,
            "accountId": credentials.ACCOUNT_ID,
            "usertype": credentials.USER_TYPE,
        }
        known = self._app.get(str(request.get("apptoken")), now) > now
        return self._give("access_token", self._access, known and _right(request, wanted), now)

    def log_out(self, request: Json) -> Json:
        """The reply of logout.do; the token counts no longer."""
        self.revoke(str(request.get("access_token")))
        return {}

    def good(self, token: str, now: datetime) -> bool:
        """Whether a business call may use this access token."""
        return self._access.get(token, now) > now

    def revoke(self, token: str) -> None:
        """Take an access token away."""
        self._access.pop(token, None)

    def clear(self) -> None:
        """Forget every token."""
        self._app.clear()
        self._access.clear()

    def _give(self, name: str, kept: dict[str, datetime], right: bool, now: datetime) -> Json:
        if not right:
            data: Json = {"success": False, "error_desc": "应用或用户信息不正确", "error_code": BAD_TOKEN}
            return {"data": data, "state": "fail", "status": False}
        self._given += 1
        token = sha256(f"{name}|{self._given}".encode()).hexdigest()
        kept[token] = now + LIFE
        expires = int(kept[token].timestamp() * MILLISECONDS)
        data = {name: token, "success": True, "error_desc": "", "expire_time": expires, "error_code": "0"}
        return {"data": data, "state": "success", "status": True}


def _right(request: Json, wanted: dict[str, str]) -> bool:
    tenant = request.get("tenantid") or credentials.TENANT_ID
    return tenant == credentials.TENANT_ID and all(request.get(name) == value for name, value in wanted.items())
