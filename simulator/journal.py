"""Every call the bureau received, for assertions: what was asked and how it was answered, never a secret."""

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass

KEPT = 100_000
OPEN_HEADERS = ("jrdwptbh", "sydwptbh", "fwbm", "nlbm", "ylbm", "clienttid", "ptlx", "content-type")


@dataclass(frozen=True, slots=True)
class Entry:
    """One call; `request` is None where it could not be read, `returncode` None where a platform refusal answered.

    On plane O: `ability` is the path, `service` the interfaceCode, `in_flight` how many calls of the account were open.
    """

    number: int
    at: str
    ability: str
    service: str
    headers: dict[str, str]
    request: dict[str, object] | None
    http_status_code: int
    returncode: str | None
    text: str
    faults: tuple[str, ...]
    plane: str = "L"
    account: str = ""
    in_flight: int = 0


class Journal:
    """The newest hundred thousand calls, in order."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._received = 0

    def next_number(self) -> int:
        """The number of the call that just arrived, from 1."""
        self._received += 1
        return self._received

    def add(self, entry: Entry) -> None:
        """Write one call down."""
        self._entries.append(entry)

    def entries(self, service: str | None = None, since: int = 0) -> list[Entry]:
        """Calls numbered above `since`, of one service or of all."""
        return [entry for entry in self._entries if entry.number > since and service in (None, entry.service)]

    def rows(self, service: str | None = None, since: int = 0) -> list[dict[str, object]]:
        """The same as plain objects for JSON."""
        return [asdict(entry) for entry in self.entries(service, since)]

    def clear(self) -> None:
        """Forget every call; numbering starts again."""
        self._entries.clear()
        self._received = 0


def open_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may be written down: ids yes, tokens and signatures no. Names in lower case."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {name: lowered[name] for name in OPEN_HEADERS if name in lowered}
