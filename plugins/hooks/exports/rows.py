"""Rows of the pool on their way into a workbook: as they come from Postgres, made cells column by column."""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb
from psycopg.types.string import TextLoader

from fapiao.exports.cells import EXACT_DIGITS, Cell, cell, day, json_text, number
from fapiao.exports.columns import Column, SheetPlan, plan
from fapiao.exports.pages import PACKAGE, Package, packages
from fapiao.queries import query
from hooks.exports.workbooks import Progress, Sheet, write_workbook

Connection = psycopg.Connection[Any]
Values = Mapping[str, object]

FILTERS = ("taxpayers", "direction", "invoice_types", "month_from", "month_to", "batches", "organisations")
"""What the statements of exports.sql are told; None is no condition. Months are first days, `month_to` included."""
_FORMS = {
    "numeric": "money", "date": "date", "timestamptz": "instant", "timestamp": "instant",
    "int2": "count", "int4": "count", "int8": "count", "float8": "number",
}  # fmt: skip


def _instant(written: str) -> date | str:
    """The clock of the session's zone, which is east of Greenwich."""
    return day(datetime.fromisoformat(written.partition("+")[0]))


_READ: Mapping[str, Callable[[str], Cell]] = {
    "numeric": lambda written: float(written) if len(written) <= EXACT_DIGITS else number(written),
    "int8": lambda written: float(written) if len(written) <= EXACT_DIGITS else number(written),
    "jsonb": lambda written: json_text(json.loads(written)),
    "date": lambda written: day(date.fromisoformat(written)),
    "timestamptz": _instant,
}
"""What becomes of the texts of these types, which psycopg hands over as they come: equal ones are read once."""
_SELDOM_EQUAL = 2


def export_invoices(
    connection: Connection, file: Path, values: Values, *, lines: bool = True, progress: Progress | None = None
) -> int:
    """全票池 by the filter of exports.sql: a sheet of headers and one of lines; returns the number of rows of both.

    Raises Unusable when the file cannot be written.
    """
    sheets: list[tuple[SheetPlan, LiteralString]] = [
        (plan(name), query("exports", name)) for name in ("invoices", "lines")[: 1 + lines]
    ]
    return export_rows(connection, file, sheets, values, progress)


def export_rows(
    connection: Connection,
    file: Path,
    sheets: list[tuple[SheetPlan, LiteralString]],
    values: Values,
    progress: Progress | None = None,
) -> int:
    """One sheet per plan and statement, all of them as one instant saw them; returns the number of rows.

    The connection must not be in a transaction yet; the one of the export stays open. Raises Unusable when the file
    cannot be written.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with ExitStack() as streams:
        opened = [streams.enter_context(sheet(connection, wanted, statement, values)) for wanted, statement in sheets]
        return write_workbook(file, opened, progress)


def note_export(connection: Connection, actor: str, rows: int, chosen: Values, file: Path) -> None:
    """Leaves on record who took what out, and the hash of the file that was written (R317, F41).

    In a transaction of its own: that of the export may only read.
    """
    kept = {name: value for name, value in chosen.items() if value is not None}
    dumped = Jsonb(kept, dumps=lambda value: json.dumps(value, ensure_ascii=False, default=str))
    with file.open("rb") as written:
        sha256 = hashlib.file_digest(written, "sha256").hexdigest()
    said = {"rows": rows, "filter": dumped, "file": str(file), "sha256": sha256}
    connection.commit()
    connection.read_only = False
    with connection.transaction():
        connection.execute(query("session", "actor"), {"actor": actor})
        connection.execute(query("log", "note_export"), said)


@contextmanager
def sheet(connection: Connection, wanted: SheetPlan, statement: LiteralString, values: Values) -> Iterator[Sheet]:
    """A sheet whose rows Postgres sends while they are written; usable inside the block.

    From its first package to its last the connection can do nothing else.
    """
    connection.execute(query("session", "zone"))
    names = [column.name for column in wanted.columns]
    with connection.cursor(row_factory=tuple_row) as cursor:
        ((total,),) = cursor.execute(_around("count_rows", statement), values).fetchall()
        for type_ in _READ:
            cursor.adapters.register_loader(type_, TextLoader)
        cursor.execute(_around("typed", statement, columns=names), values)
        types = [_type(connection, one.type_code) for one in cursor.description or ()]
        columns = [_formed(column, type_) for column, type_ in zip(wanted.columns, types, strict=True)]
        picked = _around("picked_in_order" if wanted.order else "picked", statement, columns=names, order=wanted.order)
        with closing(_sent(cursor, picked, values)) as rows:
            yield Sheet(wanted.title, columns, _cells(rows, columns, types), total)


def _around(name: str, statement: LiteralString, **names: Sequence[str]) -> sql.Composed:
    """The statement with these columns only: what a sheet does not show neither is looked up nor travels."""
    lists = {part: sql.SQL(", ").join(map(sql.Identifier, found)) for part, found in names.items()}
    return sql.SQL(query("exports", name).rstrip(";")).format(statement=sql.SQL(statement.rstrip(";")), **lists)


def _type(connection: Connection, oid: int) -> str:
    """The name of a type; of arrays with `[]`."""
    info = connection.adapters.types.get(oid)
    return "text" if info is None else info.name if info.oid == oid else f"{info.name}[]"


def _formed(column: Column, type_: str) -> Column:
    return replace(column, cell=column.cell or _FORMS.get(type_, "text"))


def _sent(
    cursor: psycopg.Cursor[tuple[Any, ...]], statement: sql.Composed, values: Values
) -> Generator[tuple[Any, ...], None, None]:
    """The rows, sent some at a time; once it is closed, Postgres sends no more."""
    cursor.execute(query("exports", "unhurried"))
    yield from cursor.stream(statement, values, size=PACKAGE)


def _cells(rows: Iterable[tuple[Any, ...]], columns: list[Column], types: list[str]) -> Iterator[Package]:
    """The rows in packages; only those columns are touched whose values are no cells yet."""
    found = [_change(column.labels, type_) for column, type_ in zip(columns, types, strict=True)]
    changes = [(place, change) for place, change in enumerate(found) if change]
    for package in packages(rows):
        for place, change in changes:
            package[place] = change(package[place])
        yield package


def _change(labels: Mapping[str, str] | None, type_: str) -> Callable[[Sequence[Any]], Sequence[Cell]] | None:
    """What makes cells of the values of a column; None where they are cells."""
    known = labels or {}
    if type_.endswith("[]"):
        return lambda column: [
            None if codes is None else cell([known.get(code, code) for code in codes]) for codes in column
        ]
    if known:
        return lambda column: [known.get(code, code) for code in column]
    read = cell if type_ == "bool" else _READ.get(type_)
    return partial(_each_once, read) if read else None


def _each_once(read: Callable[[Any], Cell], column: Sequence[Any]) -> Sequence[Cell]:
    different = set(column)
    if len(different) * _SELDOM_EQUAL > len(column):
        return [None if value is None else read(value) for value in column]
    cells = {value: None if value is None else read(value) for value in different}
    return list(map(cells.__getitem__, column))
