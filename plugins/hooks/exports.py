"""Rows of the pool on their way into a workbook: a cursor on the server, values that are cells already."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import tuple_row
from psycopg.types.datetime import DateLoader
from psycopg.types.json import Jsonb

from fapiao.exports.cells import Cell, cell, day, json_text, number
from fapiao.exports.columns import Column, Plan, plan
from fapiao.exports.pages import Row
from fapiao.queries import query
from hooks.workbooks import Progress, Sheet, write_workbook

Connection = psycopg.Connection[Any]
Values = Mapping[str, object]

PACKAGE = 5_000
"""Rows that are fetched, and in memory, at once."""
FILTERS = ("taxpayers", "direction", "invoice_types", "month_from", "month_to", "batches", "organisations")
"""What the statements of exports.sql are told; None is no condition. Months are first days, `month_to` included."""
_FORMS = {
    "numeric": "money", "date": "date", "timestamptz": "instant", "timestamp": "instant",
    "int2": "count", "int4": "count", "int8": "count", "float8": "number",
}  # fmt: skip


class _Number(Loader):
    """numeric as a cell holds it, or as its digits."""

    def load(self, data: Buffer) -> float | str:
        return number(bytes(data).decode())


class _Whole(Loader):
    """int8 likewise."""

    def load(self, data: Buffer) -> float | str:
        return number(bytes(data).decode())


class _Day(DateLoader):
    """date, unless Excel's calendar has not begun."""

    def load(self, data: Buffer) -> Any:
        return day(super().load(data))


class _Json(Loader):
    """jsonb as text, secrets hidden."""

    def load(self, data: Buffer) -> str:
        return json_text(json.loads(bytes(data)))


_LOADERS: Mapping[str, type[Loader]] = {"numeric": _Number, "int8": _Whole, "date": _Day, "jsonb": _Json}


def export_invoices(
    connection: Connection, file: Path, values: Values, *, lines: bool = True, progress: Progress | None = None
) -> int:
    """全票池 by the filter of exports.sql: a sheet of headers and one of lines; returns the number of rows of both.

    Raises Unusable when the file cannot be written.
    """
    sheets: list[tuple[Plan, LiteralString]] = [
        (plan(name), query("exports", name)) for name in ("invoices", "lines")[: 1 + lines]
    ]
    return export_rows(connection, file, sheets, values, progress)


def export_rows(
    connection: Connection,
    file: Path,
    sheets: list[tuple[Plan, LiteralString]],
    values: Values,
    progress: Progress | None = None,
) -> int:
    """One sheet per plan and statement, all of them as one instant saw them; returns the number of rows.

    The connection must not be in a transaction yet; the one of the export stays open. Raises Unusable when the file
    cannot be written.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.execute("SET TIME ZONE 'Asia/Shanghai'")
    with ExitStack() as cursors:
        opened = [
            cursors.enter_context(sheet(connection, wanted, statement, values, number))
            for number, (wanted, statement) in enumerate(sheets, 1)
        ]
        return write_workbook(file, opened, progress)


def note_export(connection: Connection, actor: str, rows: int, chosen: Values) -> None:
    """Leaves on record who took what out (R317)."""
    kept = {name: value for name, value in chosen.items() if value is not None}
    dumped = Jsonb(kept, dumps=lambda value: json.dumps(value, ensure_ascii=False, default=str))
    connection.execute(query("log", "note_export"), {"actor": actor, "rows": rows, "filter": dumped})


@contextmanager
def sheet(
    connection: Connection, wanted: Plan, statement: LiteralString, values: Values, number: int = 1
) -> Iterator[Sheet]:
    """A sheet whose rows wait in Postgres, behind the cursor of that number; usable inside the block."""
    name = f"export_{number}"
    with connection.cursor(name=name, scrollable=True, row_factory=tuple_row) as cursor:
        for type_, loader in _LOADERS.items():
            cursor.adapters.register_loader(type_, loader)
        cursor.itersize = PACKAGE
        cursor.execute(statement, values)
        total = connection.execute(sql.SQL(query("exports", "count_rows")).format(cursor=sql.Identifier(name))).rowcount
        cursor.scroll(0, mode="absolute")
        types = {one.name: _type(connection, one.type_code) for one in cursor.description or ()}
        columns = [_formed(column, types[column.name]) for column in wanted.columns]
        positions = [list(types).index(column.name) for column in columns]
        yield Sheet(wanted.title, columns, _cells(cursor, columns, positions, list(types.values())), total)


def _type(connection: Connection, oid: int) -> str:
    """The name of a type; of arrays with `[]`."""
    info = connection.adapters.types.get(oid)
    return "text" if info is None else info.name if info.oid == oid else f"{info.name}[]"


def _formed(column: Column, type_: str) -> Column:
    return replace(column, cell=column.cell or _FORMS.get(type_, "text"))


def _cells(
    rows: Iterator[tuple[Any, ...]], columns: list[Column], positions: list[int], types: list[str]
) -> Iterator[Row]:
    """The wanted columns of every row; only those are touched whose values are no cells yet."""
    changes = [
        (place, change)
        for place, (column, position) in enumerate(zip(columns, positions, strict=True))
        if (change := _change(column, types[position]))
    ]
    for row in rows:
        picked = [row[position] for position in positions]
        for place, change in changes:
            if picked[place] is not None:
                picked[place] = change(picked[place])
        yield picked


def _change(column: Column, type_: str) -> Callable[[Any], Cell] | None:
    labels = column.labels
    if labels is None:
        return cell if type_ == "bool" or type_.endswith("[]") else None
    if type_.endswith("[]"):
        return lambda codes: cell([labels.get(code, code) for code in codes])
    return lambda code: labels.get(code, code)
