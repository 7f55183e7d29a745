"""Named statements of one SQL file over one connection: how every table of this room is read and written."""

from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg.rows import class_row, tuple_row

from fapiao.queries import query

Record = TypeVar("Record")


class Statements:
    """The statements of `sql_file`; the caller owns the transactions."""

    sql_file: ClassVar[str]

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def _run(self, name: str, /, **values: Any) -> psycopg.Cursor[Any]:
        return self.connection.cursor(row_factory=tuple_row).execute(query(self.sql_file, name), values)

    def _one(self, name: str, /, **values: Any) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._run(name, **values).fetchone()
        assert row is not None, name  # noqa: S101 an aggregate, an insert, or a row that was read before
        return row

    def _records(self, kind: type[Record], name: str, /, **values: Any) -> list[Record]:
        with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(query(self.sql_file, name), values).fetchall()
