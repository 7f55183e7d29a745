"""What somebody may have meant who mistyped a word of a closed list."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

ALIKE = {1: 0.6, 3: 0.3}
"""How much alike two words must be where one is named, and where several are."""


def nearest(word: str, known: Iterable[str], most: int = 1) -> Sequence[str]:
    """The known words that come near, the nearest first; none where nothing does."""
    return get_close_matches(word, [*known], most, ALIKE[most])
