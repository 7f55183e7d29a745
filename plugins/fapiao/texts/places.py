"""Places and what is told of them, side by side with the punctuation of the language that is spoken."""

from collections.abc import Iterable

from fapiao.texts.language import language


def apart(items: Iterable[str]) -> str:
    """Items that have commas themselves, in one line."""
    return ("；" if language() == "zh" else "; ").join(items)


def placed(*places: object) -> str:
    """A place, from the whole to the part: file and sheet, row, column."""
    return ("，" if language() == "zh" else ", ").join(map(str, places))


def told(where: object, what: object) -> str:
    """What is said of a place."""
    return f"{where}：{what}" if language() == "zh" else f"{where}: {what}"


def in_column(where: object, column: str) -> str:
    """A column of a place."""
    return f"{where}“{column}”" if language() == "zh" else f"{where}, {column}"
