"""How the gateway behaves: how fast it works, how long a session lasts, how `data` is encoded."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Seconds by the simulator's clock, `latency_seconds` in real time; `session_seconds` 0 never ends."""

    ready_after_polls: int = 2
    task_seconds: float = 0
    session_seconds: float = 10_800
    repeat_seconds: float = 180
    latency_seconds: float = 0
    encoding: str = "base64"

    @property
    def session(self) -> timedelta | None:
        """How long a login lasts; None for ever."""
        return timedelta(seconds=self.session_seconds) if self.session_seconds else None
