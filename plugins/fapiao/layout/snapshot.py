"""Draws the snapshot (快照) of an OFD: its texts and paths as SVG, the same bytes for the same file.

A drawing of text and path objects, no rendering: images and seals stand as empty frames, fonts are the viewer's, and
signatures are neither drawn nor checked. Source: S1 §3.3 版式文件 (R136).
"""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from fapiao.boundary import boundary
from fapiao.layout.ofd import OfdPage, box, numbers, read_pages
from fapiao.safe_xml import UnreadableFile, child, children, name_of

MOST_ELEMENTS = 60_000
DEEPEST_BLOCK = 16
LEAST_BOLD = 500
FONTS = "SimSun, 'Songti SC', 'Noto Serif CJK SC', serif"
_PATH_WORDS = {"S": "M", "M": "M", "L": "L", "Q": "Q", "B": "C", "A": "A", "C": "Z"}
"""OFD's abbreviated path operators and how many numbers SVG's have after them."""
_COUNTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_BLACK = "rgb(0,0,0)"


@boundary(lambda raised: UnreadableFile(f"the OFD cannot be drawn ({raised!r})"), UnreadableFile)
def draw_snapshot(ofd: bytes) -> bytes:
    """The pages below one another as one SVG, UTF-8. Raises UnreadableFile with a sentence for people."""
    pages = read_pages(ofd)
    if sum(1 for page in pages for layer in page.layers for _ in layer.iter()) > MOST_ELEMENTS:
        raise UnreadableFile(f"the OFD has more than {MOST_ELEMENTS} elements on its pages; no snapshot is drawn")
    width = max(page.box[2] for page in pages)
    drawn: list[str] = []
    top = 0.0
    for page in pages:
        drawn += _page(page, top)
        top += page.box[3]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}mm" height="{_n(top)}mm" '
        f'viewBox="0 0 {_n(width)} {_n(top)}">'
    )
    paper = f'<rect width="{_n(width)}" height="{_n(top)}" fill="rgb(255,255,255)"/>'
    return "\n".join([head, paper, *drawn, "</svg>", ""]).encode()


def _page(page: OfdPage, top: float) -> Iterator[str]:
    x, y, *_ = page.box
    yield f'<g transform="translate({_n(-x)} {_n(top - y)})">'
    for layer in page.layers:
        yield from _objects(layer, DEEPEST_BLOCK)
    yield "</g>"


def _objects(parent: Element, depth: int) -> Iterator[str]:
    if depth == 0:
        raise UnreadableFile(f"the OFD nests its blocks more than {DEEPEST_BLOCK} deep; no snapshot is drawn")
    for element in parent:
        name = name_of(element)
        if name == "PageBlock":
            yield from _objects(element, depth - 1)
        elif name in _DRAWERS:
            x, y, width, height = box(element.get("Boundary", ""))
            inner = list(_DRAWERS[name](element, width, height))
            if inner:
                yield f'<g transform="translate({_n(x)} {_n(y)}){_matrix(element)}">' + "".join(inner) + "</g>"


def _matrix(element: Element) -> str:
    values = numbers(element.get("CTM", ""), "a CTM")
    return f" matrix({' '.join(map(_n, values))})" if len(values) == 6 else ""  # noqa: PLR2004


def _text(element: Element, _width: float, _height: float) -> Iterator[str]:
    size = (numbers(element.get("Size", "") or "3.5", "a font size") or [3.5])[0]
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
    place = (numbers(code.get(start, ""), start) or [0.0])[0]
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
    line = (numbers(element.get("LineWidth", "") or "0.353", "a line width") or [0.353])[0]
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
    """An RGB or grey value; colour spaces of other sorts are drawn as usual."""
    values = numbers(element.get("Value", ""), "a colour") if element is not None else []
    if len(values) == 1:
        values *= 3
    return f"rgb({','.join(str(round(min(max(value, 0), 255))) for value in values)})" if len(values) == 3 else usual  # noqa: PLR2004


def _n(number: float) -> str:
    """A number with at most three decimals, without a trailing zero."""
    return f"{number:.3f}".rstrip("0").rstrip(".") or "0"
