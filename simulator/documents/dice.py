"""Repeatable choices: the same seed always draws the same numbers, on every machine and Python."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1
_STEP, _MIX_A, _MIX_B = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class Dice:
    """SplitMix64 started from a hash of the seed."""

    def __init__(self, *seed: object) -> None:
        text = "|".join(str(part) for part in seed)
        self._state = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + self._draw() % (high - low + 1)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self._draw() % len(options)]

    def digits(self, count: int) -> str:
        """A text of decimal digits."""
        return f"{self.number(0, 10**count - 1):0{count}d}"

    def _draw(self) -> int:
        self._state = (self._state + _STEP) & _MASK
        mixed = ((self._state ^ (self._state >> 30)) * _MIX_A) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * _MIX_B) & _MASK
        return mixed ^ (mixed >> 31)
