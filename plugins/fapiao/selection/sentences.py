"""The sentences of a selection, as the surface that asked for it words them (A-17, A-18)."""

from fapiao.rules.book import RuleBook


def sentence(book: RuleBook, key: str, surface: str = "interactive") -> str:
    """A sentence byte for byte: the surface's own where a manual has one, else the list's. Raises KeyError."""
    return book.message(key, surface if (key, surface) in book.messages else "interactive")
