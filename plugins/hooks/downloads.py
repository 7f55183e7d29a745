"""The verb that only channels with layout files have: the bytes behind an address of the bureau."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Downloads(Protocol):
    """A bureau that hands out files."""

    def download(self, url: str) -> bytes:
        """The bytes of one file, as they came. Raises LoginLost, Refused, TryLater or AnswerLost."""
        ...
