"""Where a benchmark runs: a database of its own, how many rows, how often."""

from dataclasses import dataclass

Row = tuple[str, str]
"""What was done, and the figures."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`url` names a migrated database that may be filled and is dropped afterwards."""

    url: str
    rows: int = 100_000
    pool: int = 1_000_000
    rounds: int = 3
