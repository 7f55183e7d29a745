"""Rows of the bureau's own files, whose reader left texts as COPY takes them under the names of our columns."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import cast

from fapiao.identity import Identity, NoIdentity
from fapiao.payloads.columns import Converter
from fapiao.payloads.lines import Item, Line, details_of
from fapiao.payloads.row_fields import NUMBERS, Row, RowFields
from fapiao.payloads.values import CONVERTERS, UnreadableValue
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import LINE_COLUMNS

LINES = "items"
_IDENTITY = ("document_key", "invoice_code", "invoice_no", "etax_invoice_no")
_NO_FIELDS = frozenset({*NUMBERS["F"], LINES})
_LINE_NAMES = LINE_COLUMNS[2:-1]
_GOODS = _LINE_NAMES[0]
"""Kept as it is written up to here, for the line filter."""
_LINE_FIELDS = frozenset(_LINE_NAMES)
_AS_THEY_ARE = ("text", "numeric")


def file_type(row: Row, asked: str) -> str:
    """Our code of a row's type; `asked` where the row itself names none."""
    return cast("str | None", row.get("invoice_type")) or asked


def file_identity(row: Row) -> Identity:
    """Which document a row is, as its reader found out; raises NoIdentity."""
    identity = Identity(*map(row.get, _IDENTITY))  # type: ignore[arg-type]  # texts, as all that its reader leaves
    if not identity.document_key:
        raise NoIdentity("票据标识 (document_key) is missing")
    return identity


def file_lines(_kind: str, row: Row) -> str | None:
    """The key under which the lines stand; None where a document has none."""
    return LINES if row.get(LINES) else None


def read_file_rows(kind: str, rows: Sequence[Row], _lines_keys: Sequence[str | None]) -> Iterator[RowFields | None]:
    """What each row says beside its lines; None for a row with a day or an instant that cannot be stored."""
    names, moments = _columns(kind), _moments(kind)
    known = names | _NO_FIELDS
    for row in rows:
        values = {name: value for name, value in row.items() if name in names}
        try:
            for name, convert in moments:
                if name in values:
                    values[name] = convert(values[name])
        except UnreadableValue:
            yield None
        else:
            yield RowFields(values, {} if known.issuperset(row) else {name: row[name] for name in row.keys() - known})


def read_file_items(_kind: str, items: Sequence[Item]) -> Iterator[Line]:
    """The values of LINE_COLUMNS from goods_name on, of the lines of many documents at once."""
    for item in items:
        others = None if _LINE_FIELDS.issuperset(item) else details_of(item, item.keys() - _LINE_FIELDS)
        name = item.get(_GOODS)
        yield (name.strip() if isinstance(name, str) else name, *map(item.get, _LINE_NAMES[1:]), others)


@cache
def _columns(kind: str) -> frozenset[str]:
    return frozenset(column.name for column in load_fields().columns if kind in column.sources) - _NO_FIELDS


@cache
def _moments(kind: str) -> tuple[tuple[str, Converter], ...]:
    fields = load_fields().columns
    found = (column for column in fields if column.name in _columns(kind) and column.type not in _AS_THEY_ARE)
    return tuple((column.name, CONVERTERS[column.type]) for column in found)
