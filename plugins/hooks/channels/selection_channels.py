"""Which channels select (勾选通道); every other one is refused explicitly (A-22)."""

from collections.abc import Callable

from hooks.channels.selection_channel import SelectionBureau
from hooks.gateway.etax_selection import EtaxSelection
from hooks.leqi.selection import LeqiSelection

SELECTION_BUREAUS: dict[str, Callable[[], SelectionBureau]] = {
    "leqi": LeqiSelection,
    "etax": EtaxSelection,
}
