"""Numbers, boxes and colours as the attributes of an OFD write them."""

import re

from fapiao.safe_xml import UnreadableFile

Box = tuple[float, float, float, float]
"""x, y, width and height in millimetres."""
_FARTHEST = 1e6
"""A kilometre; what is no number at all is not below it either."""
_PACKED = re.compile(r"(?:#|0x)(?:([0-9a-f]{3})|([0-9a-f]{6})(?:[0-9a-f]{2})?)", re.IGNORECASE)
"""A colour in one word."""
_CHANNELS = 3


def numbers(text: str, what: str) -> list[float]:
    """The finite numbers of a list. Raises UnreadableFile."""
    try:
        found = [float(part) for part in text.replace(",", " ").split()]
    except ValueError as error:
        raise UnreadableFile(f"{what} of the OFD is {text[:40]!r}, which is no list of numbers") from error
    if not all(abs(number) < _FARTHEST for number in found):
        raise UnreadableFile(f"{what} of the OFD has a number beyond all measure: {text[:40]!r}")
    return found


def first_number(text: str, usual: float, what: str) -> float:
    """The first number of a text; `usual` where there is none. Raises UnreadableFile."""
    return (numbers(text, what) or [usual])[0]


def box(text: str) -> Box:
    """A box, whose width and height may be negative: then it lies on the other side. Raises UnreadableFile."""
    found = numbers(text, "a box")
    if len(found) != 4:  # noqa: PLR2004
        raise UnreadableFile(f"a box of the OFD is {text[:40]!r}; four numbers are expected")
    x, y, width, height = found
    return min(x, x + width), min(y, y + height), abs(width), abs(height)


def colour(text: str, usual: str) -> str:
    """Grey or RGB, in decimal or hexadecimal numbers; what is neither is drawn as usual."""
    words = text.replace(",", " ").split()
    packed = _PACKED.fullmatch(words[0]) if len(words) == 1 else None
    try:
        shown = [round(min(max(_channel(word), 0), 255)) for word in (_unpacked(packed) if packed else words)]
    except ValueError:
        return usual
    if len(shown) == 1:
        shown *= _CHANNELS
    return f"rgb({','.join(map(str, shown))})" if len(shown) == _CHANNELS else usual


def _unpacked(packed: re.Match[str]) -> list[str]:
    """`FF0000` or `F00` channel by channel; what may stand behind is transparency."""
    return (
        [f"#{digit}{digit}" for digit in packed[1]] if packed[1] else [f"#{packed[2][at : at + 2]}" for at in (0, 2, 4)]
    )


def _channel(word: str) -> float:
    return float(int(word[1:], 16)) if word.startswith("#") else float(word)
