"""The elements of an answer one by one: a bad one is unusable by itself, and so are two that contradict each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from fapiao.selection.answers import DocumentResult, Holding, UnreadableAnswer, UnusableAnswer
from fapiao.selection.said import document_of, row_of
from fapiao.tolerant_json import BrokenRow

Said = TypeVar("Said", DocumentResult, Holding)


def read_each(
    rows: Iterable[object], name: str, read: Callable[[str, Mapping[str, Any]], Said]
) -> Iterator[Said | UnusableAnswer]:
    """What every element says of the document that it names by `name`, or why that cannot be read."""
    for row in rows:
        key = _named(row, name)
        try:
            element = row_of(row)
            yield read(key or document_of(element, name), element)
        except UnreadableAnswer as broken:
            yield UnusableAnswer(key, str(broken))


def once_each(said: Iterable[Said | UnusableAnswer]) -> tuple[list[Said], list[UnusableAnswer]]:
    """What is said of every document, once; where two elements say different things of one, neither is believed."""
    found: dict[str, Said] = {}
    unusable: dict[str | None, UnusableAnswer] = {}
    for one in said:
        if isinstance(one, UnusableAnswer):
            unusable.setdefault(one.document_key, one)
        elif found.setdefault(one.document_key, one) != one:
            text = f"{one.document_key} has two different answers"
            unusable.setdefault(one.document_key, UnusableAnswer(one.document_key, text))
    return [one for key, one in found.items() if key not in unusable], list(unusable.values())


def _named(row: object, name: str) -> str | None:
    """The document of an element, also of one that is flawed elsewhere; None where that is not certain."""
    if not isinstance(row, Mapping) or (isinstance(row, BrokenRow) and row.text.count(f'"{name}"') != 1):
        return None
    try:
        return document_of(row, name)
    except UnreadableAnswer:
        return None
