"""Programs of ours that listen on this machine, asked over HTTP: never through a proxy, never without a time-out."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence

if TYPE_CHECKING:
    import httpx


class CallRefused(Unusable):
    """The program answered that it does not do this; its own words are in `text`."""

    def __init__(self, told: str, status: int, text: str) -> None:
        super().__init__(told)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class LocalProgram:
    """One of them; `name` stands in the sentences about it, `url` has neither path nor slash at its end."""

    name: str
    url: str

    def ask(self, path: str, body: object = None, *, token: str = "", timeout: float = 30.0) -> dict[str, Any]:
        """The JSON of its answer to a POST of `body`, or without one to a GET; `timeout` in seconds.

        Raises CallRefused, and Unusable when it does not answer, or not in JSON.
        """
        import httpx  # noqa: PLC0415 a fifth of a second, for commands that talk to a program

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        method = "GET" if body is None else "POST"
        try:
            reply = _client().request(method, self.url + path, json=body, headers=headers, timeout=timeout)
            if reply.is_success:
                answer: dict[str, Any] = reply.json()
                return answer
        except (httpx.HTTPError, ValueError) as broken:
            raise Unusable(sentence("runs.program_silent", name=self.name, url=self.url, reason=broken)) from broken
        values = {"name": self.name, "path": path, "status": reply.status_code, "reason": reply.reason_phrase}
        raise CallRefused(sentence("runs.program_refuses", **values), reply.status_code, reply.text)


@cache
def _client() -> "httpx.Client":
    """One for all calls of a command, so that a program that is asked again and again keeps one connection."""
    import httpx  # noqa: PLC0415 as above

    return httpx.Client(trust_env=False)
