"""Which channels select (勾选通道); every other one is refused explicitly (A-22)."""

from collections.abc import Callable

from hooks.etax_selection import EtaxSelection
from hooks.leqi_selection import LeqiSelection
from hooks.selection_bureau import SelectionBureau

SELECTION_BUREAUS: dict[str, Callable[[], SelectionBureau]] = {
    "leqi": LeqiSelection,
    "etax": EtaxSelection,
}
