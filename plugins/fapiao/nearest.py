"""What somebody may have meant who mistyped a word of a closed list."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from fapiao.texts.catalogue import sentence


def nearest(word: str, known: Iterable[str], most: int = 1) -> Sequence[str]:
    """The known words that come near, the nearest first; none where nothing does."""
    return get_close_matches(word, [*known], most)


def meant(word: str, known: Iterable[str]) -> str:
    """What stands behind a refusal: a question after the nearest word, or nothing where none comes near."""
    near = nearest(word, known)
    return sentence("nearest.meant", name=near[0]) if near else ""
