"""Channels are opened when they are asked for, once, and closed at the end."""

from contextlib import ExitStack
from typing import Any, cast

import pytest

from fapiao.errors import Unusable
from hooks.channels.selection_channel import SelectionChannel
from operators.leased_queue.lazy_channels import LazyChannels
from scripted_selection import ScriptedBureau


class Watched(ScriptedBureau):
    """A channel that says when it is closed."""

    closed = False

    def close(self) -> None:
        """It is."""
        self.closed = True


def open_etax(opened: list[Any]) -> Any:
    """Opens 电子税局 and refuses every other channel."""

    def opens(channel: str) -> SelectionChannel:
        if channel != "etax":
            raise Unusable(f"There is no bureau for {channel}")
        opened.append(Watched())
        return cast(SelectionChannel, opened[-1])

    return opens


def test_a_channel_is_opened_once_and_closed_with_the_stack() -> None:
    opened: list[Watched] = []
    with ExitStack() as stack:
        channels = LazyChannels(["etax"], open_etax(opened), stack)
        assert (list(channels), len(channels), "etax" in channels, "leqi" in channels) == (["etax"], 1, True, False)
        assert opened == []
        assert channels["etax"] is channels["etax"]
        assert [one.closed for one in opened] == [False]
    assert [one.closed for one in opened] == [True]


def test_one_that_has_no_connection_says_so_to_whoever_asks_for_it() -> None:
    with ExitStack() as stack, pytest.raises(Unusable, match="no bureau for leqi"):
        LazyChannels(["etax"], open_etax([]), stack)["leqi"]
