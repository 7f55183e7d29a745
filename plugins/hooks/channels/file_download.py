"""The verb that only channels with layout files have: the bytes behind an address of the bureau."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from hooks.channels.download_channel import DownloadChannel

Download = Callable[[str], bytes]
"""The bytes of one file, as they came. Raises LoginLost, Refused, TryLater or AnswerLost."""


@runtime_checkable
class Downloads(Protocol):
    """Whoever hands out files: a channel's hook, or the session it speaks through."""

    def download(self, url: str) -> bytes:
        """The bytes of one file, as they came. Raises LoginLost, Refused, TryLater or AnswerLost."""
        ...


def download_of(bureau: DownloadChannel) -> Download | None:
    """How a channel hands out files; None for one that does not."""
    for speaker in (bureau, getattr(bureau, "session", None)):
        if isinstance(speaker, Downloads):
            return speaker.download
    return None
