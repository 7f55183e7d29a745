"""YAML read event by event: texts, lists and records with their lines; no deeper and no larger than a table can be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import yaml

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.errors import BadInput
from fapiao.tables.lines import Place, complaint
from fapiao.texts.catalogue import sentence
from fapiao.texts.places import told

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Start = (yaml.SequenceStartEvent, yaml.MappingStartEvent)


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a list of nodes, or a record as pairs of nodes; `plain` is a text that no quotes stand around."""

    value: "str | list[Node] | tuple[tuple[Node, Node], ...]"
    line: int
    plain: bool = False


class _Open(NamedTuple):
    """A list or record that has begun: its line and anchor, what it holds so far, how many nodes stand before it."""

    is_list: bool
    line: int
    anchor: str | None
    held: list[Node]
    before: int


def root_of(source: str, text: str) -> Node | None:
    """The one document of a YAML text; None where it holds nothing. Raises BadInput with the line.

    The library's own composer calls itself for every level, in C, where nothing stops it, and gives no thought to what
    its aliases add up to; its parser does neither.
    """
    with boundary(lambda raised: _broken(source, raised)):
        return _Tree(source).root(yaml.parse(text, Loader=_Loader))


class _Tree:
    def __init__(self, source: str) -> None:
        self._source = source
        self._most, self._deepest = bound("table_nodes"), bound("table_depth")
        self._open: list[_Open] = []
        self._named: dict[str, tuple[Node, int]] = {}
        self._count = 0
        self._root: Node | None = None
        self._line = 1

    def root(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            self._line = event.start_mark.line + 1 if event.start_mark else self._line
            if isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
                raise self._refusal(sentence("tables.second_document"))
            if isinstance(event, yaml.ScalarEvent):
                self._took(Node(event.value, self._line, not event.style), event.anchor, 1)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(str(event.anchor))
            elif isinstance(event, _Start):
                self._begin(event.anchor, is_list=isinstance(event, yaml.SequenceStartEvent))
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
        return self._root

    def _begin(self, anchor: str | None, *, is_list: bool) -> None:
        if len(self._open) == self._deepest.value:
            raise self._refusal(self._deepest.said())
        self._open.append(_Open(is_list, self._line, anchor, [], self._count))

    def _end(self) -> None:
        is_list, line, anchor, held, before = self._open.pop()
        pairs = () if is_list else tuple(zip(held[::2], held[1::2], strict=True))
        self._took(Node(held if is_list else pairs, line), anchor, 1, self._count - before)

    def _alias(self, name: str) -> None:
        if name not in self._named:
            raise self._refusal(sentence("tables.no_anchor", name=name[:40]))
        node, size = self._named[name]
        self._took(node, None, size)

    def _took(self, node: Node, anchor: str | None, size: int, within: int = 0) -> None:
        """A node is whole; an alias counts as all that it stands for."""
        self._count += size
        if self._count > self._most.value:
            raise self._refusal(self._most.said())
        if anchor:
            self._named[anchor] = node, size + within
        if self._open:
            self._open[-1].held.append(node)
        else:
            self._root = node

    def _refusal(self, what: str) -> BadInput:
        return BadInput([complaint(self._source, Place(self._line), what)])


def _broken(source: str, raised: BaseException) -> BadInput:
    mark = getattr(raised, "problem_mark", None)
    reason = str(getattr(raised, "problem", None) or raised).splitlines()[0]
    what = sentence("tables.not_yaml", reason=reason)
    return BadInput([complaint(source, Place(mark.line + 1), what) if mark else told(source, what)])
