"""The simulator as the stack's bureau: started with its sample group when no real bureau connection is given."""

import json
import secrets
import sys
from pathlib import Path

from launcher.connections import GATEWAY_VARIABLE, LEQI_VARIABLE
from launcher.home import home, secret

KEY_VARIABLE = "SIMULATOR_KEY"
POLL_SECONDS = 5


def command() -> list[str]:
    """How the simulator is started: on the ports of its last start if it says where it was, else on free ones.

    It takes the key from the variable SIMULATOR_KEY, where no list of processes shows it.
    """
    ports = _ports() if port_file().exists() else {"leqi": 0, "admin": 0}
    where = ["--port", str(ports["leqi"]), "--admin-port", str(ports["admin"]), "--port-file", str(port_file())]
    return [sys.executable, "-m", "simulator", "--sample", *where]


def sm4_key() -> str:
    """The key both sides use, 32 hex digits, made once."""
    return secret("simulator-key", lambda: secrets.token_hex(16))


def port_file() -> Path:
    """Where a started simulator says where it listens."""
    return home() / "simulator.json"


def url() -> str:
    """The planes L and O of the started simulator; raises FileNotFoundError before it listens."""
    return f"http://127.0.0.1:{_ports()['leqi']}"


def _ports() -> dict[str, int]:
    written: dict[str, int] = json.loads(port_file().read_text(encoding="utf-8"))
    return written


def connections(base_url: str, key: str, poll_seconds: float = POLL_SECONDS) -> dict[str, str]:
    """Airflow's connections to the simulator by environment variable, as JSON; key and secret are in them."""
    # the image has no simulator, and its commands are given their connections
    from simulator.gateway.credentials import APP_ID, APP_SECRET, GATEWAY_EXTRA  # noqa: PLC0415
    from simulator.sample import GROUP, JRDWPTBH, UNITS  # noqa: PLC0415

    own = {"sydwptbh": UNITS[GROUP], "poll_seconds": poll_seconds, "rehearsal": True}
    leqi = {"conn_type": "leqi", "host": base_url, "login": JRDWPTBH, "password": key, "extra": own}
    gateway: dict[str, object] = {
        "conn_type": "bureau_gateway",
        "host": base_url,
        "login": APP_ID,
        "password": APP_SECRET,
    }
    gateway["extra"] = {**GATEWAY_EXTRA, "poll_seconds": poll_seconds, "rehearsal": True}
    return {LEQI_VARIABLE: json.dumps(leqi), GATEWAY_VARIABLE: json.dumps(gateway)}
