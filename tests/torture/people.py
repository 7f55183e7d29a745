"""What people do meanwhile, each in a process of his own: he looks at the log, picks a row by chance and acts on it."""

from collections.abc import Callable, Mapping
from typing import Any

from world_clock import WorldClock

Order = Mapping[str, Any]
PEOPLE: dict[str, Callable[[WorldClock, Order], Any]] = {}
