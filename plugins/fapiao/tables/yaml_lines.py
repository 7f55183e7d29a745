"""YAML: a mapping of table names to lists of records, or one plain list; every scalar is taken as the text it is."""

from fapiao.errors import BadInput
from fapiao.tables.lines import Cell, Line, Table, Value, heading, odd_text, refuse_many, refuse_wide
from fapiao.tables.yaml_nodes import Node, root_of

# plain null and ~ are empty; 0123 and 2026-01-05 stay the texts that were written
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(source: str, text: str) -> list[Table]:
    """The tables of a YAML text. Raises BadInput with the line where it is not YAML or has another shape."""
    root = root_of(source, text)
    value = root.value if root else None
    if isinstance(value, list):
        return [_table(source, None, value, [])]
    if not isinstance(value, tuple):
        raise BadInput([f"{source}: expected a list of records, or a mapping of table names to such lists"])
    tables: dict[str, Table] = {}
    for key, node in value:
        name = _name(source, key, "a section")
        problems: list[str] = []
        if name in tables:
            raise BadInput([f"{source}, line {key.line}: the section {name} stands here for the second time"])
        if not isinstance(node.value, list) and _text(node) != "":
            problems.append(f"{source}, line {node.line}: {name} must be a list of records")
        tables[name] = _table(source, name, node.value if isinstance(node.value, list) else [], problems)
    return list(tables.values())


def _table(source: str, name: str | None, records: list[Node], problems: list[str]) -> Table:
    lines: list[Line] = []
    columns: dict[str, None] = {}
    for record in records:
        if line := _line(source, record, problems):
            lines.append(line)
            columns |= dict.fromkeys(line.cells)
            refuse_wide(line.where(), len(columns))
        refuse_many(problems)
    return Table(source, name, tuple(columns), lines, problems)


def _line(source: str, node: Node, problems: list[str]) -> Line | None:
    place = f"line {node.line}"
    if not isinstance(node.value, tuple):
        problems.append(f"{source}, {place}: expected a record of columns and values")
        return None
    cells: dict[str, Cell] = {}
    for key, content in node.value:
        name, value = heading(_name(source, key, "a column")), _value(content)
        where = f"{source}, line {key.line}, {name[:80]}"
        if name in cells:
            problems.append(f"{where}: this record has the column twice; keep one of them")
        if value is None:
            problems.append(f"{where}: expected a value or a list of values")
        elif odd := next(filter(None, map(odd_text, value if isinstance(value, tuple) else [value])), None):
            problems.append(f"{where}: {odd}")
        else:
            cells[name] = Cell(value, f"line {content.line}")
    return Line(source, place, cells)


def _name(source: str, key: Node, what: str) -> str:
    if not isinstance(key.value, str):
        raise BadInput([f"{source}, line {key.line}: {what} must have a text for its name"])
    return key.value


def _text(node: Node) -> str | None:
    """The text of a scalar, '' for nothing; None for what is no scalar."""
    if not isinstance(node.value, str):
        return None
    return "" if node.plain and node.value in _NOTHING else node.value.strip()


def _value(node: Node) -> Value | None:
    if not isinstance(node.value, list):
        return _text(node)
    texts = [_text(item) for item in node.value]
    return None if None in texts else tuple(text for text in texts if text)
