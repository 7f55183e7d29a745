"""What must never be read in a log, an error or a page: a bureau's secrets and tokens, by themselves and by name."""

import base64
import json
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

from fapiao.masking import HIDDEN, masked_text


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
            self._known.update(_spellings(secret))
            self._tell(secret)

    def hide(self, text: str) -> str:
        """The text without them, and without what stands under a secret's name."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return masked_text(text)


def _spellings(secret: str) -> Iterator[str]:
    """As it is, as addresses have it, as JSON has it, and in base64."""
    yield from (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1])
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield base64.b64encode(secret.encode()).decode("ascii")
