"""Reads a rules file into rows that know their lines, and refuses what a row should not have."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

from fapiao.errors import RuleError

# the same events as SafeLoader's, eight times as fast where the wheel carries libyaml
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

T = TypeVar("T")


class RuleRow:
    """One mapping of a rules file; every refusal names the file and the line of the key it is about."""

    def __init__(self, file: str, line: int, values: Mapping[str, Any], lines: Mapping[str, int]) -> None:
        self._file = file
        self._line = line
        self._values = values
        self._lines = lines

    def refuse(self, sentence: str, key: str = "") -> RuleError:
        """The error to raise for this row, or for one of its keys."""
        return RuleError(f"{self._file}:{self._lines.get(key, self._line)}: {sentence}")

    def keys(self, allowed: Collection[str]) -> None:
        """Raise RuleError when the row has a key that is not in `allowed`."""
        for key in self._values:
            if key not in allowed:
                raise self.refuse(f"unknown key {key!r}; allowed are {', '.join(sorted(allowed))}", key)

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self.any_text(key)
        if not value.strip():
            raise self.refuse(f"{key} is empty", key)
        return value

    def any_text(self, key: str) -> str:
        """A text that may be empty."""
        return self._typed(key, str, "a text (put codes in quotes)")

    def optional(self, key: str) -> str | None:
        """A text, or None where the key is absent or null."""
        return None if self._values.get(key) is None else self.text(key)

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        """A text out of a closed list."""
        value = self.text(key)
        if value not in allowed:
            raise self.refuse(f"{key} {value!r} is unknown; known are {', '.join(sorted(allowed))}", key)
        return value

    def day(self, key: str) -> date:
        """A date, written YYYY-MM-DD."""
        return self._typed(key, date, "a date like 2025-11-22")

    def number(self, key: str) -> int:
        """A whole number that is not negative."""
        value = self._typed(key, int, "a whole number")
        if value < 0:
            raise self.refuse(f"{key} must not be negative, it is {value}", key)
        return value

    def limit(self, key: str) -> int | None:
        """A whole number, or null for no limit; the key itself must be there."""
        if key not in self._values:
            raise self.refuse(f"{key} is missing; write null for no limit")
        return None if self._values[key] is None else self.number(key)

    def raw(self, key: str) -> object:
        """Whatever stands there, for a key with several shapes."""
        return self._values.get(key)

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        return self.decided(key) if key in self._values else False

    def decided(self, key: str) -> bool:
        """True or false, which must be said."""
        return self._typed(key, bool, "true or false")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once; empty when absent."""
        if key not in self._values:
            return ()
        return self._list(key, self._values[key], key)

    def some_of(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """A list of texts out of a closed list, at least one, each once."""
        values = self.texts(key)
        if not values:
            raise self.refuse(f"{key} names nothing; known are {', '.join(sorted(allowed))}", key)
        for value in values:
            if value not in allowed:
                raise self.refuse(
                    f"{key} names {value!r}, which is unknown; known are {', '.join(sorted(allowed))}", key
                )
        return values

    def mapping(self, key: str, allowed: Collection[str] | None) -> dict[str, str]:
        """A mapping of text to text, its keys out of `allowed` (None: any); empty when absent."""
        values = self._mapping(key, allowed)
        if not all(isinstance(value, str) for value in values.values()):
            raise self.refuse(f"{key} must map to texts, not {values!r}", key)
        return dict(values)

    def mapping_of_texts(self, key: str, allowed: Collection[str]) -> dict[str, tuple[str, ...]]:
        """A mapping of text to a list of texts, its keys out of `allowed`; empty when absent."""
        values = self._mapping(key, allowed)
        return {name: self._list(f"{key} {name}", value, key) for name, value in values.items()}

    def _typed(self, key: str, kind: type[T], what: str) -> T:
        if key not in self._values:
            raise self.refuse(f"{key} is missing: it must be {what}")
        value = self._values[key]
        # exact types: True is no number, an instant is no date
        if type(value) is not kind:
            raise self.refuse(f"{key} must be {what}, not {value!r}", key)
        return value

    def _list(self, name: str, value: object, key: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.refuse(f"{name} must be a list of texts, not {value!r}", key)
        if len(set(value)) != len(value):
            raise self.refuse(f"{name} names something twice: {', '.join(value)}", key)
        return tuple(value)

    def _mapping(self, key: str, allowed: Collection[str] | None) -> Mapping[str, Any]:
        values = self._values.get(key, {})
        if not isinstance(values, dict):
            raise self.refuse(f"{key} must be a mapping, not {values!r}", key)
        for name in values:
            if not isinstance(name, str) or (allowed is not None and name not in allowed):
                raise self.refuse(
                    f"{key} names {name!r}, which is unknown; known are {', '.join(sorted(allowed or ()))}", key
                )
        return values


class RuleFile:
    """A YAML file of named lists of rows."""

    def __init__(self, path: Path) -> None:
        self._name = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
        try:
            self._loader = _Loader(path.read_text(encoding="utf-8"))
            root = self._loader.get_single_node()
        except (OSError, UnicodeDecodeError) as error:
            raise RuleError(f"{self._name}: cannot be read: {error}") from error
        except yaml.YAMLError as error:
            raise self._broken(error, 1) from error
        if not isinstance(root, yaml.MappingNode):
            raise RuleError(f"{self._name}:1: expected sections, each with a list of rows")
        self._lines = self._key_lines(root)
        self._sections = {str(key.value): node for key, node in root.value}

    def keys(self, allowed: Collection[str]) -> None:
        """Raise RuleError when the file has a section that is not in `allowed`, or lacks one."""
        for name, line in self._lines.items():
            if name not in allowed:
                raise RuleError(
                    f"{self._name}:{line}: unknown section {name!r}; known are {', '.join(sorted(allowed))}"
                )
        missing = sorted(set(allowed) - self._lines.keys())
        if missing:
            raise RuleError(f"{self._name}: section {missing[0]!r} is missing")

    def rows(self, section: str, unique: str | tuple[str, ...] | None = None) -> list[RuleRow]:
        """The rows of a section; raises RuleError when two share their values of the `unique` key or keys."""
        listed = self._sections[section]
        if not isinstance(listed, yaml.SequenceNode):
            raise RuleError(f"{self._name}:{self._lines[section]}: section {section!r} must be a list of rows")
        rows = [self._row(node) for node in listed.value]
        keys = (unique,) if isinstance(unique, str) else unique or ()
        seen: set[tuple[str, ...]] = set()
        for row in rows if keys else []:
            values = tuple(row.text(key) for key in keys)
            if values in seen:
                raise row.refuse(f"{', '.join(keys)} {'/'.join(values)!r} stands here for the second time", keys[-1])
            seen.add(values)
        return rows

    def _row(self, node: yaml.Node) -> RuleRow:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise RuleError(f"{self._name}:{line}: expected a row of keys and values")
        lines = self._key_lines(node)
        try:
            values = self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            raise self._broken(error, line) from error
        return RuleRow(self._name, line, values, lines)

    def _key_lines(self, node: yaml.MappingNode) -> dict[str, int]:
        """Where each key stands; raises RuleError for one that stands twice or is no text."""
        found: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                raise RuleError(f"{self._name}:{line}: a key must be a text, not {key.value!r}")
            if key.value in found:
                raise RuleError(f"{self._name}:{line}: key {key.value!r} stands twice")
            found[key.value] = line
        return found

    def _broken(self, error: Exception, line: int) -> RuleError:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        return RuleError(f"{self._name}:{mark.line + 1 if mark else line}: not readable as YAML: {problem}")
