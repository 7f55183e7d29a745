"""A gateway that knows one company, and the Airflow connection to it."""

import json
from typing import Any

from rehearsal import GENERAL
from simulator.gateway.credentials import GATEWAY_CONNECTION

CITY = "1100"
ACCOUNT = "receiver@example"


def gateway_connection(url: str, **extra: Any) -> str:
    """The Airflow connection `bureau_gateway` to a simulator or another server."""
    usual: dict[str, Any] = dict(GATEWAY_CONNECTION["extra"])  # type: ignore[call-overload]
    settings = usual | {"poll_seconds": 0.05, "concurrency": 4} | extra
    fields = {"conn_type": "bureau_gateway", "host": url, **GATEWAY_CONNECTION, "extra": json.dumps(settings)}
    return json.dumps(fields)


def company(channel: str, taxpayer_no: str = GENERAL, *, login: str = "auto", **values: Any) -> dict[str, Any]:
    """A company of one channel as the control room takes it; 电子税局 gets an account for 收票."""
    known = {"nsrsbh": taxpayer_no, "name": "示例公司", "channels": [channel], "companyType": "03"}
    if channel != "etax":
        return known | values
    account = {"account": ACCOUNT, "account_type": "receive", "is_default": True, "login": login}
    return known | {"bureau_city_code": CITY, "bureau_city": "北京", "accounts": [account]} | values
