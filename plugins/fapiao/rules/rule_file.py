"""Reads a rules file into the structs that declare it; what does not fit is refused with file and line."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from threading import RLock
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import msgspec
import yaml
from msgspec import Meta

from fapiao.base_errors import RuleError
from fapiao.paths import INCLUDE
from fapiao.rules.refusals import closed_list, refused, row_of, unknown

# the same events as SafeLoader's, eight times as fast where the wheel carries libyaml
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# msgspec looks into a struct at its first use; a second thread that comes meanwhile ends the process (0.22)
_first_use = RLock()
_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))

RULES = INCLUDE / "rules"

Text = Annotated[str, Meta(pattern=r"\S")]
"""A text that is not empty."""
Texts = tuple[Text, ...]
SomeTexts = Annotated[Texts, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
Least1 = Annotated[int, Meta(ge=1)]


def code_of(kind: str) -> Meta:
    """Marks a code of this kind in statuses.yaml: its reader checks it, its schema lists the codes."""
    return Meta(description=f"A code of kind {kind} in statuses.yaml", extra_json_schema={"enum": kind})


class FileRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of any file under include/.

    No two rows of a section share the value of a `unique` key, a value of a unique list, or all values of a group of
    keys; each value of the closed list of the key `every` needs a row. Keys are called as in the file. What a row says
    against itself it raises as RowError while it is made.
    """

    unique: ClassVar[tuple[str | tuple[str, ...], ...]] = ()
    every: ClassVar[str] = ""


class RuleRow(FileRow, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule says beside its own keys: since when it holds, and by whose sentence."""

    since: Annotated[date, Meta(description="From which day the rule holds, YYYY-MM-DD")]
    source: Annotated[Text, Meta(description="Manual and section, protocol section or decision")]
    text: Annotated[Text, Meta(description="The source's own sentence")]
    assumed: Annotated[bool, Meta(description="True where the source leaves it open and we decided")] = False


class RuleSections(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sections of one rules file, each a list of rows; all of them must be there."""

    file: ClassVar[str]


S = TypeVar("S", bound=RuleSections)


class RuleFile(Generic[S]):
    """One rules file: its `content`, and the refusals of whoever compares its rows with others."""

    def __init__(self, kind: type[S], folder: Path = RULES, file: str = "") -> None:
        """Reads and checks it once; `file` where several are of one kind. Raises RuleError with file and line."""
        file = file or kind.file
        self._name = f"{folder.parent.name}/{folder.name}/{file}"
        self._root = self._parsed(folder / file)
        try:
            plain = self._plain(self._root)
            # days that YAML has not read as days are refused, not parsed
            with _first_use:
                self.content = msgspec.convert(plain, kind, builtin_types=(date, datetime))
        except msgspec.ValidationError as error:
            where, sentence = refused(error, kind, plain)
            raise self._refusal(sentence, *where) from error
        except RecursionError as error:
            raise self._refusal("not readable as YAML: an anchor holds itself") from error
        for section in kind.__struct_fields__:
            self._check(section, getattr(self.content, section))

    def refuse(self, row: FileRow, sentence: str, key: str = "") -> RuleError:
        """The error to raise for a row, or for one of its keys."""
        sections = ((name, getattr(self.content, name)) for name in self.content.__struct_fields__)
        place = next((name, index) for name, rows in sections for index, one in enumerate(rows) if one is row)
        return self._refusal(sentence, *place, key)

    def known(self, rows: Iterable[FileRow], key: str, allowed: Collection[str]) -> None:
        """Raises RuleError where a key has a text, a text of a list or a key of a mapping that is not in `allowed`."""
        for row in rows:
            value = _value(row, key)
            for one in [value] if isinstance(value, str) else value or ():
                if one not in allowed:
                    raise self.refuse(row, unknown(key, repr(one), allowed, listed=not isinstance(value, str)), key)

    def _check(self, section: str, rows: tuple[FileRow, ...]) -> None:
        seen: set[tuple[object, ...]] = set()
        for row in rows:
            for key, named in _lists(row):
                if len(set(named)) != len(named):
                    raise self.refuse(row, f"{key} names something twice: {', '.join(named)}", key)
            for keys, values in _unique(row):
                if (keys, values) in seen:
                    said = {key: str(value) for key, value in zip(keys, values, strict=True) if value}
                    sentence = f"{', '.join(said)} {'/'.join(said.values())!r} stands here for the second time"
                    raise self.refuse(row, sentence, keys[-1])
                seen.add((keys, values))
        row_type = type(rows[0]) if rows else row_of(type(self.content), section)
        wanted = closed_list(row_type, row_type.every) if row_type.every else []
        if lacking := [one for one in wanted if ((row_type.every,), (one,)) not in seen]:
            raise self._refusal(f"{section} lack {', '.join(lacking)}", section)

    def _parsed(self, path: Path) -> yaml.Node | None:
        try:
            self._loader = _Loader(path.read_text(encoding="utf-8"))
            return self._loader.get_single_node()
        except (OSError, UnicodeDecodeError) as error:
            raise RuleError(f"{self._name}: cannot be read: {error}") from error
        except yaml.YAMLError as error:
            raise self._broken(error, 1) from error

    def _plain(self, node: yaml.Node | None) -> Any:
        """The values of a node; raises RuleError for a key that stands twice or is no text."""
        if node is None or node.tag == _TEXT:
            return node and node.value
        if node.tag == _LIST:
            return [self._plain(one) for one in node.value]
        if node.tag == _MAPPING:
            return dict(self._pairs(node))
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            raise self._broken(error, node.start_mark.line + 1) from error

    def _pairs(self, node: yaml.Node) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag != _TEXT:
                raise RuleError(f"{self._name}:{_line(key)}: a key must be a text, not {key.value!r}")
            if key.value in seen:
                raise RuleError(f"{self._name}:{_line(key)}: key {key.value!r} stands twice")
            seen.add(key.value)
            yield key.value, self._plain(value)

    def _refusal(self, sentence: str, *place: str | int) -> RuleError:
        """The error at a section, a row of it or a key of that, as far as the place is there."""
        node, line = self._root, 1
        for step in place:
            if isinstance(step, int) and node:
                node = node.value[step]
                line = _line(node)
            else:
                pairs = node.value if isinstance(node, yaml.MappingNode) else []
                key, node = next((pair for pair in pairs if pair[0].value == step), (None, None))
                line = _line(key) if key else line
        return RuleError(f"{self._name}:{line}: {sentence}")

    def _broken(self, error: Exception, line: int) -> RuleError:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        return RuleError(f"{self._name}:{mark.line + 1 if mark else line}: not readable as YAML: {problem}")


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _value(row: FileRow, key: str) -> Any:
    return getattr(row, row.__struct_fields__[row.__struct_encode_fields__.index(key)])


def _unique(row: FileRow) -> Iterator[tuple[tuple[str, ...], tuple[object, ...]]]:
    """Each unique key or group of keys, with what must not stand in another row."""
    for key in row.unique:
        if isinstance(key, tuple):
            yield key, tuple(_value(row, one) for one in key)
        else:
            value = _value(row, key)
            yield from (((key,), (one,)) for one in (value if isinstance(value, tuple) else (value,)))


def _lists(row: FileRow) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The lists of a row, those within its mappings too, each with the key it is under."""
    for key, value in zip(row.__struct_encode_fields__, msgspec.structs.astuple(row), strict=True):
        found = value.values() if isinstance(value, dict) else (value,)
        yield from ((key, one) for one in found if isinstance(one, tuple))
