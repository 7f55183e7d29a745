"""YAML: a mapping of table names to lists of records, or one plain list; every scalar is taken as the text it is."""

import yaml

from fapiao.errors import BadInput
from fapiao.tables.lines import Cell, Line, Table, Value, heading

# plain null and ~ are empty; 0123 and 2026-01-05 stay the texts that were written
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(source: str, text: str) -> list[Table]:
    """The tables of a YAML text. Raises BadInput with the line where it is not YAML or has another shape."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        root = loader.get_single_node()
    except yaml.YAMLError as wrong:
        reason = str(getattr(wrong, "problem", None) or wrong).splitlines()[0]
        raise BadInput([f"{source}{_line_of(wrong)}: not valid YAML: {reason}"]) from wrong
    if isinstance(root, yaml.SequenceNode):
        return [_table(source, None, root)]
    if not isinstance(root, yaml.MappingNode):
        raise BadInput([f"{source}: expected a list of records, or a mapping of table names to such lists"])
    return [_table(source, str(key.value), node) for key, node in root.value]


def _line_of(wrong: yaml.YAMLError) -> str:
    mark = getattr(wrong, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _place(node: yaml.Node) -> str:
    return f"line {node.start_mark.line + 1}"


def _table(source: str, name: str | None, node: yaml.Node) -> Table:
    problems: list[str] = []
    lines: list[Line] = []
    if isinstance(node, yaml.SequenceNode):
        lines = [line for record in node.value if (line := _line(source, record, problems))]
    elif _text(node) != "":
        problems.append(f"{source}, {_place(node)}: {name} must be a list of records")
    columns = tuple(dict.fromkeys(column for line in lines for column in line.cells))
    return Table(source, name, columns, lines, problems)


def _line(source: str, node: yaml.Node, problems: list[str]) -> Line | None:
    place = _place(node)
    if not isinstance(node, yaml.MappingNode):
        problems.append(f"{source}, {place}: expected a record of columns and values")
        return None
    cells: dict[str, Cell] = {}
    for key, content in node.value:
        name, value = heading(str(key.value)), _value(content)
        where = f"{source}, {_place(key)}, {name}"
        if name in cells:
            problems.append(f"{where}: this record has the column twice; keep one of them")
        if value is None:
            problems.append(f"{where}: expected a value or a list of values")
        else:
            cells[name] = Cell(value, _place(content))
    return Line(source, place, cells)


def _text(node: yaml.Node) -> str | None:
    """The text of a scalar, '' for nothing; None for what is no scalar."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    text = str(node.value)
    return "" if not node.style and text in _NOTHING else text.strip()


def _value(node: yaml.Node) -> Value | None:
    if not isinstance(node, yaml.SequenceNode):
        return _text(node)
    texts = [_text(item) for item in node.value]
    return None if None in texts else tuple(text for text in texts if text)
