"""Reads XML as it streams by, element by element: no entities, no DOCTYPE, nothing kept that nobody asked for."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.bureau_files.records import FileRefusal

Attributes = dict[str, str]


@contextmanager
def scanned(where: str) -> Iterator[Any]:
    """A parser whose handlers are still to be set. Whatever is no XML, or declares entities, is a FileRefusal."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refusing(where)
    with boundary(
        lambda broken: FileRefusal(f"工作簿损坏，这一部分不是完整的 XML（{_reason(broken)}）；请重新导出", where)
    ):
        yield parser


def _reason(broken: BaseException) -> str:
    return f"第 {broken.lineno} 行第 {broken.offset} 列" if isinstance(broken, expat.ExpatError) else "编码无法识别"


def _refusing(where: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise FileRefusal("XML 里声明了 DOCTYPE，工作簿不需要它，未打开；请从税局重新导出", where)

    return refuse


def local(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition(" ")[2]


def first_elements(pieces: Iterable[bytes], names: Collection[str], where: str) -> list[tuple[str, Attributes]]:
    """The elements of these names with their attributes, in their order. Raises FileRefusal, also for too many."""
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        if local(name) in names:
            found.append((local(name), attributes))
            if len(found) > (most := bound("directory_entries")).value:
                raise FileRefusal(most.said(), where)

    with scanned(where) as parser:
        parser.StartElementHandler = start
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    return found
