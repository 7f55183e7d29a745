"""The cells of a row by their headings, made into texts only when somebody looks."""

from collections.abc import Iterator, Mapping, Sequence

from fapiao.bureau_files.cells import BadCell, Cell, text


class RawRow(Mapping[str, str]):
    """Heading: the cell as text; empty cells are left out, and so are columns without a heading."""

    __slots__ = ("_cells", "_headings")

    def __init__(self, headings: Sequence[str], cells: Sequence[Cell]) -> None:
        self._headings = headings
        self._cells = cells

    def _found(self) -> dict[str, str]:
        return {
            heading: shown
            for heading, cell in zip(self._headings, self._cells, strict=False)
            if heading and (shown := _shown(cell))
        }

    def __getitem__(self, heading: str) -> str:
        return self._found()[heading]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())

    def __repr__(self) -> str:
        return repr(self._found())


def _shown(cell: Cell) -> str | None:
    try:
        return text(cell)
    except BadCell:
        return repr(cell)
