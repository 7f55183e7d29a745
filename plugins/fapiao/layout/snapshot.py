"""Draws the snapshot (快照) of an OFD: its texts and paths as SVG, the same bytes for the same file.

A drawing of text and path objects, no rendering: images and seals stand as empty frames, fonts are the viewer's, and
signatures are neither drawn nor checked. Source: S1 §3.3 版式文件 (R136).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from fapiao.boundary import boundary
from fapiao.layout.measures import box, colour, first_number, numbers
from fapiao.layout.ofd import Drawn, LeftOut, OfdPage, read_pages
from fapiao.safe_xml import UnreadableFile, child, children, name_of

DEEPEST_BLOCK = 16
LEAST_BOLD = 500
FONTS = "SimSun, 'Songti SC', 'Noto Serif CJK SC', serif"
_PATH_WORDS = {"S": "M", "M": "M", "L": "L", "Q": "Q", "B": "C", "A": "A", "C": "Z"}
"""OFD's abbreviated path operators and how many numbers SVG's have after them."""
_COUNTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_BLACK = "rgb(0,0,0)"


class Snapshot(NamedTuple):
    """The picture as SVG in UTF-8, and the sentence about what of the OFD is not in it; None where all of it is."""

    svg: bytes
    problem: str | None


@boundary(lambda raised: UnreadableFile(f"the OFD cannot be drawn ({raised!r})"), UnreadableFile)
def draw_snapshot(ofd: bytes) -> Snapshot:
    """The pages below one another. Raises UnreadableFile with a sentence for people."""
    drawn, left_out = Drawn(), LeftOut()
    pages = read_pages(ofd, drawn, left_out)
    pen = _Pen(drawn, left_out)
    width = max(page.box[2] for page in pages)
    lines: list[str] = []
    top = 0.0
    for page in pages:
        lines += pen.page(page, top)
        top += page.box[3]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}mm" height="{_n(top)}mm" '
        f'viewBox="0 0 {_n(width)} {_n(top)}">'
    )
    paper = f'<rect width="{_n(width)}" height="{_n(top)}" fill="rgb(255,255,255)"/>'
    return Snapshot("\n".join([head, paper, *lines, "</svg>", ""]).encode(), str(left_out) or None)


class _Pen:
    """Draws objects one by one: one that cannot be drawn is left out."""

    def __init__(self, drawn: Drawn, left_out: LeftOut) -> None:
        self._drawn, self._left_out = drawn, left_out

    def page(self, page: OfdPage, top: float) -> Iterator[str]:
        """Its layers, back to front, `top` millimetres down."""
        x, y, *_ = page.box
        yield f'<g transform="translate({_n(-x)} {_n(top - y)})">'
        for layer in page.layers:
            yield from self._objects(layer, DEEPEST_BLOCK)
        yield "</g>"

    def _objects(self, parent: Element, depth: int) -> Iterator[str]:
        for element in parent:
            if name_of(element) != "PageBlock":
                yield from self._object(element)
            elif depth:
                self._drawn.spend(1)
                yield from self._objects(element, depth - 1)
            else:
                self._left_out.add(f"a block is nested more than {DEEPEST_BLOCK} deep")

    def _object(self, element: Element) -> list[str]:
        self._drawn.spend_on(element)
        with self._left_out.odd():
            drawer = _DRAWERS.get(name_of(element))
            if drawer is None:
                raise UnreadableFile(f"nothing draws a {name_of(element)[:40]}")
            x, y, width, height = box(element.get("Boundary", ""))
            inner = list(drawer(element, width, height))
            if inner:
                return [f'<g transform="translate({_n(x)} {_n(y)}){_matrix(element)}">' + "".join(inner) + "</g>"]
        return []


def _matrix(element: Element) -> str:
    values = numbers(element.get("CTM", ""), "a CTM")
    return f" matrix({' '.join(map(_n, values))})" if len(values) == 6 else ""  # noqa: PLR2004


def _text(element: Element, _width: float, _height: float) -> Iterator[str]:
    size = first_number(element.get("Size", ""), 3.5, "a font size")
    weight = element.get("Weight") or ""
    bold = ' font-weight="bold"' if weight.isdecimal() and int(weight) > LEAST_BOLD else ""
    fill = _colour(child(element, "FillColor"), _BLACK)
    for code in children(element, "TextCode"):
        text = "".join(sign for sign in code.text or "" if sign.isprintable())
        if text.strip():
            places = f"x={quoteattr(_places(code, 'X', 'DeltaX', len(text)))} y={quoteattr(_places(code, 'Y', 'DeltaY', len(text)))}"  # noqa: E501
            yield (
                f'<text {places} font-size="{_n(size)}" font-family="{FONTS}"{bold} fill="{fill}" '
                f'xml:space="preserve">{escape(text)}</text>'
            )


def _places(code: Element, start: str, steps: str, signs: int) -> str:
    """Where each sign stands: a start, and steps between the signs, `g 3 2.5` for three steps of 2.5."""
    place = first_number(code.get(start, ""), 0.0, start)
    found = [place]
    for step in _steps((code.get(steps) or "").split(), signs):
        place += step
        found.append(place)
    return " ".join(map(_n, found[:signs]))


def _steps(words: Sequence[str], most: int) -> list[float]:
    found: list[float] = []
    place = 0
    while place < len(words) and len(found) < most:
        if words[place] == "g" and place + 2 < len(words):
            count, step = numbers(" ".join(words[place + 1 : place + 3]), "a step")
            found += [step] * max(0, min(int(count), most))
            place += 3
        else:
            found += numbers(words[place], "a step")
            place += 1
    return found


def _path(element: Element, _width: float, _height: float) -> Iterator[str]:
    words = "".join(data.text or "" for data in children(element, "AbbreviatedData")).split()
    shape = " ".join(_svg_path(words))
    stroke = _colour(child(element, "StrokeColor"), _BLACK) if _says(element, "Stroke", usual=True) else "none"
    fill = _colour(child(element, "FillColor"), "none") if _says(element, "Fill", usual=False) else "none"
    line = first_number(element.get("LineWidth", ""), 0.353, "a line width")
    if shape:
        yield f'<path d="{shape}" stroke="{stroke}" stroke-width="{_n(line)}" fill="{fill}"/>'


def _svg_path(words: Sequence[str]) -> Iterator[str]:
    place = 0
    while place < len(words):
        word = words[place]
        if word not in _PATH_WORDS:
            raise UnreadableFile(f"a path of the OFD has {word[:20]!r} where an operator is expected")
        count = _COUNTS[word]
        values = numbers(" ".join(words[place + 1 : place + 1 + count]), "a path")
        if len(values) != count:
            raise UnreadableFile("a path of the OFD ends in the middle")
        yield " ".join([_PATH_WORDS[word], *map(_n, values)])
        place += 1 + count


def _frame(_element: Element, width: float, height: float) -> Iterator[str]:
    yield f'<rect width="{_n(width)}" height="{_n(height)}" fill="none" stroke="rgb(160,160,160)" stroke-width="0.2" stroke-dasharray="1"/>'  # noqa: E501


_DRAWERS = {"TextObject": _text, "PathObject": _path, "ImageObject": _frame}


def _says(element: Element, name: str, *, usual: bool) -> bool:
    word = element.get(name)
    return usual if word is None else word == "true"


def _colour(element: Element | None, usual: str) -> str:
    return usual if element is None else colour(element.get("Value", ""), usual)


def _n(number: float) -> str:
    """A number with at most three decimals, without a trailing zero."""
    return f"{number:.3f}".rstrip("0").rstrip(".") or "0"
