"""The connection to a bureau: as Airflow keeps it, or as a process that does without Airflow is given it."""

import ipaddress
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fapiao.errors import FapiaoError
from fapiao.shown import shown


@dataclass(frozen=True, slots=True)
class BureauConnection:
    """What it says (design §5); `tell` hears every secret that comes with it, for others to hide.

    An extra that is null or empty, as a form leaves what nobody filled in, is none.
    """

    name: str
    host: str | None
    scheme: str | None
    port: int | None
    login: str
    password: str = field(repr=False)
    extra: Mapping[str, Any] = field(repr=False)
    tell: Callable[[str], object] = field(default=lambda _: None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", {name: said for name, said in self.extra.items() if said not in (None, "")})

    @property
    def base_url(self) -> str:
        """`host` with its scheme as design §5 says, or put together as a URI has it. Raises FapiaoError."""
        if not self.host:
            raise FapiaoError(f"connection {self.name} has no host: set it to the base URL with scheme")
        if "://" in self.host:
            return self.host
        return f"{self.scheme or 'https'}://{self.host}" + (f":{self.port}" if self.port else "")

    def number(self, name: str) -> float | None:
        """An extra that is a number, or None. Raises FapiaoError for what is none, or less than nothing."""
        said = self.extra.get(name)
        try:
            found = None if said is None else float(said)
        except (TypeError, ValueError):
            found = math.nan
        if found is None or 0 <= found < math.inf:
            return found
        raise FapiaoError(f"connection {self.name}: {name} is {shown(str(said), 40)}: a number from 0 on is expected")

    @property
    def unencrypted(self) -> str | None:
        """A warning where keys and invoices would leave this machine in clear; None over TLS. Raises FapiaoError."""
        host = _in_clear_to(self.base_url)
        if host is None:
            return None
        return (
            f"连接 {self.name} 使用 http，密钥和发票数据以明文传到 {host}，请改用 https。"
            f" Connection {self.name} is not encrypted: use https."
        )


def _in_clear_to(address: str) -> str | None:
    """The other machine that http leads to; an address that is none leads nowhere, as the first question says."""
    try:
        url = urlsplit(address)
    except ValueError:
        return None
    host = url.hostname or ""
    return None if url.scheme != "http" or _on_this_machine(host) else host


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def connection_of(known: str | BureauConnection) -> BureauConnection:
    """What Airflow knows by this name; one that is given is itself."""
    if isinstance(known, BureauConnection):
        return known
    from airflow.sdk import BaseHook  # noqa: PLC0415 two seconds, which a command that has the connection spares
    from airflow.sdk.log import mask_secret  # noqa: PLC0415 as above

    found = BaseHook.get_connection(known)
    where = (found.host, found.schema, found.port)
    return BureauConnection(known, *where, found.login or "", found.password or "", found.extra_dejson, mask_secret)
