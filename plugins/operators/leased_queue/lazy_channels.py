"""Channels by name, each opened when it is first asked for and closed with the session."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing
from threading import Lock
from typing import Protocol, TypeVar


class Closable(Protocol):
    """What a channel is here."""

    def close(self) -> None:
        """Gives the connections back."""
        ...


Channel = TypeVar("Channel", bound=Closable)


class LazyChannels(Mapping[str, Channel]):
    """Channels by name; one without a connection hurts nobody who does not ask for it.

    `names` are those that may be worked; `open_channel` may refuse any other name with a sentence. Workers side by
    side share what is open.
    """

    def __init__(self, names: Collection[str], open_channel: Callable[[str], Channel], stack: ExitStack) -> None:
        self._names, self._open_channel, self._stack = names, open_channel, stack
        self._open: dict[str, Channel] = {}
        self._opening = Lock()

    def __getitem__(self, channel: str) -> Channel:
        with self._opening:
            if channel not in self._open:
                self._open[channel] = self._stack.enter_context(closing(self._open_channel(channel)))
            return self._open[channel]

    def __contains__(self, channel: object) -> bool:
        return channel in self._names  # a look is no reason to open one

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
