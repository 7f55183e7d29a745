"""What must never be read in a log, an error or a page: the gateway's secrets and tokens."""

import logging
import re
from collections.abc import Callable
from typing import Any

_TOKEN = re.compile(r"(access_token=)[^&\s\"']+")
_HIDDEN = "***"


class Secrets:
    """The secrets in use; whatever quotes a text of the gateway hides them first, and `tell` hears of each one."""

    def __init__(self, *known: str, tell: Callable[[str], object]) -> None:
        self._known: set[str] = set()
        self._tell = tell
        for secret in known:
            self.add(secret)

    def add(self, secret: str) -> None:
        """One more, as soon as it is known."""
        if secret:
            self._known.add(secret)
            self._tell(secret)

    def hide(self, text: str) -> str:
        """The text without them."""
        for secret in self._known:
            text = text.replace(secret, _HIDDEN)
        return _TOKEN.sub(rf"\1{_HIDDEN}", text)


class TokenFilter(logging.Filter):
    """httpx logs the address of every call, and the gateway wants its token there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes, without its token."""
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(value) for value in record.args)
        return True


def _masked(value: Any) -> Any:
    written = str(value)
    return _TOKEN.sub(rf"\1{_HIDDEN}", written) if "access_token=" in written else value


def mask_addresses() -> None:
    """Puts the filter before httpx's log, once."""
    log = logging.getLogger("httpx")
    if not any(isinstance(one, TokenFilter) for one in log.filters):
        log.addFilter(TokenFilter())
