"""What the hook's tests ask of a bureau that knows one company."""

from datetime import date, datetime
from typing import Any

from fapiao.downloads.protocol import Request
from fapiao.tasks import SHANGHAI
from rehearsal import GENERAL
from simulator.running import RunningSimulator

UNIT = "SYDWTEST01"


def order(simulator: RunningSimulator, path: str, **values: Any) -> dict[str, Any]:
    """One order to the control room."""
    with simulator.client() as client:
        answer = client.post(f"/_sim/{path}", json=values)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def asked(download_type: str = "input_full", **values: Any) -> Request:
    """A request of the one company for 专票 from 1 to 19 January 2027."""
    usual: dict[str, Any] = {
        "task_id": 1,
        "taxpayer_no": GENERAL,
        "leqi_id": UNIT,
        "direction": "input",
        "download_type": download_type,
        "job": "test",
        "document": "invoice",
        "invoice_type": "81",
        "window_start": date(2027, 1, 1),
        "window_end": date(2027, 1, 19),
        "observed_at": datetime(2027, 1, 20, 9, tzinfo=SHANGHAI),
    }
    return Request(**usual | values)
