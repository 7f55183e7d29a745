"""httpx logs the address of every call, and bureaus want tokens in addresses."""

import logging
from typing import Any

from fapiao.masking import masked_text


class AddressFilter(logging.Filter):
    """Lets every record pass, without the secrets in what it quotes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Masks the arguments that are no numbers."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_masked, record.args))
        return True


def _masked(value: Any) -> Any:
    if isinstance(value, int | float):
        return value
    written = str(value)
    found = masked_text(written)
    return value if found == written else found


def mask_addresses() -> None:
    """Puts the filter before httpx's log, once."""
    log = logging.getLogger("httpx")
    if not any(isinstance(one, AddressFilter) for one in log.filters):
        log.addFilter(AddressFilter())
