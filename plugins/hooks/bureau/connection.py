"""The connection to a bureau: as Airflow keeps it, or as a process that does without Airflow is given it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fapiao.errors import FapiaoError


@dataclass(frozen=True, slots=True)
class BureauConnection:
    """What it says (design §5); `tell` hears every secret that comes with it, for others to hide."""

    name: str
    host: str | None
    scheme: str | None
    port: int | None
    login: str
    password: str = field(repr=False)
    extra: Mapping[str, Any] = field(repr=False)
    tell: Callable[[str], object] = field(default=lambda _: None, repr=False)

    @property
    def base_url(self) -> str:
        """`host` with its scheme as design §5 says, or put together as a URI has it. Raises FapiaoError."""
        if not self.host:
            raise FapiaoError(f"connection {self.name} has no host: set it to the base URL with scheme")
        if "://" in self.host:
            return self.host
        return f"{self.scheme or 'https'}://{self.host}" + (f":{self.port}" if self.port else "")


def connection_of(known: str | BureauConnection) -> BureauConnection:
    """What Airflow knows by this name; one that is given is itself."""
    if isinstance(known, BureauConnection):
        return known
    from airflow.sdk import BaseHook  # noqa: PLC0415 two seconds, which a command that has the connection spares
    from airflow.sdk.log import mask_secret  # noqa: PLC0415 as above

    found = BaseHook.get_connection(known)
    where = (found.host, found.schema, found.port)
    return BureauConnection(known, *where, found.login or "", found.password or "", found.extra_dejson, mask_secret)
