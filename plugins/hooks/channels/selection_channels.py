"""Which channels select (勾选通道), each made of its connection; every other one is refused explicitly (A-22)."""

from collections.abc import Callable

from hooks.channels.selection_channel import SelectionChannel
from hooks.gateway.etax_selection import EtaxSelection
from hooks.leqi.selection import LeqiSelection

SELECTION_CHANNELS: dict[str, Callable[..., SelectionChannel]] = {
    "leqi": LeqiSelection,
    "etax": EtaxSelection,
}
