"""What a person sees: rows as a table no wider than the terminal, or as JSON; how far a long job is."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from fapiao.text_table import GAP, Columns, columns, table
from fapiao.texts.catalogue import sentence
from launcher.guarded_output import print_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def screen_width() -> int | None:
    """Cells of a line of the terminal; None where a program reads along, which gets every value whole."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], indent: str = "") -> None:
    """Values below their headings: a table of rich on a terminal, in its width; plain lines where a program reads."""
    width, values = screen_width(), list(rows)
    found = columns(headings, values, width - len(indent)) if width and values else None
    if found:
        _console(sys.stdout).print(_rich_table(found, indent))
    else:
        print(table(headings, values, indent, width))


def print_title(text: str) -> None:
    """The line above a table."""
    if screen_width():
        _console(sys.stdout).print(f"\n{text}", style="bold", markup=False, highlight=False)
    else:
        print(f"\n{text}")


def _console(screen: TextIO) -> "Console":
    """As wide as the terminal; without colours where NO_COLOR says so."""
    from rich.console import Console  # noqa: PLC0415 a tenth of a second, for a terminal alone

    return Console(file=screen, width=shutil.get_terminal_size().columns)


def _rich_table(found: Columns, indent: str) -> "RenderableType":
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 as above
    from rich.padding import Padding  # noqa: PLC0415 as above
    from rich.table import Table  # noqa: PLC0415 as above
    from rich.text import Text  # noqa: PLC0415 as above

    gap = (0, len(GAP) - 1, 0, 0)
    drawn = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=gap, header_style="bold")
    for lines, size, right in zip(found.cut(found.texts[0]), found.sizes, found.right, strict=True):
        drawn.add_column(Text("\n".join(lines)), width=size, justify="right" if right else "left")
    for row in found.texts[1:]:
        drawn.add_row(*(Text("\n".join(lines)) for lines in found.cut(row)))
    return Padding(drawn, (0, 0, 0, len(indent)), expand=False)


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


def tell(line: str, *, as_json: bool) -> None:
    """A sentence for people; where a program reads rows from standard output, beside them."""
    print_line(line, sys.stderr if as_json else sys.stdout)


@contextmanager
def counted_rows(what: str, screen: TextIO | None = None) -> Iterator[Callable[[int], None]]:
    """Shows the number of rows that it is called with, on one line that goes at the end; nothing where nobody looks."""
    screen = screen or sys.stderr
    if not screen.isatty():
        yield lambda _: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415 for a person who waits anyway

    line = TextColumn("{task.description}", markup=False)
    with Progress(SpinnerColumn(), line, console=_console(screen), transient=True) as progress:
        task = progress.add_task(_counted(what, 0), total=None)
        yield lambda rows: progress.update(task, description=_counted(what, rows))


def _counted(what: str, rows: int) -> str:
    return sentence("screen.counted_rows", what=what, rows=f"{rows:,}")


@contextmanager
def watched_steps(total: int, screen: TextIO | None = None) -> Iterator[Callable[[int, str], None]]:
    """Shows how many of the steps are done and which is next, as it is called with.

    Where no terminal looks, each is a plain line.
    """
    screen = screen or sys.stderr
    if not screen.isatty():
        yield lambda done, what: print(f"{done}/{total} {what}", file=screen, flush=True)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    parts = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*parts, console=_console(screen), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda done, what: progress.update(task, completed=done, description=what)
