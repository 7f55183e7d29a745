"""What a person sees: rows as a table no wider than the terminal, or as JSON; how far a long job is."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from fapiao.text_table import table


def screen_width() -> int | None:
    """Cells of a line of the terminal; None where a program reads along, which gets every value whole."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], indent: str = "") -> None:
    """Values below their headings."""
    print(table(headings, rows, indent, screen_width()))


def print_rows(
    columns: Mapping[str, str] | Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    as_json: bool = False,
    indent: str = "",
) -> None:
    """The named columns as a table, whose headings a mapping has; or every row whole, one JSON object a line."""
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False, default=str))
    else:
        headings = [*columns.values()] if isinstance(columns, Mapping) else columns
        print_table(headings, [[row[name] for name in columns] for row in rows], indent)


@contextmanager
def counted_rows(what: str, screen: TextIO | None = None) -> Iterator[Callable[[int], None]]:
    """Shows the number of rows that it is called with, on one line that goes at the end; nothing where nobody looks."""
    screen = screen or sys.stderr
    if not screen.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 a tenth of a second, for a person who waits anyway
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415 as above

    line = TextColumn("{task.description}: {task.completed:,} rows", markup=False)
    with Progress(SpinnerColumn(), line, console=Console(file=screen), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda rows: progress.update(task, completed=rows)
