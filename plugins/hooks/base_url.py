"""The base URL of a channel's Airflow connection."""

from fapiao.errors import FapiaoError


def base_url(connection: str, host: str | None, scheme: str | None, port: int | None) -> str:
    """The connection's base URL: `host` with its scheme as design §5 says, or put together from a connection URI."""
    if not host:
        raise FapiaoError(f"connection {connection} has no host: set it to the base URL with scheme")
    if "://" in host:
        return host
    return f"{scheme or 'https'}://{host}" + (f":{port}" if port else "")
