"""What a launcher process left behind is ended, in the manner in which each part is ended by itself."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from signal import Signals
from typing import Any

from launcher.processes import end_sessions


def end_left_behind(leaders: Mapping[int, Mapping[str, Any]], homes: Iterable[str]) -> None:
    """The children, those that others need last; then the Postgres of each home, unless somebody else uses it."""
    in_order = sorted(leaders.items(), key=_manner)
    for (_last, number, patience), children in groupby(in_order, key=_manner):
        end_sessions({pid: how["born"] for pid, how in children}, patience, Signals(number))
    for home in set(homes):
        from launcher.pool import stop_if_unused  # noqa: PLC0415 the children shall not wait for the driver's import

        stop_if_unused(Path(home))


def _manner(child: tuple[int, Mapping[str, Any]]) -> tuple[bool, int, float]:
    how = child[1]
    return how["last"], how["signal"], how["patience"]
