"""YAML: a mapping of table names to lists of records, or one plain list; every scalar is taken as the text it is."""

from fapiao.errors import BadInput
from fapiao.tables.lines import Cell, Line, Place, Table, Value, complaint, heading, odd_text, refuse_many, refuse_wide
from fapiao.tables.yaml_nodes import Node, root_of
from fapiao.texts.catalogue import sentence

# plain null and ~ are empty; 0123 and 2026-01-05 stay the texts that were written
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(source: str, text: str) -> list[Table]:
    """The tables of a YAML text. Raises BadInput with the line where it is not YAML or has another shape."""
    root = root_of(source, text)
    value = root.value if root else None
    if isinstance(value, list):
        return [_table(source, None, value, [])]
    if not isinstance(value, tuple):
        raise BadInput([sentence("tables.shape", file=source)])
    tables: dict[str, Table] = {}
    for key, node in value:
        name = _name(source, key, sentence("tables.section_name"))
        problems: list[str] = []
        if name in tables:
            raise BadInput([complaint(source, Place(key.line), sentence("tables.section_twice", name=name))])
        if not isinstance(node.value, list) and _text(node) != "":
            problems.append(complaint(source, Place(node.line), sentence("tables.no_list", name=name)))
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
    if not isinstance(node.value, tuple):
        problems.append(complaint(source, Place(node.line), sentence("tables.no_record")))
        return None
    cells: dict[str, Cell] = {}
    for key, content in node.value:
        name, value = heading(_name(source, key, sentence("tables.column_name"))), _value(content)
        place = Place(key.line)
        if name in cells:
            problems.append(complaint(source, place, sentence("tables.column_twice"), name))
        if value is None:
            problems.append(complaint(source, place, sentence("tables.no_value"), name))
        elif odd := next(filter(None, map(odd_text, value if isinstance(value, tuple) else [value])), None):
            problems.append(complaint(source, place, odd, name))
        else:
            cells[name] = Cell(value, Place(content.line))
    return Line(source, Place(node.line), cells)


def _name(source: str, key: Node, otherwise: str) -> str:
    if not isinstance(key.value, str):
        raise BadInput([complaint(source, Place(key.line), otherwise)])
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
