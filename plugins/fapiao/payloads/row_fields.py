"""The single fields of payload rows into our columns, a page of rows at a time; what has no column is kept apart."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import repeat
from typing import NamedTuple

from fapiao.payloads.columns import UNREADABLE, Converter, read_column
from fapiao.payloads.values import CONVERTERS, UnreadableValue, identifier
from fapiao.pool_columns.reading import load_fields
from fapiao.shown import shown

Row = Mapping[str, object]
Values = dict[str, object]

NUMBERS = {
    "L": {"fphm", "fpdm", "zzfpDm", "zzfphm", "hgjkshm", "dkdjwspzh"},
    "O": {"invoiceCode", "invoiceNo", "etaxInvoiceNo", "customDeclarationNo"},
    "F": {"document", "document_key", "invoice_code", "invoice_no", "etax_invoice_no", "invoice_type"},
}
"""Fields that say which document a row is, by plane: what they say is read apart from the rest."""


_TAX_NUMBERS = ("_tax_no", "_taxpayer_no")


class FieldReader(NamedTuple):
    """How one payload field is read into one column."""

    field: str
    column: str
    label: str
    convert: Converter
    strict: bool


class RowFields(NamedTuple):
    """The columns that a row fills, and its fields that have none."""

    values: Values
    rest: Values


def read_page(kind: str, rows: Sequence[Row], lines_keys: Sequence[str | None]) -> Iterator[RowFields | None]:
    """What each row says beside its lines; None for a row that `read_row` must look at: something in it is unreadable.

    `lines_keys` names the field of each row under which its lines stand.
    """
    there = frozenset().union(*rows)
    readings = [reading for field, found in _readings(kind).items() if field in there for reading in found]
    others = there - _consumed(kind)
    names = [reading.column for reading in readings]
    columns = [read_column(reading.convert, [row.get(reading.field) for row in rows]) for reading in readings]
    odd = not _consumed(kind).isdisjoint(lines_keys)
    bad = any(UNREADABLE in column for column in columns)
    read = zip(*columns, strict=True) if columns else repeat((), len(rows))
    for row, lines_key, texts in zip(rows, lines_keys, read, strict=True):
        if odd or (bad and UNREADABLE in texts):
            yield None
        else:
            rest = {name: row[name] for name in others if name != lines_key and not _is_empty(row.get(name))}
            yield RowFields(dict(zip(names, texts, strict=True)), rest)


def read_row(kind: str, row: Row, lines_key: str | None) -> RowFields:
    """The same for one row, field by field; raises UnreadableValue where an amount or date cannot be read."""
    readings, known = _readings(kind), _consumed(kind)
    found = RowFields({}, {})
    for key, raw in row.items():
        if _is_empty(raw) or key == lines_key:
            continue
        if key not in known:
            found.rest[key] = raw
        for reading in readings.get(key, ()):
            try:
                found.values[reading.column] = reading.convert(raw)
            except UnreadableValue as error:
                if reading.strict:
                    raise UnreadableValue(f"{reading.label} ({key}) is {shown(repr(raw), 80)}: {error}") from error
                found.rest[key] = raw
    return found


def _is_empty(raw: object) -> bool:
    return raw is None or (not raw and raw in ("", []))


@cache
def _readings(kind: str) -> Mapping[str, tuple[FieldReader, ...]]:
    found: dict[str, tuple[FieldReader, ...]] = {}
    for column in load_fields().columns:
        source = column.sources.get(kind)
        if source is not None and column.group != "identity":
            convert = identifier if column.name.endswith(_TAX_NUMBERS) else CONVERTERS[column.type]
            reading = FieldReader(source, column.name, column.label, convert, column.strict)
            found[source] = (*found.get(source, ()), reading)
    return found


@cache
def _consumed(kind: str) -> frozenset[str]:
    found = load_fields().kinds[kind]
    repeated = {"kprq", "returncode", "returnmsg"} if found.target == "status" else set()
    return frozenset(_readings(kind)) | NUMBERS[found.plane] | repeated | {*found.repeats}
